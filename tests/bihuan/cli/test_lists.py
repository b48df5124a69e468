"""What a township is told of the rows that were not taken."""

import openpyxl
import pytest

from bihuan.cli.lists import places_of
from bihuan.cli.terminal import Place, heading, show_items
from shared.tables import words

ERRORS = [
    {"field": "visited_on", "code": "not_a_date", "message": "日期应写作 2026-11-08"},
    {"field": "guarantees/water", "code": "not_yes_or_no", "message": "应为是或否"},
]
ITEM = {"task_id": "t2", "status": "rejected", "errors": ERRORS}


def test_the_row_and_the_name_are_those_of_the_sheet(tmp_path):
    book = openpyxl.Workbook()
    headings = [*(column.headers[0] for column in words.VERIFICATION_COLUMNS[:4]), "姓名"]
    for row in (["绥棱镇 2026-11 月预警核查清单"], headings, ["t1", "无风险", "", "李四", "赵一"]):
        book.active.append(row)
    book.active.append(["t2", "无风险", "明天", "李四", "钱二"])
    book.save(tmp_path / "list.xlsx")
    assert places_of(tmp_path / "list.xlsx", [ITEM, {"task_id": "x"}]) == [Place(4, "钱二"), Place()]
    (tmp_path / "list.csv").write_text("任务编号,核实结果,入户日期,核实人\nt2,无风险,明天,李四\n")
    assert places_of(tmp_path / "list.csv", [ITEM]) == [Place(2, "")]
    (tmp_path / "list.json").write_text("{}")
    assert places_of(tmp_path / "list.json", [ITEM]) == [Place()]
    (tmp_path / "other.csv").write_text("一,二\n")
    assert places_of(tmp_path / "other.csv", [ITEM]) == [Place()]


@pytest.mark.parametrize(
    ("place", "which"), [(Place(4, "钱二"), ["4", "钱二"]), (Place(), ["t2"])], ids=["sheet", "json"]
)
def test_every_reason_stands_under_its_heading(place, which, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    show_items([ITEM], [place])
    rows = [line.replace("│", " ").split() for line in capsys.readouterr().out.splitlines()]
    assert [*which, "入户日期", "日期应写作", "2026-11-08"] in rows
    assert [*which, "饮水安全有保障", "应为是或否"] in rows
    assert ["not_yes_or_no"] in rows


def test_a_field_without_a_heading_keeps_its_name():
    assert heading("verifiers/0") == "核实人"
    assert heading("clues") == "clues"
