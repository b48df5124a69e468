"""What a figure is: a ratio measured several times in one run, and the bound that it must hold."""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

from bihuan.bench.system import BenchSystem, Setup

RUNS = 5

Better = Literal["higher", "lower"]

#: One run: the value of the figure on a running system. The number counts runs from 0, so that what is
#: compared can take turns in going first.
Measure = Callable[[BenchSystem, int], float]


@dataclass(frozen=True, slots=True)
class Figure:
    """A benchmark by its name in contract.md, Benchmarks; ``setup`` is the system that it is measured on.

    ``long``: takes many minutes, so it is measured only when it is named, or with BIHUAN_BENCH_LONG=1.
    """

    name: str
    what: str
    unit: str
    better: Better
    bound: float
    setup: Setup
    measure: Measure
    runs: int = RUNS
    long: bool = False

    def holds(self, value: float) -> bool:
        return value >= self.bound if self.better == "higher" else value <= self.bound


@dataclass(frozen=True, slots=True)
class Measured:
    """The values of all runs of one figure, in the order in which they were measured."""

    figure: Figure
    runs: tuple[float, ...]

    @property
    def value(self) -> float:
        return median(self.runs)

    @property
    def holds(self) -> bool:
        return self.figure.holds(self.value)

    def as_json(self) -> dict[str, Any]:
        """As contract.md writes it, with four digits behind the point."""
        return {
            "value": round(self.value, 4),
            "bound": self.figure.bound,
            "better": self.figure.better,
            "unit": self.figure.unit,
            "holds": self.holds,
            "runs": [round(run, 4) for run in self.runs],
        }
