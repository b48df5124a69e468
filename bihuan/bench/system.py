"""A throw-away installation to measure: embedded PostgreSQL, one county, the real service processes."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final

import asyncpg
import psutil

from bihuan.bench.loop_reset import reset_loop
from bihuan.client import Connection
from bihuan.county import load_regions
from bihuan.launcher.counties import set_up_counties
from bihuan.launcher.credentials import find_credential
from bihuan.launcher.embedded import EmbeddedPostgres
from bihuan.launcher.home import Home
from bihuan.launcher.installed_database import bring_up_to_date
from bihuan.launcher.ports import free_port, is_free
from bihuan.launcher.services import Installation, service_ports
from bihuan.launcher.settings import DEMO_CLOCK, HIGHEST_PORT_BASE, LaunchSettings
from bihuan.launcher.supervisor import Program, Supervisor
from bihuan.sample.county import COUNTY_CODE, SUILENG_FILE
from shared.clock import BusinessClock
from shared.sealing.ciphers import SealAlgorithm

#: The month that is measured: its window is open on the clock of the demonstration.
CYCLE: Final = DEMO_CLOCK[:7]
DEPARTMENT: Final = "YB"

FILING: Final = ("identity_api", "warning_api")
LOOP: Final = ("identity_api", "household_api", "warning_api", "warning_api-worker")


@dataclass(frozen=True, slots=True)
class Setup:
    """Which processes run, and what they seal with. Figures of equal setups are measured on one system."""

    processes: tuple[str, ...] = FILING
    seal: SealAlgorithm = "sm4-gcm"


@dataclass
class BenchSystem:
    """A running installation. Rivals reach its database as the owner, our own way goes over HTTP."""

    installation: Installation
    server: EmbeddedPostgres
    processes: tuple[str, ...]
    folder: Path
    _connections: dict[str, Connection] = field(default_factory=dict)

    @property
    def owner_url(self) -> str:
        return self.installation.owner_url

    def caller(self, name: str = DEPARTMENT) -> Connection:
        """A client of the county, by its name in credentials.json."""
        if name not in self._connections:
            entry = find_credential(self.installation.home.credentials_file, name)
            self._connections[name] = Connection.from_credentials(entry, self.installation.port_base)
        return self._connections[name]

    @cached_property
    def service_processes(self) -> list[psutil.Process]:
        """The processes of our services; the database is not one of them."""
        home = self.installation.home
        return [psutil.Process(int(home.pid_file(name).read_text())) for name in self.processes]

    def start_anew(self) -> None:
        """Empty the loop's tables and write everything out, so that whoever is timed next starts equal."""
        asyncio.run(self._start_anew())

    async def _start_anew(self) -> None:
        await reset_loop(self.owner_url)
        await self.settle()

    async def settle(self) -> None:
        """Vacuum what was filled, and a checkpoint: its writes shall not fall into the next timing."""
        owner = await asyncpg.connect(self.owner_url)
        await owner.execute("VACUUM (ANALYZE) warning.warning")
        await owner.close()
        superuser = await asyncpg.connect(self.server.superuser_url)
        await superuser.execute("CHECKPOINT")
        await superuser.close()

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()


@contextmanager
def bench_system(setup: Setup) -> Iterator[BenchSystem]:
    """A system that is ready inside the block, and gone without a trace after it."""
    with tempfile.TemporaryDirectory(prefix="bihuan-bench-") as folder:
        home = Home(Path(folder) / "home")
        home.make_keys()
        server = EmbeddedPostgres(home)
        try:
            url = server.start()
            settings = _settings(home)
            asyncio.run(_prepare(url, home, settings))
            installation = Installation(
                home, url, settings.environment, settings.port_base, settings.clock_offset
            )
            with Supervisor(home) as supervisor:
                supervisor.start(_programs(installation, setup))
                supervisor.wait_ready()
                system = BenchSystem(installation, server, setup.processes, Path(folder))
                try:
                    yield system
                finally:
                    system.close()
        finally:
            server.stop()


async def _prepare(url: str, home: Home, settings: LaunchSettings) -> None:
    await bring_up_to_date(url, home, settings)
    await set_up_counties(url, load_regions(SUILENG_FILE), home.credentials_file, settings.today)


def _settings(home: Home) -> LaunchSettings:
    offset = BusinessClock.starting_at(datetime.fromisoformat(DEMO_CLOCK)).offset
    return LaunchSettings(home.path, "demo", _free_port_base(), "", "", offset.total_seconds(), None)


def _free_port_base() -> int:
    """A base from which all ports of the services are free."""
    while True:
        base = free_port()
        if base <= HIGHEST_PORT_BASE and all(is_free(port) for port in service_ports(base).values()):
            return base


def _programs(installation: Installation, setup: Setup) -> list[Program]:
    by_name = {program.name: program for program in installation.programs()}
    return [
        replace(by_name[name], env={**by_name[name].env, "BIHUAN_SEAL_ALGORITHM": setup.seal})
        for name in setup.processes
    ]


__all__ = ["COUNTY_CODE", "CYCLE", "DEPARTMENT", "FILING", "LOOP", "BenchSystem", "Setup", "bench_system"]
