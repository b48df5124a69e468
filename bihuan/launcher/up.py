"""`up`: the whole system on this machine, from the lock on its home to the last process that stops."""

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bihuan.client import ClientError

from .embedded import EmbeddedPostgres
from .errors import LaunchRefused, NotReady, StopRequested
from .home import Home
from .installed_database import bring_up_to_date
from .sample_county import add_sample_county, load_registry
from .services import Installation, console_url, service_ports
from .settings import LaunchSettings
from .supervisor import Supervisor, refuse_taken_ports, stop_signals

Say = Callable[[str], None]


def to_standard_error(text: str) -> None:
    """Standard output is for the line `ready` alone."""
    print(text, file=sys.stderr, flush=True)


def up(settings: LaunchSettings, *, households: int | None = None, say: Say = to_standard_error) -> bool:
    """Run the system until SIGINT or SIGTERM; prints `ready <console url>` once when all of it answers.

    Whether it came so far, or was told to stop before.

    `households`: with the sample county and a registry of so many; None for no sample. `LaunchRefused` with
    one clear line for what cannot be.
    """
    with stop_signals() as asked:
        try:
            with running_system(settings, asked, households=households, say=say) as installation:
                print(f"ready {console_url(installation.port_base)}", flush=True)
                asked.wait()
                say("正在停止 / stopping")
        except (StopRequested, ClientError):
            if not asked.is_set():
                raise
            return False
    return True


@contextmanager
def running_system(
    settings: LaunchSettings,
    asked: threading.Event,
    *,
    households: int | None = None,
    say: Say = to_standard_error,
) -> Iterator[Installation]:
    """A system that is ready inside the block and stopped after it: processes, then the embedded database.

    `StopRequested` where `asked` is set before it is ready.
    """
    if households is not None and settings.is_production:
        raise LaunchRefused("生产环境不装载样例县（--sample）/ no sample county in production")
    home = settings.open_home()
    with home.running():
        refuse_taken_ports(service_ports(settings.port_base))
        settings.refuse_missing_keys(home)
        home.keep_clock(settings.clock_offset)
        with _database(home, settings, say) as url:
            installation = Installation(
                home,
                url,
                settings.environment,
                settings.port_base,
                settings.clock_offset,
                settings.listen_url,
                settings.key_files,
            )
            _go_on(asked)
            say("正在准备数据库结构 / preparing the database")
            # Past a transaction pooler, which has no sessions for the locks of a migration.
            direct = settings.listen_url or url
            asyncio.run(_prepare(direct, home, settings, with_sample=households is not None))
            _go_on(asked)
            with Supervisor(home) as supervisor:
                say("正在启动各服务 / starting the services")
                _start(supervisor, installation, asked)
                if households is not None:
                    load_registry(installation, households, asked, say)
                yield installation


@contextmanager
def _database(home: Home, settings: LaunchSettings, say: Say) -> Iterator[str]:
    """The owner's URL: of the database that is named, else of the embedded one, which is stopped at the end."""
    if settings.database_url:
        yield settings.database_url
        return
    server = EmbeddedPostgres(home)
    say("正在启动内置数据库 / starting the embedded database")
    try:
        yield server.start()
    finally:
        server.stop()


async def _prepare(url: str, home: Home, settings: LaunchSettings, *, with_sample: bool) -> None:
    await bring_up_to_date(url, home, settings)
    if with_sample:
        await add_sample_county(url, home, settings.today)


def _start(supervisor: Supervisor, installation: Installation, asked: threading.Event) -> None:
    """All processes, until they are ready; `StopRequested` as soon as `asked` is set."""

    def stop_when_asked() -> None:
        asked.wait()
        supervisor.stop()

    threading.Thread(target=stop_when_asked, name="stop-when-asked", daemon=True).start()
    supervisor.start(installation.programs())
    try:
        supervisor.wait_ready()
    except NotReady:
        _go_on(asked)
        raise
    _go_on(asked)


def _go_on(asked: threading.Event) -> None:
    if asked.is_set():
        raise StopRequested
