import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.tables import words
from shared.tables.columns import Column, Sheet
from shared.tables.reading import read_table
from shared.tables.writing import OutColumn, OutSheet, write_csv, write_xlsx

from .conftest import Read, record

TEXTS = (Column("key", ("编号",), required=True), Column("text", ("内容",), required=True))
OUT = tuple(OutColumn.of(column) for column in TEXTS)
KINDS = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def written(kind: str, rows: Sequence[Mapping[str, object]], columns: Sequence[OutColumn]) -> bytes:
    if kind == "csv":
        return b"".join(write_csv(rows, columns))
    file = io.BytesIO()
    write_xlsx(file, [OutSheet("表", columns, rows)])
    return file.getvalue()


def back(kind: str, texts: Sequence[str]) -> list[object]:
    rows = [{"key": f"k{number}", "text": text} for number, text in enumerate(texts)]
    body = written(kind, rows, OUT)
    return [row.values["text"] for row in read_table(io.BytesIO(body), KINDS[kind], Sheet(TEXTS))]


any_text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
xml_text = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff", include_characters="\t\n\r"
    )
)
dangerous = st.builds(
    str.__add__,
    st.sampled_from(["=", "+", "-", "@", "＝", "＠", "\t", "\r", "'", "'=", "''-", "'＋", "_x000D_"]),
    xml_text,
)


@given(st.lists(any_text | dangerous, min_size=1, max_size=8))
def test_csv_comes_back_as_it_went(texts: list[str]) -> None:
    assert back("csv", texts) == texts


@settings(max_examples=15)
@given(st.lists(xml_text | dangerous, min_size=1, max_size=60))
def test_xlsx_comes_back_as_it_went(texts: list[str]) -> None:
    assert back("xlsx", texts) == texts


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_push_comes_back_as_it_went(read: Read, kind: str) -> None:
    rows = [record(number) for number in range(1_200)]
    body = written(kind, rows, [OutColumn.of(column) for column in words.PUSH_COLUMNS])
    assert [row.values for row in read(body, kind)] == rows


def test_csv_is_what_excel_opens_rightly() -> None:
    rows = [{"key": -5, "text": "=1+1"}, {"key": Decimal("-1.50"), "text": None}]
    assert written("csv", rows, OUT) == "\ufeff编号,内容\r\n-5,'=1+1\r\n-1.50,\r\n".encode()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_neither_headings_nor_cells_run_as_formulas(start: str) -> None:
    text = f"{start}HYPERLINK(1)"
    body = b"".join(write_csv([{"a": text}], [OutColumn("a", text)])).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body, newline="")))
    assert [row[0] for row in rows] == [f"'{text}"] * 2


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("heading", ["=1+1", "－金额", "'=1+1", "'＠", "''+a", "甲"])
def test_a_senders_own_headings_come_back_as_they_went(kind: str, heading: str) -> None:
    columns = (*OUT, OutColumn("own", heading))
    body = written(kind, [{"key": "k1", "text": "a", "own": "b"}], columns)
    (row,) = read_table(io.BytesIO(body), KINDS[kind], Sheet(TEXTS))
    assert row.original[heading] == "b"


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        (words.HOUSEHOLD_TYPE, "lifted", "脱贫户"),
        (words.OUTCOME, "risk_confirmed", "确认有风险"),
        (words.RISKS, ["illness", "schooling"], "因病、因学"),
        (words.HOUSING, True, "是"),
        (words.HOUSING, False, "否"),
        (words.NAME, True, "是"),
        (words.OCCURRED_ON, date(2026, 11, 2), "2026-11-02"),
        (words.OCCURRED_ON, datetime(2026, 11, 2, 8, tzinfo=UTC), "2026-11-02 08:00:00+00:00"),
        (words.AMOUNT, Decimal("15100.00"), Decimal("15100.00")),
        (words.NAME, None, None),
    ],
)
def test_what_is_shown(column: Column, value: object, shown: object) -> None:
    assert OutColumn.of(column).shown(value) == shown


def sheet() -> OutSheet:
    return OutSheet(
        "核实/清单：绥棱镇[2026-11]",
        (
            OutColumn.of(words.TASK_ID, hidden=True, locked=True),
            OutColumn.of(words.ID_NUMBER, width=22, locked=True),
            OutColumn.of(words.OUTCOME, choose=True),
            OutColumn.of(words.PER_CAPITA_INCOME),
        ),
        [
            {"task_id": "t1", "id_number": "231226199003071238", "per_capita_income": Decimal("7500.5")},
            {"task_id": "=t2"},
        ],
        notes=("注：请于十日内反馈",),
        heading="核实清单",
    )


def test_a_sheet_to_fill_in() -> None:
    file = io.BytesIO()
    write_xlsx(file, [sheet(), sheet()])
    book = openpyxl.load_workbook(file)
    first, second = book.worksheets
    assert first.title == "核实 清单：绥棱镇 2026-11"
    assert second.title == first.title + " 2"
    assert first["A1"].value == "核实清单"
    assert [cell.value for cell in first[2]] == ["任务编号", "身份证号", "核实结果", "人均年收入"]
    assert (first["B3"].value, first["B3"].data_type, first["B3"].number_format) == (
        "231226199003071238",
        "s",
        "@",
    )
    assert first["D3"].value == 7500.5
    assert (first["A4"].value, first["A4"].data_type) == ("=t2", "s")
    assert first["B6"].value == "注：请于十日内反馈"
    assert first.column_dimensions["A"].hidden
    assert first.column_dimensions["B"].width == pytest.approx(22, abs=1)
    assert first.freeze_panes == "A3"
    assert first.protection.sheet
    assert first["A3"].protection.locked
    assert not first["C3"].protection.locked
    (validation,) = first.data_validations.dataValidation
    assert str(validation.sqref) == "C3:C4"
    assert validation.formula1 == '"确认有风险,无风险,已享受政策,需部门处置,查无此人,已迁出,已死亡"'
    assert first.print_title_rows == "$2:$2"


def test_the_filled_sheet_is_read() -> None:
    file = io.BytesIO()
    write_xlsx(file, [sheet()])
    book = openpyxl.load_workbook(file)
    book.worksheets[0]["C3"] = "无风险"
    filled = io.BytesIO()
    book.save(filled)
    columns = Sheet([words.TASK_ID.as_required(), words.OUTCOME, words.PER_CAPITA_INCOME])
    rows = list(read_table(filled, KINDS["xlsx"], columns))
    assert [row.values["task_id"] for row in rows] == ["t1", "=t2"]
    assert [row.values["outcome"] for row in rows] == ["no_risk", ""]


def test_without_locked_columns_nothing_is_protected() -> None:
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", [], OUT)))
    assert not book.worksheets[0].protection.sheet


def test_what_a_cell_cannot_hold_is_cut_visibly() -> None:
    body = written("xlsx", [{"key": "a\x01b", "text": "x" * 40_000}], OUT)
    sheet = openpyxl.load_workbook(io.BytesIO(body)).worksheets[0]
    assert sheet["A2"].value == "ab"
    assert sheet["B2"].value == "x" * 32_766 + "…"


def test_choices_that_no_spreadsheet_takes() -> None:
    with pytest.raises(ValueError, match="255"):
        OutColumn("a", "甲", choices=("长" * 300,))


def test_a_quotation_mark_in_a_choice() -> None:
    column = OutColumn("a", "甲", choices=('有"引号"', "b"))
    book = openpyxl.load_workbook(io.BytesIO(written("xlsx", [{"a": "b"}], [column])))
    (rule,) = book.worksheets[0].data_validations.dataValidation
    assert rule.formula1 == '"有""引号"",b"'


def test_a_row_is_as_high_as_its_longest_text() -> None:
    """Otherwise the texts of neighbours lie over each other where LibreOffice prints them."""
    columns = (OutColumn("a", "线索", 10, wrap=True), OutColumn("b", "不折行", 4))
    rows = [
        {"a": "短"},
        {"a": "住院自付费用较高" * 3, "b": "x" * 90},
        {"a": "一\n二"},
        {"a": "长" * 9_000},
        {"a": 5},
    ]
    file = io.BytesIO()
    write_xlsx(file, [OutSheet("清单", columns, rows)])
    heights = openpyxl.load_workbook(file).active.row_dimensions
    assert [heights[line].height for line in range(2, 7)] == [None, 75, 30, 408.75, None]
