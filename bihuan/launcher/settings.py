"""What the command line and the environment say about the installation to run (contract.md, Commands)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from shared.clock import BusinessClock
from shared.sealing import MatchKeys, read_kek
from shared.sealing.errors import SealingError
from shared.storage import StorageMisconfigured, open_storage

from .errors import LaunchRefused
from .home import Home
from .services import SERVICES, clock_offset

PRODUCTION: Final = "production"
DEMO: Final = "demo"
DEFAULT_HOME: Final = Path("var")
DEFAULT_PORT_BASE: Final = 8000
DEMO_CLOCK: Final = "2026-11-08T09:00:00+08:00"
HIGHEST_PORT_BASE: Final = 65_535 - max(service.offset for service in SERVICES)


@dataclass(frozen=True, slots=True)
class LaunchSettings:
    """`database_url` is empty for the embedded database; `key_files`: KEK and matching keys from outside.

    `clock_given`: `clock_offset` was asked for, and is not merely the default.
    """

    home_path: Path
    environment: str
    port_base: int
    database_url: str
    listen_url: str
    clock_offset: float
    key_files: tuple[Path, Path] | None
    clock_given: bool = False

    @classmethod
    def read(
        cls, environ: Mapping[str, str], *, home: Path | None = None, port_base: int | None = None
    ) -> "LaunchSettings":
        """What is given by argument wins over the environment. `LaunchRefused` for what cannot be."""
        environment = environ.get("BIHUAN_ENV") or DEMO
        if environment not in (DEMO, PRODUCTION):
            raise LaunchRefused(f"BIHUAN_ENV 应为 demo 或 production，而不是 {environment}")
        _check_storage(environ)
        return cls(
            home_path=home or Path(environ.get("BIHUAN_HOME") or DEFAULT_HOME),
            environment=environment,
            port_base=_port_base(environ) if port_base is None else checked_port_base(port_base),
            database_url=_owner_url(environ, "BIHUAN_DATABASE_URL"),
            listen_url=_owner_url(environ, "BIHUAN_LISTEN_URL"),
            clock_offset=clock_offset(environ),
            key_files=_key_files(environ),
            clock_given=bool(environ.get("BIHUAN_CLOCK")),
        )

    @property
    def is_production(self) -> bool:
        return self.environment == PRODUCTION

    @property
    def today(self) -> date:
        """On the business clock."""
        return BusinessClock(timedelta(seconds=self.clock_offset)).today()

    def beside(self, home: Home) -> "LaunchSettings":
        """These settings for a command on a home: the clock is that of the system that runs there; where none does,
        the one that is given, else the one that the last system ran by. Production runs by real time.
        """
        kept = home.kept_clock()
        if self.is_production or kept is None or (self.clock_given and not home.is_running()):
            return self
        return replace(self, clock_offset=kept)

    def open_home(self) -> Home:
        """The home, made if it is missing; `LaunchRefused` where it cannot be written."""
        try:
            return Home(self.home_path)
        except OSError as error:
            raise LaunchRefused(f"数据目录 {self.home_path} 无法使用：{error.strerror}") from error

    def refuse_missing_keys(self, home: Home) -> None:
        """Key files that were given can be read; a demo without them makes its own, production never does."""
        if self.key_files is None:
            if self.is_production:
                raise LaunchRefused("生产环境须以 BIHUAN_KEK_FILE 和 BIHUAN_MATCH_KEY_FILE 指定密钥文件")
            home.make_keys()
        kek_file, match_key_file = self.key_files or (home.kek_file, home.match_key_file)
        try:
            MatchKeys.read(match_key_file, read_kek(kek_file))
        except SealingError as error:
            raise LaunchRefused(str(error)) from error


def checked_port_base(port_base: int) -> int:
    """`LaunchRefused` where the services' ports would not be ports."""
    if not 1 <= port_base <= HIGHEST_PORT_BASE:
        raise LaunchRefused(f"端口起始值应在 1 到 {HIGHEST_PORT_BASE} 之间，而不是 {port_base}")
    return port_base


def _port_base(environ: Mapping[str, str]) -> int:
    asked = environ.get("BIHUAN_PORT_BASE") or str(DEFAULT_PORT_BASE)
    if not (asked.isascii() and asked.isdigit()):
        raise LaunchRefused(f"BIHUAN_PORT_BASE 应为端口号，而不是 {asked}")
    return checked_port_base(int(asked))


def _check_storage(environ: Mapping[str, str]) -> None:
    """A storage that is named can be opened; whether it answers is seen when something is kept."""
    if url := environ.get("BIHUAN_STORAGE_URL", ""):
        try:
            open_storage(url, environ)
        except StorageMisconfigured as error:
            raise LaunchRefused(str(error)) from error


def _owner_url(environ: Mapping[str, str], name: str) -> str:
    """From the variable, or from the file that `NAME_FILE` names; `postgres://` is written out.

    A refusal does not repeat the value: it holds a password.
    """
    url = environ.get(name, "")
    if not url and (file := environ.get(f"{name}_FILE")):
        try:
            url = Path(file).read_text().strip()
        except OSError as error:
            raise LaunchRefused(f"{name}_FILE 指定的文件 {file} 无法读取：{error.strerror}") from error
    if url.startswith("postgres://"):
        url = url.replace("postgres://", "postgresql://", 1)
    if url and not _is_postgres_url(url):
        raise LaunchRefused(f"{name} 应为 postgresql://用户:口令@主机:端口/数据库")
    return url


def _is_postgres_url(url: str) -> bool:
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        return False
    return parts.drivername == "postgresql" and bool(parts.username)


def _key_files(environ: Mapping[str, str]) -> tuple[Path, Path] | None:
    kek, match = environ.get("BIHUAN_KEK_FILE", ""), environ.get("BIHUAN_MATCH_KEY_FILE", "")
    if bool(kek) != bool(match):
        raise LaunchRefused("BIHUAN_KEK_FILE 和 BIHUAN_MATCH_KEY_FILE 须同时指定")
    return (Path(kek).resolve(), Path(match).resolve()) if kek else None
