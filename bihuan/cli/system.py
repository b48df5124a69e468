"""`up`, `demo`, `migrate`, `bench`: the installation on this machine."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from bihuan.cli.options import HomeOption, PortBaseOption
from bihuan.launcher.installed_database import bring_up_to_date, reachable_database
from bihuan.launcher.sample_county import HOUSEHOLDS
from bihuan.launcher.settings import DEMO_CLOCK, PRODUCTION, LaunchSettings
from bihuan.launcher.up import to_standard_error, up

HouseholdsOption = Annotated[
    int, typer.Option("--households", min=1, help="样例台账户数 / households of the sample registry")
]


def up_command(
    home: HomeOption = None,
    port_base: PortBaseOption = None,
    sample: Annotated[bool, typer.Option("--sample", help="装载样例县 / load the sample county")] = False,
    households: HouseholdsOption = HOUSEHOLDS,
) -> int:
    """运行整个系统，Ctrl-C 停止 / run the system until Ctrl-C.

    全部服务就绪后在标准输出打印一行 `ready <控制台地址>`；就绪之前被停止则以 130 结束。

    [bold]例 / examples[/bold]

        bihuan up

        bihuan up --sample --households 2000 --port-base 9000 --home /tmp/bihuan
    """
    settings = LaunchSettings.read(os.environ, home=home, port_base=port_base)
    if not up(settings, households=households if sample else None):
        raise typer.Abort
    return 0


def demo_command(
    exit_after: Annotated[
        bool, typer.Option("--exit", help="打印闭环表后结束 / end after the table")
    ] = False,
    home: HomeOption = None,
    port_base: PortBaseOption = None,
    households: HouseholdsOption = HOUSEHOLDS,
) -> int:
    """以样例县演示一个月的闭环 / play one month of the loop with the sample county.

    [bold]例 / examples[/bold]

        bihuan demo

        bihuan demo --exit
    """
    from bihuan.demo.command import demo  # Most commands need nothing of it.

    environ = dict(os.environ)
    if environ.get("BIHUAN_ENV") != PRODUCTION and not environ.get("BIHUAN_CLOCK"):
        environ["BIHUAN_CLOCK"] = DEMO_CLOCK
    settings = LaunchSettings.read(environ, home=home, port_base=port_base)
    outcome = demo(settings, households=households, exit_after=exit_after)
    if outcome is None:
        raise typer.Abort
    return outcome


def migrate_command(home: HomeOption = None) -> None:
    """将数据库升级到最新结构 / bring the database to the newest form.

    [bold]例 / examples[/bold]

        bihuan migrate --home /srv/bihuan

        BIHUAN_DATABASE_URL=postgresql://owner:…@db/bihuan bihuan migrate
    """
    settings = LaunchSettings.read(os.environ, home=home)
    directory = settings.open_home()
    settings.refuse_missing_keys(directory)
    with reachable_database(directory, settings) as url:
        asyncio.run(bring_up_to_date(url, directory, settings))
    to_standard_error("数据库已是最新结构 / the database is up to date")


def bench_command(
    names: Annotated[list[str] | None, typer.Argument(help="指标名 / figures, all if none is named")] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="结果写入文件 / write the figures to a file", dir_okay=False)
    ] = None,
) -> int:
    """运行基准测试，每个指标都是同一次运行中的比值 / the benchmarks, each a ratio of one run.

    [bold]例 / examples[/bold]

        bihuan bench

        bihuan bench push.load_vs_copy --json bench.json
    """
    from bihuan.bench import main  # Only in a source tree; nothing else needs it.

    return main(names or [], json_file)
