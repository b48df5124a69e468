"""`push`: a department's file as one batch."""

from pathlib import Path
from typing import Annotated

import typer

from bihuan.cli.connection import CredentialsOption, UrlOption, connect
from bihuan.cli.failures import CommandRefused
from bihuan.cli.options import PortBaseOption
from bihuan.cli.reasons import save_reasons
from bihuan.cli.terminal import show_counts, show_rejects, uploading

FileArgument = Annotated[
    Path,
    typer.Argument(
        exists=True, dir_okay=False, readable=True, help="CSV、XLSX、JSON 或 NDJSON，可再加 .gz .zst"
    ),
]
RejectsOption = Annotated[
    Path | None,
    typer.Option(
        "--rejects",
        metavar="OUT.xlsx",
        dir_okay=False,
        help="退回的原始行另存，改正后可再推送 / save the rejects",
    ),
]


def push_command(
    file: FileArgument,
    org: Annotated[
        str, typer.Option("--org", "--name", help="以哪个部门：代码或客户端编号 / as which department")
    ],
    batch_no: Annotated[
        str | None,
        typer.Option(
            "--batch-no", help="批次号 / batch number [文件名 / the file's name]", show_default=False
        ),
    ] = None,
    urgent_reason: Annotated[
        str | None, typer.Option("--urgent-reason", help="突发原因，窗口外也可推送 / why it is urgent")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不备案 / check only")] = False,
    rejects: RejectsOption = None,
    url: UrlOption = None,
    port_base: PortBaseOption = None,
    credentials: CredentialsOption = None,
) -> None:
    """推送一个部门的预警文件 / push a department's file of warnings.

    显示各项计数和退回的记录；同一文件以同一批次号再次推送，结果不变。有退回的记录时以 1 结束。

    [bold]例 / examples[/bold]

        bihuan push 医保202611.csv --org YB

        bihuan push 医保202611.csv --org YB --dry-run --rejects 原因.xlsx

        bihuan push 雪灾.xlsx --org YJ --batch-no 2026-11-急1 --urgent-reason 暴雪 --rejects 退回.xlsx
    """
    with connect(org, url, port_base, credentials) as department:
        with uploading(file) as progress:
            batch = department.push(
                file,
                batch_no or file.name[:64],
                urgent_reason=urgent_reason,
                dry_run=dry_run,
                progress=progress,
            )
        show_counts(batch, ("cycle", "batch_no", "received", "accepted", "duplicate", "rejected", "state"))
        if batch["rejected"] and batch["id"] is None:
            show_rejects(batch["rejects"], batch["rejected"])
            if rejects is not None:
                save_reasons(batch["rejects"], batch["rejected"], rejects)
        elif batch["rejected"]:
            show_rejects(department.rejects(batch["id"]), batch["rejected"])
            if rejects is not None:
                department.download_rejects(batch["id"], rejects)
    if batch["rejected"]:
        raise CommandRefused(f"{batch['rejected']} 条退回 / rejected：{_way_out(batch['id'], rejects)}")


def _way_out(batch_id: str | None, rejects: Path | None) -> str:
    """How to get the rejected records and what to do with them."""
    if batch_id is None and rejects is not None:
        return f"原因已写入 {rejects}；原始行在正式推送后取回 / the rows themselves come with the real push"
    if batch_id is None:
        return (
            "加 --rejects 原因.xlsx 可另存原因；试推送不留退回台账 / save the reasons with --rejects OUT.xlsx"
        )
    if rejects is None:
        return (
            "以同一文件和批次号加 --rejects 退回.xlsx 再运行一次即可取回，改正后以新批次号推送"
            " / run again with --rejects OUT.xlsx to get them"
        )
    return f"已写入 {rejects}，改正后以新批次号推送 / correct them and push with another batch number"
