"""`regions apply`: mergers, splits, renames and new codes, in a running system or without one."""

import asyncio
import os
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bihuan.cli.failures import CommandRefused
from bihuan.cli.options import HomeOption
from bihuan.launcher.installed_database import bring_up_to_date, reachable_database
from bihuan.launcher.settings import LaunchSettings
from bihuan.launcher.up import to_standard_error
from bihuan.regions.changes_file import load_changes
from bihuan.regions.report import in_line, in_words
from shared.clock import BusinessClock
from shared.tables.cells import CellError, to_date

if TYPE_CHECKING:
    from bihuan.regions.application import Applied

app = typer.Typer(help="区划 / regions")


@app.callback()
def regions() -> None:
    """区划 / regions."""


@app.command("apply")
def apply_command(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="CHANGES.csv", help="列 effective_on,kind,code[,name,parent,level,successors]"
        ),
    ],
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="只应用到该日为止的变更 / only until that day")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只说明将移动什么，不写入 / tell what would move")
    ] = False,
    home: HomeOption = None,
) -> None:
    """应用区划变更：撤并、分设、变更代码、更名、新设、撤销 / carry out changes of regions.

    户、人、在办监测和任务、台账、授权随代码移动，历史保留原代码；系统在运行与否都可以，重复应用无影响。

    [bold]例 / examples[/bold]

        bihuan regions apply 撤乡并镇.csv --dry-run

        bihuan regions apply changes.csv --on 2026-12-31 --home /srv/bihuan
    """
    from bihuan.regions.application import Owner, apply_changes  # Most commands need nothing of the services.

    asked = LaunchSettings.read(os.environ, home=home)
    directory = asked.open_home()
    settings = asked.beside(directory)
    today = settings.today
    until = today if on is None else _day(on)
    if until > today:
        raise CommandRefused(f"--on {until} 尚未到，今天是 {today}；请到期再应用 / that day has not come")
    changes = load_changes(file)
    waiting = [change for change in changes if change.effective_on > until]
    if on is not None or dry_run:
        changes = [change for change in changes if change.effective_on <= until]
        if on is not None and not changes:
            raise CommandRefused(f"{file} 中没有 {until} 及以前生效的变更 / nothing takes effect until then")
    settings.refuse_missing_keys(directory)
    kek, match = settings.key_files or (directory.kek_file, directory.match_key_file)
    clock = BusinessClock(timedelta(seconds=settings.clock_offset))

    async def carry_out(url: str) -> list["Applied"]:
        await bring_up_to_date(url, directory, settings)
        return await apply_changes(Owner(url, kek, match, clock), changes, source=file.name, dry_run=dry_run)

    with reachable_database(directory, settings) as url:
        applied = asyncio.run(carry_out(url))
    for county in applied:
        for line in told(county):
            typer.echo(line)
    if waiting:
        to_standard_error(f"{len(waiting)} 项在 {until} 之后生效，未应用 / later ones wait")
        for change in waiting:
            to_standard_error(f"第{change.line}行：{in_line(change)}")
    if dry_run:
        to_standard_error("未写入 / nothing was written")


def _day(text: str) -> date:
    try:
        day = to_date(text)
    except CellError:
        day = None
    if day is None:
        raise CommandRefused(f"--on 应写作 2026-12-31，而不是 {text!r}")
    return day


def told(applied: "Applied") -> list[str]:
    """The lines that say what has been carried out, or would be."""
    lines = [
        f"{applied.county}：{len(applied.changes)} 项变更"
        if applied.changes
        else f"{applied.county}：文件中的变更均已应用 / nothing new"
    ]
    lines += [in_line(change, change.former_name) for change in applied.changes]
    for code, (to, counts) in sorted(applied.moved.items()):
        lines.append(f"{code} → {to}：{in_words(counts)}")
    for grant in applied.grants:
        former = grant.former.region if grant.former else "（新增）"
        lines.append(f"客户端 {grant.client_id} 的授权 {former} → {grant.present.region}")
    for client, code in applied.left_behind:
        lines.append(f"客户端 {client} 仍授权于停用的 {code}，请安全管理员重新授权")
    return lines
