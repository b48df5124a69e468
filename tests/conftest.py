"""One PostgreSQL for the run, migrated once; every test file may have a fresh copy of the database."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

from bihuan.database import prepare, role_password_name
from bihuan.launcher.embedded import OWNER, EmbeddedPostgres
from bihuan.launcher.home import Home
from migrations.helpers import ROLES
from shared.observability import configure_logs
from shared.testing.databases import TestDatabase
from tests.factories.system import System, start_system

configure_logs("tests")

#: How long an example takes says what else the machine is doing.
settings.register_profile("bihuan", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("bihuan")

#: The day on which tests play, unless they say otherwise: inside November's window.
TODAY = date(2026, 11, 8)


@pytest.fixture(scope="session")
def own_directory() -> Iterator[Path]:
    """Outside pytest's own temporary folder, which another run closes to the account of the server."""
    with tempfile.TemporaryDirectory(prefix="bihuan-tests-") as name:
        yield Path(name)


@pytest.fixture(scope="session")
def home(own_directory: Path) -> Home:
    made = Home(own_directory / "home")
    made.make_keys()
    return made


@pytest.fixture(scope="session")
def postgres(home: Home) -> Iterator[str]:
    """The owner's URL of a migrated database; BIHUAN_TEST_DATABASE_URL names a server to use instead."""
    given = os.environ.get("BIHUAN_TEST_DATABASE_URL")
    server = None
    if given:
        url = given
    else:
        server = EmbeddedPostgres(home)
        url = server.start()
        asyncio.run(let_create_databases(server))
    passwords = {role: home.secret(role_password_name(role)) for role in ROLES.values()}
    asyncio.run(prepare(url, passwords, TODAY))
    yield url
    if server is not None:
        server.stop()


async def let_create_databases(server: EmbeddedPostgres) -> None:
    """The owner may not, outside tests; here every test file has a copy of the migrated database."""
    superuser = await asyncpg.connect(server.superuser_url)
    await superuser.execute(f"ALTER ROLE {OWNER} CREATEDB")
    await superuser.close()


@pytest_asyncio.fixture(scope="module")
async def database(postgres: str, home: Home) -> AsyncIterator[TestDatabase]:
    """A copy of the migrated database for one test file, dropped after it."""
    made = await TestDatabase.copy_of(postgres, home.path, home.kek_file, home.match_key_file)
    yield made
    await made.drop()


@pytest.fixture(scope="session")
def system(own_directory: Path) -> Iterator[System]:
    """The whole system as processes, without a sample county: tests add their own counties."""
    home = own_directory / "system"
    home.mkdir()
    running = start_system(home)
    yield running
    assert running.stop() == 0
