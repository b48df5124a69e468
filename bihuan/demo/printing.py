"""The table of the closed loop on standard output."""

import sys
from collections.abc import Mapping
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from shared.tables.words import MATCHES

from .funds import FundsFact
from .table import NO_TOWNSHIP, LoopTable, Row

#: What a file is given room for: both headers.
WIDTH_OF_A_FILE: Final = 240

PUSHED: Final = (("推送", "pushed"), ("备案", "filed"), ("重复", "duplicate"), ("退回", "rejected"))
DONE: Final = (
    ("任务", "tasks"),
    ("签收", "received"),
    ("核实", "verified"),
    ("确认风险", "confirmed"),
    ("已反馈", "fed_back"),
    ("办结", "closed"),
)
SHORT: Final = {
    "monitored": "监测",
    "lifted": "脱贫",
    "low_income": "低收入",
    "ordinary": "一般",
    "candidate": "待定",
}


def print_table(table: LoopTable, township_names: Mapping[str, str]) -> None:
    """Both halves, then the cases. Departments stand under their code, townships under their name."""
    names = {**township_names, NO_TOWNSHIP: "（未定乡镇）"}
    townships = [row for row in table.townships.values() if row.key != NO_TOWNSHIP or row.filed]
    _print_half(f"{table.cycle} 部门 / departments", list(table.departments.values()), table.total, {})
    _print_half(f"{table.cycle} 乡镇 / townships", townships, table.total, names)
    print(f"监测帮扶 / cases: 确认风险的任务，开案 opened {table.opened}，未开案 refused {table.refused}")
    print("任务按户合并：一户的多条预警是一次入户，各部门任务之和可大于总数。")


def _print_half(title: str, rows: list[Row], total: Row, names: Mapping[str, str]) -> None:
    """With the codes under the headers where there is room; a narrow terminal breaks lines, never figures."""
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE)
    shown = _half(title, rows, total, names, with_codes=True)
    if _width(console, shown) > console.width:
        shown = _half(title, rows, total, names, with_codes=False)
    console.width = max(console.width, _width(console, shown))
    console.print(shown, crop=False)


def _width(console: Console, table: Table) -> int:
    return Measurement.get(console, console.options.update(width=10_000), table).maximum


def _half(title: str, rows: list[Row], total: Row, names: Mapping[str, str], *, with_codes: bool) -> Table:
    shown = Table(title=title, box=SIMPLE_HEAD, title_justify="left", padding=(0, 1), show_footer=True)
    with_push = any(row.push is not None for row in rows)
    matches = [(SHORT.get(code, word), code) for word, code in MATCHES.items()]
    footer = _cells(total, pushes=[row for row in rows if row.push] if with_push else None)
    shown.add_column("部门" if with_push else "乡镇", footer="合计 total", no_wrap=True)
    columns = (*(PUSHED if with_push else PUSHED[1:2]), *matches, *DONE)
    for (word, code), cell in zip(columns, footer, strict=True):
        shown.add_column(
            f"{word}\n{code}" if with_codes else word, footer=cell, justify="right", no_wrap=True
        )
    for row in rows:
        label = names.get(row.key, row.key)
        if row.push is not None and row.push.nil_report:
            label += " 零报告"
        shown.add_row(label, *_cells(row, pushes=[row] if with_push else None))
    return shown


def _cells(row: Row, pushes: list[Row] | None) -> list[str]:
    """The figures of a row; `pushes`: the departments whose batches it sums up, None where nobody pushes."""
    filed: list[int] = [row.filed]
    if pushes is not None:
        facts = [each.push for each in pushes if each.push is not None]
        filed = [
            sum(fact.received for fact in facts),
            row.filed,
            sum(fact.duplicate for fact in facts),
            sum(fact.rejected for fact in facts),
        ]
    compared = [row.matches[code] for code in MATCHES.values()]
    done = [row.tasks, row.received, row.verified, row.confirmed, row.fed_back, row.closed]
    return [str(figure) for figure in (*filed, *compared, *done)]


def print_funds(fact: FundsFact) -> None:
    """The small funds part, on one line."""
    share = fact.paid / fact.allocated if fact.allocated else fact.paid
    print(
        f"资金 / funds: 下达 allocated {fact.allocated:,.2f} 元，支付 paid {fact.paid:,.2f} 元（{share:.1%}），"
        f"超指标支付被拒 overspend refused: {'是 yes' if fact.overspend_refused else '否 no'}"
    )
