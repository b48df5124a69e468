"""`import`: persons and households into the registry."""

import time
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from bihuan.cli.connection import CredentialsOption, NameOption, UrlOption, connect
from bihuan.cli.failures import CommandRefused
from bihuan.cli.options import PortBaseOption
from bihuan.cli.push import FileArgument
from bihuan.cli.terminal import HEADERS, messages, show_counts, show_rejects, uploading
from bihuan.client import Connection
from shared.tables.columns import Column
from shared.tables.rejected import rejected_sheet
from shared.tables.writing import write_xlsx

POLL_SECONDS: Final = 0.3
FINAL_STATES: Final = ("applied", "review", "failed", "refused")
#: Why the rows that the sender is to correct are shown in full; the part behind the colon is the import's id.
PURPOSE: Final = "import-rejects"
DRY_RUN: Final = "dry-run"

COUNTS: Final = ("received", "accepted", "rejected", "households", "persons", "added", "altered", "unchanged")


def import_command(
    file: FileArgument,
    name: NameOption = "county",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不写入 / check only")] = False,
    layout: Annotated[
        str | None,
        typer.Option(
            "--layout", help="standard、national 或本县自定格式；不填由表头认出 / told by the headings"
        ),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="收入截至日期 2026-10-31 / incomes earned until")
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(
            "--rejects",
            metavar="OUT.xlsx",
            dir_okay=False,
            help="退回的行另存（号码完整，请妥善保管），改正后可再导入 / save the rejects, in full",
        ),
    ] = None,
    url: UrlOption = None,
    port_base: PortBaseOption = None,
    credentials: CredentialsOption = None,
) -> None:
    """导入农户台账，每人一行 / import the registry, a row per person.

    等到写入完成；须他人复核的导入停在 review，由另一人用 bihuan imports 办理。再次导入只改动有差异的。

    [bold]例 / examples[/bold]

        bihuan import 台账.xlsx

        bihuan import registry.csv --dry-run --rejects 退回.xlsx

        bihuan import 全国防返贫监测系统导出.xlsx --layout national --as-of 2026-10-31
    """
    with connect(name, url, port_base, credentials) as county:
        with uploading(file) as progress:
            made = county.import_registry(
                file,
                dry_run=dry_run,
                layout=layout,
                as_of=as_of,
                progress=progress,
                purpose=f"{PURPOSE}:{DRY_RUN}" if dry_run and rejects is not None else None,
            )
        if not dry_run:
            with messages().status("正在写入 / applying"):
                while made["state"] not in FINAL_STATES:
                    time.sleep(POLL_SECONDS)
                    made = county.import_state(made["id"])
        show_import(made)
        if made["rejected"]:
            _show_rejects(county, made, rejects)
    if made["state"] == "failed":
        raise CommandRefused(f"导入 {made['id']} 未完成 / the import failed")
    if made["state"] == "review" and not dry_run:
        messages().print(
            f"导入 {made['id']} 等待另一名人员复核，由其运行 / waits for another officer, who runs:\n"
            f"  bihuan imports approve {made['id']} --name county-checker\n"
            f"  bihuan imports refuse {made['id']} --name county-checker --reason 原因",
            soft_wrap=True,
        )


def show_import(made: dict[str, Any]) -> None:
    """Counts and state; `changed` of the answer covers the added, here each row counts once."""
    state = made["state"]
    if made.get("dry_run"):
        state = f"试导入，未写入；正式导入将为 {state} / dry run, nothing is kept"
    altered = made["changed"] - made["added"]
    show_counts({**made, "altered": altered, "state": state}, (*COUNTS, "state"))


def _show_rejects(county: Connection, made: dict[str, Any], to: Path | None) -> None:
    """On the screen, and all that the service tells in the spreadsheet `to`."""
    layout = county.import_layout(made["layout"], made["layout_version"])
    headings = {field["name"]: field["headings"][0] for field in layout["fields"]}
    rejected = made["rejected"]
    if not made.get("dry_run"):
        show_rejects(county.import_rejects(made["id"]), rejected, {**HEADERS, **headings})
        if to is not None:
            county.download_import_rejects(made["id"], to, purpose=f"{PURPOSE}:{made['id']}")
            _tell_saved(to, rejected, rejected)
        return
    told = made["rejects"]
    show_rejects(told, rejected, {**HEADERS, **headings})
    if to is not None:
        columns = [
            Column(field["name"], (field["headings"][0],), field["required"], field["words"])
            for field in layout["fields"]
        ]
        with to.open("wb") as file:
            write_xlsx(file, [rejected_sheet(columns, told)])
        _tell_saved(to, len(told), rejected)


def _tell_saved(to: Path, saved: int, rejected: int) -> None:
    rest = (
        ""
        if saved == rejected
        else "；试导入只列出最前面的，全部的在正式导入后取 / all of them after the import"
    )
    messages().print(f"{saved} 行退回写入 {to}，号码完整，请妥善保管{rest} / saved", soft_wrap=True)
