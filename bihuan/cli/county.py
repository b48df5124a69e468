"""`county add`: a new county, in a running system or an empty database."""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from bihuan.cli.failures import CommandRefused
from bihuan.cli.options import HomeOption
from bihuan.county import County, Credential, load_regions
from bihuan.launcher.counties import set_up_counties
from bihuan.launcher.home import Home
from bihuan.launcher.installed_database import bring_up_to_date, reachable_database
from bihuan.launcher.settings import LaunchSettings
from bihuan.launcher.up import to_standard_error

app = typer.Typer(help="县 / counties")


@app.callback()
def counties() -> None:
    """县 / counties."""


@app.command("add")
def add_command(
    regions: Annotated[
        Path, typer.Argument(metavar="REGIONS.csv", help="区划文件，列 code,name,parent,level[,served_by]")
    ],
    credentials: Annotated[
        Path, typer.Option("--credentials", metavar="OUT.json", help="新客户端的凭据写入此文件（仅本人可读）")
    ],
    home: HomeOption = None,
) -> None:
    """新增区划文件中的县：区划、默认参数、各方客户端 / set up every county of a region file.

    系统在运行与否都可以；空数据库先建好结构。

    [bold]例 / examples[/bold]

        bihuan county add regions.csv --credentials out.json

        bihuan county add yichang_4205.csv --credentials yichang.json --home /srv/bihuan
    """
    found = load_regions(regions)
    asked = LaunchSettings.read(os.environ, home=home)
    directory = asked.open_home()
    settings = asked.beside(directory)
    with reachable_database(directory, settings) as url:
        new = asyncio.run(_add(url, directory, settings, found, credentials))
    added = {credential["region_code"][:6] for credential in new}
    if not added:
        raise CommandRefused("文件中的县都已存在，未新建客户端 / every county of the file is there already")
    names = "、".join(f"{county.name} {county.code}" for county in found if county.code in added)
    to_standard_error(f"已新增 {names}；{len(new)} 个客户端的凭据在 {credentials}")


async def _add(
    url: str, home: Home, settings: LaunchSettings, found: list[County], credentials: Path
) -> list[Credential]:
    await bring_up_to_date(url, home, settings)
    return await set_up_counties(url, found, credentials, settings.today)
