"""The registry of benchmarks, what a figure says of its runs, and the file that is written."""

import json
from pathlib import Path

import pytest

import bihuan.bench as bench
from bihuan.bench.catalogue import BY_NAME, FIGURES
from bihuan.bench.figures import Figure, Measured
from bihuan.bench.system import Setup

#: From contract.md, Benchmarks.
BOUNDS = {
    "match.vs_sql_join": ("lower", 8),
    "push.full_table_ratio": ("higher", 0.4),
    "push.spike_list_p99_ratio": ("lower", 2),
    "registry.p99_growth": ("lower", 1.3),
    "import.vs_copy": ("higher", 0.3),
    "import.memory_growth": ("lower", 1.3),
    "push.load_vs_copy": ("higher", 0.4),
    "push.load_vs_copy_aes": ("higher", 0.6),
    "push.visible_vs_copy_and_match": ("lower", 2.5),
    "push.vs_orm": ("higher", 40),
    "push.vs_core": ("higher", 2.5),
    "push.growth": ("lower", 1.15),
    "push.memory_mib": ("lower", 300),
    "push.memory_growth": ("lower", 1.05),
    "statistics.vs_recount": ("lower", 0.02),
    "lists.rps_vs_empty": ("higher", 0.15),
    "lists.p99_vs_mean": ("lower", 2),
    "lists.vs_orm": ("higher", 6),
    "lists.history_p99_ratio": ("lower", 1.2),
    "funds.disburse_vs_copy": ("higher", 0.15),
    "funds.progress_vs_empty": ("lower", 20),
    "lists.upload_vs_read": ("lower", 10),
}


def figure(name: str = "some.figure", better: str = "higher", *, long: bool = False) -> Figure:
    values = iter((5.0, 1.0, 3.0, 2.0, 4.0))
    return Figure(name, "", "ratio", better, 3, Setup(), lambda *_: next(values), long=long)  # type: ignore[arg-type]


def test_the_bounds_are_those_of_the_contract() -> None:
    assert {name: (each.better, each.bound) for name, each in BY_NAME.items()} == BOUNDS


def test_every_figure_has_at_least_five_runs() -> None:
    assert min(each.runs for each in FIGURES) >= 5
    assert len(BY_NAME) == len(FIGURES)


@pytest.mark.parametrize(("better", "runs", "holds"), [
    ("higher", (3.0, 1.0, 9.0), True),
    ("higher", (2.9, 1.0, 9.0), False),
    ("lower", (3.0, 1.0, 9.0), True),
    ("lower", (3.1, 1.0, 9.0), False),
])  # fmt: skip
def test_the_median_holds_the_bound_or_not(better: str, runs: tuple[float, ...], holds: bool) -> None:
    assert Measured(figure(better=better), runs).holds is holds


def test_long_figures_are_measured_when_named_or_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(bench.LONG_TOO, raising=False)
    long = {each.name for each in FIGURES if each.long}
    assert long and not long & {each.name for each in bench.chosen([])}
    assert [each.name for each in bench.chosen(["push.growth", "push.growth"])] == ["push.growth"]
    monkeypatch.setenv(bench.LONG_TOO, "1")
    assert bench.chosen([]) == list(FIGURES)


def test_an_unknown_name_is_refused_before_anything_starts(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["push.nothing"], None) == bench.UNKNOWN_NAME
    assert "push.nothing" in capsys.readouterr().err


def test_runs_are_interleaved_and_written_as_the_contract_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    order: list[str] = []

    def counted(name: str) -> Figure:
        def measure(_: object, run: int) -> float:
            order.append(f"{name}{run}")
            return float(run)

        return Figure(name, "", "ratio", "higher", 3, Setup(), measure)

    class NoSystem:
        def __enter__(self) -> None: ...

        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(bench, "bench_system", lambda _: NoSystem())
    monkeypatch.setattr(bench, "chosen", lambda _: [counted("a"), counted("b")])
    file = tmp_path / "figures.json"
    assert bench.main([], file) == 0
    assert order[:4] == ["a0", "b0", "a1", "b1"]
    written = json.loads(file.read_bytes())
    assert {"processor", "cores", "load_average"} <= set(written["machine"])
    assert written["figures"]["a"] == {
        "value": 2.0,
        "bound": 3,
        "better": "higher",
        "unit": "ratio",
        "holds": False,
        "runs": [0.0, 1.0, 2.0, 3.0, 4.0],
    }
