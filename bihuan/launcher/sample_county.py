"""The sample county in a running system: its clients, and its registry through the public import."""

import tempfile
import threading
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Final

from bihuan.client import Connection
from bihuan.county import load_regions
from bihuan.sample.county import COUNTY_CODE, SUILENG_FILE
from bihuan.sample.registry_file import write_registry_file

from .counties import set_up_counties
from .credentials import find_credential
from .errors import LaunchRefused, StopRequested
from .home import Home
from .services import Installation

#: By id: the file may hold the clients of other counties as well.
OFFICER: Final = f"{COUNTY_CODE}-county"
CHECKER: Final = f"{COUNTY_CODE}-county-checker"

HOUSEHOLDS: Final = 10_000
IMPORT_SECONDS: Final = 1800
POLL_SECONDS: Final = 0.2


async def add_sample_county(url: str, home: Home, today: date) -> None:
    """Once: a second start keeps the county and its clients."""
    await set_up_counties(url, load_regions(SUILENG_FILE), home.credentials_file, today)
    find_credential(home.credentials_file, OFFICER)  # A county whose secrets are lost is of no use.


def load_registry(
    installation: Installation, households: int, asked: threading.Event, say: Callable[[str], None]
) -> None:
    """Import the generated registry as the county's officer, unless the county has households already.

    More rows than the county lets pass without review are approved by its second officer.
    """
    file, base = installation.home.credentials_file, installation.port_base
    with Connection.from_credentials(find_credential(file, OFFICER), base) as county:
        if any(county.households(limit=1)):
            return
        say(f"正在导入样例台账 / importing the sample registry: {households} 户")
        with tempfile.TemporaryDirectory(dir=installation.home.path) as folder:
            made = county.import_registry(write_registry_file(Path(folder), households))
        give_up = time.monotonic() + IMPORT_SECONDS
        while made["state"] != "applied":
            if made["state"] == "failed" or time.monotonic() > give_up:
                raise LaunchRefused(f"样例台账导入未完成（{made['state']}），编号 {made['id']}")
            if made["state"] == "review":
                with Connection.from_credentials(find_credential(file, CHECKER), base) as checker:
                    checker.approve_import(made["id"])
            if asked.wait(POLL_SECONDS):
                raise StopRequested
            made = county.import_state(made["id"])
        say(f"已导入 / imported: {made['households']} 户 {made['persons']} 人")
