"""`demo`: a system with the sample county, one month played in it, and the table of what came of it."""

import sys
import threading
import time
from datetime import timedelta
from typing import Final

from bihuan.client import ClientError
from bihuan.launcher.errors import LaunchRefused, StopRequested
from bihuan.launcher.services import Installation, console_url
from bihuan.launcher.settings import LaunchSettings
from bihuan.launcher.supervisor import stop_signals
from bihuan.launcher.up import running_system, to_standard_error
from bihuan.sample.county import townships
from shared.clock import BusinessClock
from shared.identifiers.regions import normalise_region_code

from .callers import open_callers
from .month import Month, Played
from .printing import print_funds, print_table

DISAGREES: Final = 1


def demo(settings: LaunchSettings, *, households: int, exit_after: bool) -> int | None:
    """0 when every sum agrees; otherwise what disagrees is named on standard error, line by line.

    None where it was told to stop before it had got so far.
    """
    if settings.is_production:
        raise LaunchRefused("演示不在生产环境运行 / no demo in production")
    started = time.monotonic()
    with stop_signals() as asked:
        try:
            with running_system(settings, asked, households=households) as installation:
                played = _play(settings, installation, households, asked)
                _show(played)
                to_standard_error(f"用时 / took {time.monotonic() - started:.1f} s")
                for problem in played.problems:
                    print(f"bihuan: 不一致 / disagrees: {problem}", file=sys.stderr)
                if played.problems:
                    return DISAGREES
                if not exit_after:
                    to_standard_error(f"系统在运行，Ctrl-C 停止 / serving: {console_url(settings.port_base)}")
                    asked.wait()
                return 0
        except (StopRequested, ClientError):
            if not asked.is_set():
                raise
            return None


def _play(
    settings: LaunchSettings, installation: Installation, households: int, asked: threading.Event
) -> Played:
    today = BusinessClock(timedelta(seconds=settings.clock_offset)).today()
    home = installation.home
    with open_callers(home.credentials_file, installation.port_base) as callers:
        folder = home.path / "demo" / f"{today:%Y-%m}"
        to_standard_error(f"正在演示 {today:%Y-%m} / playing the month")
        return Month(callers, today, folder, households, asked, to_standard_error).play()


def _show(played: Played) -> None:
    names = {normalise_region_code(township.code): township.name for township in townships()}
    print_table(played.table, names)
    print_funds(played.funds)
    sys.stdout.flush()
