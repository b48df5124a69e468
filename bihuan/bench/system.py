"""A throw-away installation to measure: embedded PostgreSQL, one county, the real service processes."""

import asyncio
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import asyncpg
import psutil

from bihuan.bench.loop_reset import analyse_registry, reset_loop
from bihuan.client import Connection
from bihuan.county import load_regions
from bihuan.launcher.counties import set_up_counties
from bihuan.launcher.credentials import find_credential
from bihuan.launcher.embedded import EmbeddedPostgres
from bihuan.launcher.home import Home
from bihuan.launcher.installed_database import bring_up_to_date
from bihuan.launcher.ports import free_port, is_free
from bihuan.launcher.sample_county import load_registry
from bihuan.launcher.services import Installation, service_ports
from bihuan.launcher.settings import DEMO_CLOCK, HIGHEST_PORT_BASE, LaunchSettings
from bihuan.launcher.supervisor import Program, Supervisor
from bihuan.launcher.up import to_standard_error
from bihuan.sample.county import SUILENG_FILE
from shared.clock import BusinessClock
from shared.sealing.ciphers import SealAlgorithm

DEPARTMENT: Final = "YB"

FILING: Final = ("identity_api", "warning_api")
REGISTRY: Final = ("identity_api", "household_api", "household_api-worker")
LOOP: Final = (*FILING, "household_api", "household_api-worker", "warning_api-worker")


@dataclass(frozen=True, slots=True, order=True)
class Setup:
    """Which processes run, what they seal with, how many households the registry has, how many warnings stand in the
    cycle from the beginning, and how many tasks a county of its own has (filled_loop.py).

    Figures of equal setups are measured on one system.
    """

    processes: tuple[str, ...] = FILING
    seal: SealAlgorithm = "sm4-gcm"
    households: int = 0
    standing: int = 0
    tasks: int = 0


@dataclass
class BenchSystem:
    """A running installation. Rivals reach its database as the owner, our own way goes over HTTP."""

    installation: Installation
    server: EmbeddedPostgres
    setup: Setup
    folder: Path
    _supervisor: Supervisor
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

    @property
    def service_processes(self) -> list[psutil.Process]:
        """The processes of our services; the database is not one of them."""
        home = self.installation.home
        return [psutil.Process(int(home.pid_file(name).read_text())) for name in self.setup.processes]

    def start_services(self) -> None:
        """Start the processes of the setup, or start them anew."""
        self._supervisor.stop()
        self._supervisor = Supervisor(self.installation.home)
        self._supervisor.start(_programs(self.installation, self.setup))
        self._supervisor.wait_ready()

    def start_anew(self) -> None:
        """Empty the loop's tables and write everything out, so that whoever is timed next starts equal."""
        asyncio.run(self._start_anew())

    async def _start_anew(self) -> None:
        """Also a vacuum and a checkpoint: what was written before shall not fall into the next timing."""
        await reset_loop(self.owner_url)
        owner = await asyncpg.connect(self.owner_url)
        await owner.execute("VACUUM (ANALYZE) warning.warning")
        await owner.close()
        await self.checkpoint()

    async def checkpoint(self) -> None:
        """Write out what was written before, so that it does not fall into the next timing."""
        superuser = await asyncpg.connect(self.server.superuser_url)
        await superuser.execute("CHECKPOINT")
        await superuser.close()

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()
        self._supervisor.stop()


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
            system = BenchSystem(installation, server, setup, Path(folder), Supervisor(home))
            try:
                system.start_services()
                if setup.households:
                    load_registry(installation, setup.households, threading.Event(), to_standard_error)
                    asyncio.run(analyse_registry(url))
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
