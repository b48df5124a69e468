"""Homes in folders of their own, short enough for anything and passable for the database's account."""

import shutil
import tempfile
from pathlib import Path

import pytest

from bihuan.launcher.embedded import EmbeddedPostgres
from bihuan.launcher.home import Home


@pytest.fixture(scope="module")
def make_home():
    """A function that makes a new home; databases in them are stopped and all is removed at the end."""
    homes = []

    def make():
        homes.append(Home(Path(tempfile.mkdtemp(prefix="bihuan-")) / "var"))
        return homes[-1]

    yield make
    for home in homes:
        EmbeddedPostgres(home).stop()
        shutil.rmtree(home.path.parent)


@pytest.fixture
def home(make_home):
    return make_home()
