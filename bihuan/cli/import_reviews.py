"""`imports`: the second officer's part of a large import."""

from typing import Annotated, Final

import typer
from rich.table import Table

from bihuan.cli.connection import CredentialsOption, UrlOption, connect
from bihuan.cli.imports import show_import
from bihuan.cli.options import PortBaseOption
from bihuan.cli.terminal import results

app = typer.Typer(help="导入的列表与复核 / imports and their review.")

ImportArgument = Annotated[str, typer.Argument(metavar="ID", help="导入的编号 / the import's id")]
CheckerOption = Annotated[
    str, typer.Option("--name", help="以哪个客户端：导入人以外的另一人 / another than the importer")
]
CHECKER: Final = "county-checker"
ID_WIDTH: Final = 36


@app.command("list")
def list_command(
    state: Annotated[
        str, typer.Option("--state", help="review、received、applied、failed、refused；all 为全部")
    ] = "review",
    name: CheckerOption = CHECKER,
    url: UrlOption = None,
    port_base: PortBaseOption = None,
    credentials: CredentialsOption = None,
) -> None:
    """列出等待复核的导入 / imports that wait for a review, the newest first.

    [bold]例 / examples[/bold]

        bihuan imports list

        bihuan imports list --state all --name county
    """
    table = Table(box=None)
    # The id is there to be copied.
    table.add_column("编号 id", no_wrap=True, min_width=ID_WIDTH)
    for header in ("状态 state", "收到时间 received_at", "新增/变化/不变/退回"):
        table.add_column(header, overflow="fold")
    with connect(name, url, port_base, credentials) as county:
        for made in county.imports(None if state == "all" else state):
            altered = made["changed"] - made["added"]
            counts = (made["added"], altered, made["unchanged"], made["rejected"])
            table.add_row(made["id"], made["state"], made["received_at"], "/".join(map(str, counts)))
    results().print(table)


@app.command("approve")
def approve_command(
    import_id: ImportArgument,
    name: CheckerOption = CHECKER,
    url: UrlOption = None,
    port_base: PortBaseOption = None,
    credentials: CredentialsOption = None,
) -> None:
    """批准一个等待复核的导入 / let an import be applied.

    [bold]例 / examples[/bold]

        bihuan imports approve 019a8d5e-7c1f-7000-8000-2f1d4c5b6a79 --name county-checker
    """
    with connect(name, url, port_base, credentials) as county:
        show_import(county.approve_import(import_id))


@app.command("refuse")
def refuse_command(
    import_id: ImportArgument,
    reason: Annotated[str, typer.Option("--reason", help="退回的原因 / why")],
    name: CheckerOption = CHECKER,
    url: UrlOption = None,
    port_base: PortBaseOption = None,
    credentials: CredentialsOption = None,
) -> None:
    """退回一个等待复核的导入，什么也不写入 / refuse an import: nothing of it is kept.

    [bold]例 / examples[/bold]

        bihuan imports refuse 019a8d5e-7c1f-7000-8000-2f1d4c5b6a79 --reason 村代码有误
    """
    with connect(name, url, port_base, credentials) as county:
        show_import(county.refuse_import(import_id, reason))
