"""The table keeps its figures whole, however narrow the terminal."""

import re

import pytest
from rich.cells import cell_len

from bihuan.demo.printing import print_table
from bihuan.demo.table import PushFact, WarningFact, count

TOWN = "231226100"


@pytest.fixture
def table():
    fact = WarningFact(
        "YB", TOWN, "lifted", "t1", received=True, verified=True, outcome="no_risk", closed=True
    )
    pushes = {"YB": PushFact(23456, 12345, 1111, 10000, 10000), "JT": PushFact(nil_report=True)}
    return count("2026-11", pushes, [TOWN], [fact] * 12345, [])


@pytest.mark.parametrize("columns", ["60", "240"])
def test_every_figure_stands_in_its_row(table, capsys, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr("sys.stdout.isatty", lambda: columns == "60", raising=False)
    print_table(table, {TOWN: "绥棱镇"})
    shown = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert "…" not in shown
    [line, *_] = [line for line in shown.splitlines() if line.split()[:1] == ["YB"]]
    assert line.split()[1:5] == ["23456", "12345", "1111", "10000"]
    [line, *_] = [line for line in shown.splitlines() if line.split()[:1] == ["绥棱镇"]]
    assert line.split()[1] == "12345"
    assert "JT 零报告" in shown
    assert ("pushed" in shown) == ("departments" in shown) == (columns == "240")
    assert ("待定" in shown) == (columns == "240"), "nobody is a candidate"


def test_a_narrow_terminal_shows_whole_lines(table, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    print_table(table, {TOWN: "绥棱镇"})
    shown = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert all(cell_len(line) <= 80 for line in shown.splitlines())
    assert "2026-11 部门 核实与反馈" in shown
