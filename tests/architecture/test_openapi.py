"""The published descriptions of the APIs are those of the code."""

import pytest

from bihuan.openapi import described, snapshot_file
from tests.architecture.source import API_FOLDERS


@pytest.mark.parametrize("folder", API_FOLDERS)
def test_the_snapshot_is_current(folder: str) -> None:
    path = snapshot_file(folder)
    kept = path.read_text() if path.exists() else ""
    assert kept == described(folder), (
        f"{path} is not current: renew it by `.venv/bin/python -m bihuan.openapi`"
    )
