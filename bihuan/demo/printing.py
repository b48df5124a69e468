"""The table of the closed loop on standard output."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
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

DONE: Final = (
    ("任务", "tasks"),
    ("签收", "received"),
    ("核实", "verified"),
    ("确认风险", "confirmed"),
    ("已反馈", "fed_back"),
    ("办结", "closed"),
)
DONE_CODES: Final = frozenset(code for _, code in DONE)
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
    """All in one with the codes under the headers; on a terminal too narrow for it, the way to the townships
    and the way back one below the other, in Chinese, without columns of nothing but zeros. A terminal still
    narrower breaks lines, never figures."""
    console = Console(file=sys.stdout, width=None if sys.stdout.isatty() else WIDTH_OF_A_FILE)
    columns = _columns(rows)
    whole = _table(title, columns, rows, total, names, with_codes=True)
    if _width(console, whole) <= console.width:
        console.print(whole, crop=False)
        return
    short = title.partition(" / ")[0]
    filled = [column for column in columns if column.of(total, rows)]
    for part, shown in (
        ("推送、备案与比对", [column for column in filled if column.code not in DONE_CODES]),
        ("核实与反馈", [column for column in filled if column.code in DONE_CODES]),
    ):
        table = _table(f"{short} {part}", shown, rows, total, names, with_codes=False)
        console.width = max(console.width, _width(console, table))
        console.print(table, crop=False)


def _width(console: Console, table: Table) -> int:
    return Measurement.get(console, console.options.update(width=10_000), table).maximum


@dataclass(frozen=True, slots=True)
class _Column:
    """A figure of a row. `of` is given the row, and those whose batches it sums up: itself, or all of them."""

    word: str
    code: str
    of: Callable[[Row, list[Row]], int]


def _pushed(fact: str) -> Callable[[Row, list[Row]], int]:
    return lambda _, rows: sum(getattr(row.push, fact) for row in rows if row.push is not None)


def _own(name: str) -> Callable[[Row, list[Row]], int]:
    return lambda row, _: int(getattr(row, name))


def _matched(code: str) -> Callable[[Row, list[Row]], int]:
    return lambda row, _: row.matches[code]


def _columns(rows: list[Row]) -> list[_Column]:
    """Townships do not push: of the first columns they have only what was filed."""
    filed = _Column("备案", "filed", _own("filed"))
    first = [filed]
    if any(row.push is not None for row in rows):
        first = [
            _Column("推送", "pushed", _pushed("received")),
            filed,
            _Column("重复", "duplicate", _pushed("duplicate")),
            _Column("退回", "rejected", _pushed("rejected")),
        ]
    matches = [_Column(SHORT.get(code, word), code, _matched(code)) for word, code in MATCHES.items()]
    return [*first, *matches, *(_Column(word, code, _own(code)) for word, code in DONE)]


def _table(
    title: str,
    columns: Sequence[_Column],
    rows: list[Row],
    total: Row,
    names: Mapping[str, str],
    *,
    with_codes: bool,
) -> Table:
    shown = Table(title=title, box=SIMPLE_HEAD, title_justify="left", padding=(0, 1), show_footer=True)
    first = "部门" if any(row.push is not None for row in rows) else "乡镇"
    shown.add_column(first, footer="合计 total" if with_codes else "合计", no_wrap=True)
    for column in columns:
        header = f"{column.word}\n{column.code}" if with_codes else column.word
        shown.add_column(header, footer=str(column.of(total, rows)), justify="right", no_wrap=True)
    for row in rows:
        label = names.get(row.key, row.key)
        if row.push is not None and row.push.nil_report:
            label += " 零报告"
        shown.add_row(label, *(str(column.of(row, [row])) for column in columns))
    return shown


def print_funds(fact: FundsFact) -> None:
    """The small funds part, on one line."""
    share = fact.paid / fact.allocated if fact.allocated else fact.paid
    print(
        f"资金 / funds: 下达 allocated {fact.allocated:,.2f} 元，支付 paid {fact.paid:,.2f} 元（{share:.1%}），"
        f"超指标支付被拒 overspend refused: {'是 yes' if fact.overspend_refused else '否 no'}"
    )
