"""The list of clients with their secrets, as `county add` and `up --sample` write it."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

import orjson


class Credential(TypedDict):
    """One client. `name` tells the clients of a county apart, `region_code` those of several counties."""

    name: str
    client_id: str
    client_secret: str
    role: str
    org_code: str
    region_code: str
    scopes: list[str]


def write_credentials(path: Path, credentials: Sequence[Credential]) -> None:
    """Replace `path` by the list, mode 0600; nobody ever sees it half written or readable to others."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(orjson.dumps(credentials, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
