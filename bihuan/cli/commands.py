"""The commands of `bihuan`, and one clear line for what cannot be done."""

import sys
from collections.abc import Sequence

import typer

from bihuan.cli import clients, county, import_reviews, imports, lists, push, regions, system
from bihuan.cli.failures import EXPECTED, one_line, what_is_wrong
from bihuan.cli.main import INTERRUPTED

app = typer.Typer(
    name="bihuan",
    help="闭环：县级防返贫预警、农户台账与资金服务的命令行 / a county's early-warning loop.",
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
app.command("up")(system.up_command)
app.command("demo")(system.demo_command)
app.command("migrate")(system.migrate_command)
app.command("bench")(system.bench_command)
app.command("push")(push.push_command)
app.command("import")(imports.import_command)
app.add_typer(import_reviews.app, name="imports")
app.add_typer(county.app, name="county")
app.add_typer(regions.app, name="regions")
app.add_typer(lists.app, name="list")
app.add_typer(clients.app, name="client")


def perform(arguments: Sequence[str]) -> int:
    """Run one command; gives back its exit code. Expected failures are one line on standard error."""
    try:
        answer = typer.main.get_command(app)(args=list(arguments), prog_name="bihuan", standalone_mode=False)
    except typer.Abort:
        return INTERRUPTED
    except typer.TyperException as error:
        _complain(f"{what_is_wrong(error)}：{one_line(error)} / try: bihuan --help")
        return error.exit_code
    except EXPECTED as error:
        _complain(one_line(error))
        return 1
    return answer if isinstance(answer, int) else 0


def _complain(line: str) -> None:
    print(f"bihuan: {line}", file=sys.stderr, flush=True)
