"""`list pull` and `list feedback`: a township's verification list, out and back."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from bihuan.cli.connection import CredentialsOption, NameOption, UrlOption, connect, credential
from bihuan.cli.failures import CommandRefused
from bihuan.cli.options import PortBaseOption
from bihuan.cli.push import FileArgument
from bihuan.cli.terminal import Place, messages, show_counts, show_items
from bihuan.client.tables import table_body
from shared.tables.columns import Sheet
from shared.tables.errors import TableError
from shared.tables.reading import read_table
from shared.tables.words import NAME, VERIFICATION_COLUMNS

app = typer.Typer(help="乡镇核查清单 / a township's verification list")

PAGE = 500

#: A filled list with what tells a person which row it is.
FILLED = Sheet((*VERIFICATION_COLUMNS, NAME))


@app.command("pull")
def pull_command(
    name: NameOption,
    to: Annotated[
        Path,
        typer.Option("--to", metavar="FILE", dir_okay=False, help="写入 .xlsx 或 .json / into this file"),
    ],
    cycle: Annotated[str, typer.Option("--cycle", help="月度周期，如 2026-11 / the month")] = "current",
    township: Annotated[
        str | None,
        typer.Option("--township", help="乡镇代码（代管单位等）/ township code", show_default=False),
    ] = None,
    receipt: Annotated[bool, typer.Option("--receipt", help="同时签收 / acknowledge it as well")] = False,
    url: UrlOption = None,
    port_base: PortBaseOption = None,
    credentials: CredentialsOption = None,
) -> None:
    """取核查清单，XLSX 可直接填写后反馈 / pull the list, as a sheet to fill in or as JSON.

    [bold]例 / examples[/bold]

        bihuan list pull --name 绥棱镇 --to 绥棱镇11月.xlsx --receipt

        bihuan list pull --name 阁山镇 --township 231226401 --cycle 2026-11 --to list.json
    """
    with connect(name, url, port_base, credentials) as client:
        month = client.cycle(cycle)["cycle"]
        code = township or credential(name, credentials)["region_code"]
        if to.suffix == ".xlsx":
            client.download_list(month, code, to)
            total = client.verification_list(month, code)["total"]
        elif to.suffix == ".json":
            tasks = list(client.tasks(cycle=month, region=code, limit=PAGE))
            to.write_text(json.dumps(tasks, ensure_ascii=False, indent=1), encoding="utf-8")
            total = len(tasks)
        else:
            raise CommandRefused(f"{to}：文件名应以 .xlsx 或 .json 结尾 / must end in .xlsx or .json")
        if receipt:
            client.acknowledge(month, code)
        messages().print(f"{month} {code} → {to}：{total} 个任务 / tasks", soft_wrap=True)


@app.command("feedback")
def feedback_command(
    file: FileArgument,
    name: NameOption,
    url: UrlOption = None,
    port_base: PortBaseOption = None,
    credentials: CredentialsOption = None,
) -> None:
    """反馈核查结果：填好的清单，或 JSON / feed back: the filled sheet, or JSON `{"items": […]}`.

    逐条受理；有退回的条目时以 1 结束。

    [bold]例 / examples[/bold]

        bihuan list feedback 绥棱镇11月.xlsx --name 绥棱镇
    """
    with connect(name, url, port_base, credentials) as client:
        answer = client.verify(file)
    show_counts(answer, ("accepted", "rejected"))
    refused = [item for item in answer["items"] if item.get("errors")]
    if refused:
        show_items(refused, places_of(file, refused))
    if answer["rejected"]:
        raise CommandRefused(f"{answer['rejected']} 条未受理，请改正后再次反馈 / items were rejected")


def places_of(file: Path, items: Sequence[dict[str, Any]]) -> list[Place]:
    """Where each item stands in ``file``, as far as this program can read it: no line of JSON, nor of what is
    compressed."""
    with table_body(file) as body:
        if body.stored is not None or body.kind in ("json", "ndjson"):
            return [Place()] * len(items)
        content_type = body.headers["Content-Type"]
    lines: dict[str, Place] = {}
    try:
        with file.open("rb") as source:
            for row in read_table(source, content_type, FILLED):
                place = Place(row.line, str(row.values.get(NAME.name) or ""))
                lines.setdefault(str(row.values["task_id"]), place)
    except TableError:
        return [Place()] * len(items)
    return [lines.get(str(item.get("task_id")), Place()) for item in items]
