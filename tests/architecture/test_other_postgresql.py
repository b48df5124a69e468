"""The migrations and the isolation hold on whatever other PostgreSQL the machine has, not only the embedded one."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest

from bihuan.launcher.ports import HOST, free_port
from bihuan.launcher.server_account import ServerAccount

ROOT = Path(__file__).parents[2]
INSTALLED = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
OLDEST_VERSION = 14
ON_IT = (
    "tests/architecture/test_migrations.py",
    "tests/architecture/test_data_rules.py",
    "tests/warning_api/filing/test_row_level_security.py",
    "tests/household_api/registry/test_row_level_security.py",
)


@contextmanager
def running(programs: Path) -> Iterator[str]:
    """A throw-away server of the installation whose programs these are; its superuser's URL."""
    account = ServerAccount.for_data(Path("/nonexistent"))
    with tempfile.TemporaryDirectory(prefix="bihuan-other-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        data, password, log = folder / "data", folder / "password", folder / "log"
        data.mkdir(mode=0o700)
        for path, text in ((password, "only-for-this-test"), (log, "")):
            path.write_text(text)
            account.give(path)
        account.give(data)
        port = free_port()

        def run(program: str, *arguments: str) -> None:
            with log.open("a") as output:
                done = account.run(
                    [str(programs / program), *arguments], stdout=output, stderr=subprocess.STDOUT
                )
            assert done.returncode == 0, log.read_text()

        run(
            "initdb",
            "-D",
            str(data),
            "-U",
            "owner",
            f"--pwfile={password}",
            "-A",
            "scram-sha-256",
            "-E",
            "UTF8",
        )
        options = f"-p {port} -c listen_addresses={HOST} -c unix_socket_directories= -c max_connections=200"
        run("pg_ctl", "-w", "-D", str(data), "-l", str(log), "-o", options, "start")
        try:
            yield f"postgresql://owner:only-for-this-test@{HOST}:{port}/postgres"
        finally:
            run("pg_ctl", "-w", "-D", str(data), "-m", "fast", "stop")


async def create_database(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE DATABASE bihuan")
    await connection.close()


@pytest.mark.skipif(not INSTALLED, reason="no other PostgreSQL is installed here")
@pytest.mark.parametrize("initdb", INSTALLED, ids=lambda path: path.parts[4])
def test_migrations_and_isolation_hold_on(initdb: Path) -> None:
    if int(initdb.parts[4]) < OLDEST_VERSION:
        pytest.skip(f"older than PostgreSQL {OLDEST_VERSION}")
    with running(initdb.parent) as url:
        made = url.rpartition("/")[0] + "/bihuan"
        asyncio.run(create_database(url))
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *ON_IT],
            cwd=ROOT,
            env={**os.environ, "BIHUAN_TEST_DATABASE_URL": made},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "passed" in done.stdout
