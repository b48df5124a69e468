"""The table that a person reads."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bihuan.bench.figures import Measured

SIGNS = {"higher": "≥", "lower": "≤"}


def print_table(measured: Sequence[Measured]) -> None:
    """One line a figure: value, bound, whether it holds, the range of its runs."""
    table = Table(title="基准 / benchmarks")
    for heading in ("指标", "值", "要求", "达标", "各次范围", "含义"):
        table.add_column(heading, overflow="fold")
    for each in measured:
        figure = each.figure
        table.add_row(
            figure.name,
            f"{each.value:.3g} {figure.unit}",
            f"{SIGNS[figure.better]} {figure.bound:g}",
            "是" if each.holds else "否",
            f"{min(each.runs):.3g}–{max(each.runs):.3g}",
            figure.what,
        )
    Console().print(table)
