"""`import`: persons and households into the registry."""

import time
from typing import Annotated, Final

import typer

from bihuan.cli.connection import CredentialsOption, NameOption, UrlOption, connect
from bihuan.cli.failures import CommandRefused
from bihuan.cli.options import PortBaseOption
from bihuan.cli.push import FileArgument, RejectsOption
from bihuan.cli.terminal import messages, show_counts, show_rejects, uploading

POLL_SECONDS: Final = 0.3
FINAL_STATES: Final = ("applied", "review", "failed")


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
    rejects: RejectsOption = None,
    url: UrlOption = None,
    port_base: PortBaseOption = None,
    credentials: CredentialsOption = None,
) -> None:
    """导入农户台账，每人一行 / import the registry, a row per person.

    等到写入完成；须他人复核的导入停在 review。再次导入只改动有差异的。

    [bold]例 / examples[/bold]

        bihuan import 台账.xlsx

        bihuan import registry.csv --dry-run --rejects 退回.xlsx

        bihuan import 全国防返贫监测系统导出.xlsx --layout national --as-of 2026-10-31
    """
    with connect(name, url, port_base, credentials) as county:
        with uploading(file) as progress:
            made = county.import_registry(
                file, dry_run=dry_run, layout=layout, as_of=as_of, progress=progress
            )
        if not dry_run:
            with messages().status("正在写入 / applying"):
                while made["state"] not in FINAL_STATES:
                    time.sleep(POLL_SECONDS)
                    made = county.import_state(made["id"])
        counts = (
            "received",
            "accepted",
            "rejected",
            "households",
            "persons",
            "added",
            "changed",
            "unchanged",
            "state",
        )
        show_counts(made, counts)
        if made["rejected"] and made["id"]:
            show_rejects(county.import_rejects(made["id"]), made["rejected"])
            if rejects is not None:
                county.download_import_rejects(made["id"], rejects)
        if made["state"] == "failed":
            raise CommandRefused(f"导入 {made['id']} 未完成 / the import failed")
        if made["state"] == "review":
            messages().print(f"导入 {made['id']} 等待另一名人员复核 / waits for another officer's review")
