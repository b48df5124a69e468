"""The table of processes that make up the system, and the environment each of them gets."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from shared.clock import BusinessClock

from .errors import LaunchRefused
from .home import Home
from .ports import HOST
from .supervisor import Program

PASSED_ON: Final = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "SSL_CERT_FILE",
    "BIHUAN_ALLOW_PRIVATE_CALLBACKS",
    "BIHUAN_FONT_DIRECTORY",
    "BIHUAN_ISSUER",
    "BIHUAN_POOL_SIZE",
    "BIHUAN_SEAL_ALGORITHM",
)
"""What a child takes over from the launcher's environment, where it is set; nothing else."""

STORAGE: Final = (
    "BIHUAN_STORAGE_URL",
    "BIHUAN_STORAGE_KEY_ID",
    "BIHUAN_STORAGE_KEY_ID_FILE",
    "BIHUAN_STORAGE_SECRET",
    "BIHUAN_STORAGE_SECRET_FILE",
)
"""The same for those that keep files."""


MOST_CONNECTIONS: Final = 400
"""Of one service process at a time; the next are told to come again."""


@dataclass(frozen=True, slots=True)
class Service:
    """`folder` under `services/`; `role` is its login in the database; `offset` is added to the port base."""

    folder: str
    offset: int
    role: str | None
    has_worker: bool
    is_client: bool
    keeps_files: bool = False
    pays: bool = False

    @property
    def client_id(self) -> str:
        return f"service:{self.folder}"

    @property
    def url_variable(self) -> str:
        return f"BIHUAN_{self.folder.removesuffix('_api').upper()}_URL"


SERVICES: Final = (
    Service("identity_api", 10, "bihuan_identity", has_worker=False, is_client=False),
    Service("household_api", 12, "bihuan_household", has_worker=True, is_client=True),
    Service("funds_api", 13, "bihuan_funds", has_worker=True, is_client=True, pays=True),
    Service("warning_api", 11, "bihuan_warning", has_worker=True, is_client=True, keeps_files=True),
    Service("console", 0, None, has_worker=False, is_client=True),
)
"""In the order of starting: whoever is called comes before its caller."""


@dataclass(frozen=True, slots=True)
class Installation:
    """One running system. `owner_url` and `listen_url` (past a transaction pooler) name the database.

    `key_files`: the key-encryption key and the matching keys, where they are given from outside the home.
    """

    home: Home
    owner_url: str
    environment: str
    port_base: int
    clock_offset: float
    listen_url: str = ""
    key_files: tuple[Path, Path] | None = None

    def url(self, service: Service) -> str:
        return f"http://{HOST}:{self.port_base + service.offset}"

    def role_password(self, role: str) -> str:
        return self.home.secret(f"database-{role}")

    def database_url(self, role: str) -> str:
        """The database as a service's own role, which the migration has given this password."""
        return self._as_role(self.owner_url, role)

    def programs(self) -> list[Program]:
        """Every process in the order of starting: the services, then the workers."""
        apis = [
            Program(
                service.folder,
                _uvicorn(service, self.port_base + service.offset),
                self._environment(service),
                self.port_base + service.offset,
            )
            for service in SERVICES
        ]
        workers = [
            Program(
                f"{service.folder}-worker",
                (sys.executable, "-m", f"services.{service.folder}.worker"),
                self._environment(service),
            )
            for service in SERVICES
            if service.has_worker
        ]
        return apis + workers

    def _environment(self, service: Service) -> dict[str, str]:
        env = {name: os.environ[name] for name in PASSED_ON if os.environ.get(name)}
        env |= {
            "PYTHONUNBUFFERED": "1",
            "BIHUAN_ENV": self.environment,
            "BIHUAN_CLOCK_OFFSET": repr(self.clock_offset),
        }
        env |= {each.url_variable: self.url(each) for each in SERVICES}
        if service.role is not None:
            kek_file, match_key_file = self.key_files or (self.home.kek_file, self.home.match_key_file)
            env |= {
                "BIHUAN_SERVICE_DATABASE_URL": self.database_url(service.role),
                "BIHUAN_KEK_FILE": str(kek_file),
                "BIHUAN_MATCH_KEY_FILE": str(match_key_file),
            }
            if self.listen_url:
                env["BIHUAN_LISTEN_URL"] = self._as_role(self.listen_url, service.role)
        if service.pays:
            env["BIHUAN_BANK_DIRECTORY"] = os.environ.get("BIHUAN_BANK_DIRECTORY") or str(self.home.bank)
        if service.keeps_files:
            env["BIHUAN_STORAGE_URL"] = self.home.attachments.as_uri()
            env |= {name: os.environ[name] for name in STORAGE if os.environ.get(name)}
        if service.is_client:
            env |= {
                "BIHUAN_SERVICE_CLIENT_ID": service.client_id,
                "BIHUAN_SERVICE_CLIENT_SECRET_FILE": str(self.home.secret_file(f"client-{service.folder}")),
            }
        return env

    def _as_role(self, url: str, role: str) -> str:
        named = make_url(url).set(username=role, password=self.role_password(role))
        return named.render_as_string(hide_password=False)


def service_ports(port_base: int) -> dict[str, int]:
    """The port of each service, in the order of starting."""
    return {service.folder: port_base + service.offset for service in SERVICES}


def console_url(port_base: int) -> str:
    """Where the console of a system answers."""
    return f"http://{HOST}:{service_ports(port_base)['console']}"


def clock_offset(environ: Mapping[str, str]) -> float:
    """Seconds from real time to the business clock, from `BIHUAN_CLOCK`; asked once at `up`.

    `LaunchRefused` in production, and for what is no instant with an offset.
    """
    asked = environ.get("BIHUAN_CLOCK", "")
    if not asked:
        return 0.0
    if environ.get("BIHUAN_ENV") == "production":
        raise LaunchRefused("生产环境不允许设置 BIHUAN_CLOCK")
    try:
        instant = datetime.fromisoformat(asked)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise LaunchRefused(f"BIHUAN_CLOCK 应为带时区的时刻，如 2026-11-08T09:00:00+08:00，而不是 {asked}")
    return BusinessClock.starting_at(instant.astimezone(UTC)).offset.total_seconds()


def _uvicorn(service: Service, port: int) -> Sequence[str]:
    return (
        sys.executable,
        "-m",
        "uvicorn",
        f"services.{service.folder}.app:create_app",
        "--factory",
        "--host",
        HOST,
        "--port",
        str(port),
        "--loop",
        "uvloop",
        "--http",
        "shared.runtime.protocol:BoundedHttp",
        "--limit-concurrency",
        str(MOST_CONNECTIONS),
        "--no-access-log",
    )
