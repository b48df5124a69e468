"""One running system for the end-to-end tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factories.system import System, start_system


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """`bihuan up` without a sample county; counties are added by the tests."""
    home: Path = tmp_path_factory.mktemp("system")
    running = start_system(home)
    yield running
    assert running.stop() == 0
