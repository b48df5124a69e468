"""The benchmarks: each figure is a ratio of things that were measured in the same run."""

import os
import signal
import sys
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import orjson

from bihuan.bench.catalogue import BY_NAME, FIGURES
from bihuan.bench.figures import Figure, Measured
from bihuan.bench.machine import describe_machine
from bihuan.bench.report import print_table
from bihuan.bench.system import Setup, bench_system

UNKNOWN_NAME = 2
TERMINATED = 143
LONG_TOO = "BIHUAN_BENCH_LONG"


def main(names: list[str], json_file: Path | None) -> int:
    """Measure the named figures (without names: all that are not long), print them, write ``json_file``.

    0 once they are measured, whether they hold their bounds or not; 2 for a name that is none.
    """
    unknown = [name for name in names if name not in BY_NAME]
    if unknown:
        known = "、".join(BY_NAME)
        print(f"bihuan: 没有名为 {'、'.join(unknown)} 的基准；有：{known}", file=sys.stderr)
        return UNKNOWN_NAME
    # A terminated run leaves no database behind either.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    machine = describe_machine()
    measured = measure(chosen(names))
    print_table(measured)
    if json_file is not None:
        figures = {each.figure.name: each.as_json() for each in measured}
        json_file.write_bytes(
            orjson.dumps({"machine": machine, "figures": figures}, option=orjson.OPT_INDENT_2)
        )
    return 0


def chosen(names: Sequence[str]) -> list[Figure]:
    if names:
        return [BY_NAME[name] for name in dict.fromkeys(names)]
    return [figure for figure in FIGURES if not figure.long or os.environ.get(LONG_TOO)]


def measure(figures: Iterable[Figure]) -> list[Measured]:
    """Figures of one setup share a system, and their runs are interleaved."""
    by_setup = attrgetter("setup")
    measured = []
    for setup, group in groupby(sorted(figures, key=by_setup), key=by_setup):
        measured += _on_one_system(setup, list(group))
    return measured


def _on_one_system(setup: Setup, figures: Sequence[Figure]) -> list[Measured]:
    runs: dict[str, list[float]] = {figure.name: [] for figure in figures}
    with bench_system(setup) as system:
        for run in range(max(figure.runs for figure in figures)):
            for figure in figures:
                if run < figure.runs:
                    value = figure.measure(system, run)
                    runs[figure.name].append(value)
                    print(f"{figure.name} {run + 1}/{figure.runs}: {value:.3f}", file=sys.stderr, flush=True)
    return [Measured(figure, tuple(runs[figure.name])) for figure in figures]
