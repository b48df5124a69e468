"""New counties in the database, their clients' secrets in a file that only its owner may read."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from bihuan.county import County, Credential, add_counties, write_credentials

from .credentials import read_credentials
from .errors import LaunchRefused


async def set_up_counties(
    url: str, counties: Sequence[County], credentials_file: Path, today: date
) -> list[Credential]:
    """Add what is not there yet; the new clients are returned and join those the file already holds.

    A secret is shown once: a file that cannot be written is refused before anything is added.
    """
    known = _known(credentials_file)
    new = await add_counties(url, counties, today=today)
    if new:
        by_id = {credential["client_id"]: credential for credential in (*known, *new)}
        write_credentials(credentials_file, list(by_id.values()))
    return new


def _known(path: Path) -> list[Credential]:
    if path.exists():
        return read_credentials(path)
    probe = path.with_name(f".{path.name}.probe")
    try:
        probe.touch(mode=0o600)
        probe.unlink()
    except OSError as error:
        raise LaunchRefused(f"无法写入 {path}：{error.strerror}") from error
    return []
