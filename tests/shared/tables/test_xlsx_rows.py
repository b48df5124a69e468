import io
import time
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from shared.identifiers.id_number import InvalidIdNumber, normalise_id_number
from shared.tables import words
from shared.tables.cells import to_amount, to_date, to_text
from shared.tables.columns import Sheet
from shared.tables.errors import TableError
from shared.tables.xlsx_process import inspect
from shared.tables.xlsx_rows import XlsxLimits, read_xlsx

from .conftest import HEADER, RECORD, Read, workbook

SHEET = Sheet(words.PUSH_COLUMNS)
EXCEL_DAY = datetime(2026, 11, 2)  # noqa: DTZ001 - as spreadsheets have it


def refusal(body: bytes, limits: XlsxLimits = XlsxLimits()) -> tuple[int, str]:
    with pytest.raises(TableError) as caught:
        list(read_xlsx(io.BytesIO(body), SHEET, limits))
    return caught.value.status, caught.value.code


def department_file() -> bytes:
    """As a department sends it: merged title, blank line, numbers and dates as Excel keeps them, a note."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["绥棱县医保局2026年11月预警名单"])
    sheet.merge_cells("A1:J1")
    sheet.append([])
    sheet.append(["序号", *HEADER])
    sheet.append([1, *RECORD])
    sheet.append(
        [
            2,
            "YB-2",
            231226199003071238,
            "李 四",
            231226001001,
            "YB01",
            EXCEL_DAY,
            1234.5,
            13800001234,
        ]
    )
    sheet.append([])
    sheet.append(
        [
            3,
            "YB-3",
            "２３１２２６１９９００３０７１２３８",
            "买买提•吐尔逊",
            "231226001000",
            "YB01",
            46328,
            "￥1,234.50",
        ]
    )
    sheet.append([4])
    sheet.append(["注：金额为个人自付部分"])
    sheet.merge_cells("A9:J9")
    sheet.column_dimensions["D"].hidden = True
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_file_as_departments_send_it(read: Read) -> None:
    rows = read(department_file(), "xlsx")
    assert [(row.line, row.values["source_record_id"]) for row in rows] == [
        (4, "YB-1"),
        (5, "YB-2"),
        (7, "YB-3"),
    ]
    assert rows[0].values == dict(zip((c.name for c in words.PUSH_COLUMNS), RECORD, strict=True))
    assert rows[1].values["region_code"] == "231226001001"
    assert rows[1].values["phone"] == "13800001234"
    assert [to_date(row.values["occurred_on"]) for row in rows] == [EXCEL_DAY.date()] * 3
    assert [str(to_amount(row.values["amount"])) for row in rows] == ["15100.00", "1234.50", "1234.50"]
    assert normalise_id_number(rows[2].values["id_number"]) == "231226199003071238"
    with pytest.raises(InvalidIdNumber) as caught:
        normalise_id_number(rows[1].values["id_number"])
    assert caught.value.code == "id_number_lost_digits"


def test_cells_as_a_person_sees_them(read: Read) -> None:
    cells = [1.0, 0.1 + 0.2, True, 15, "'=1", "文\n字", 1e20, "_x0041_"]
    body = workbook([HEADER, ["YB-1", "x", *cells[:7]], ["YB-2", "x", cells[7], *[""] * 6]])
    first, second = read(body, "xlsx")
    assert list(first.values.values())[2:] == ["1", "0.3", "TRUE", "15", "=1", "文\n字", "1e+20"]
    assert second.values["name"] == "_x0041_"
    assert to_text(first.values["name"]) == "1"


def test_values_of_formulas(read: Read) -> None:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, RECORD)
        sheet.write_formula(1, 6, "=7000+8100", None, 15100)
    assert read(file.getvalue(), "xlsx")[0].values["amount"] == "15100"


def test_the_first_visible_sheet_with_the_header(read: Read) -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(workbook([["填表说明"]] * 30, [HEADER, ["hidden"]], [HEADER, RECORD], [HEADER]))
    )
    book.worksheets[1].sheet_state = "hidden"
    file = io.BytesIO()
    book.save(file)
    (row,) = read(file.getvalue(), "xlsx")
    assert row.values["source_record_id"] == "YB-1"


def test_records_of_a_second_sheet_are_not_lost() -> None:
    """One sheet for each township: none of them is left out without a word."""
    assert refusal(workbook([HEADER, RECORD], [["填表说明"]], [["四海店镇"], HEADER, RECORD])) == (
        422,
        "several_sheets",
    )


def test_a_second_sheet_without_records_is_none_of_ours(read: Read) -> None:
    wide = [[f"列{n}" for n in range(1_200)]]
    (row,) = read(workbook([HEADER, RECORD], [HEADER], [["姓名", "备注"], ["张三", "x"]], wide), "xlsx")
    assert row.values["source_record_id"] == "YB-1"


def test_a_table_that_begins_elsewhere(read: Read) -> None:
    pad = [[None] * 4] * 3
    rows = read(workbook([*pad, [None, None, *HEADER], [None, None, *RECORD]]), "xlsx")
    assert [row.line for row in rows] == [5]


def test_many_rows_in_order(read: Read) -> None:
    rows = read(workbook([HEADER, *[[f"YB-{n}", *RECORD[1:]] for n in range(3_000)]]), "xlsx")
    assert [row.values["source_record_id"] for row in rows] == [f"YB-{n}" for n in range(3_000)]
    assert [row.line for row in rows] == list(range(2, 3_002))


def test_missing_columns_are_named(read: Read) -> None:
    with pytest.raises(TableError, match="缺少列：发生日期"):
        read(workbook([["说明"]], [HEADER[:5]]), "xlsx")


MANY = {f"e{number}": b"" for number in range(3_000)}
LAST = b'<row r="1048576"><c r="%s1048576"><v>1</v></c></row>'
INLINE = b'<row><c t="inlineStr"><is><t>%s</t></is></c></row>'
FIRST = b'<row r="1"><c r="A1"><v>1</v></c></row>'


def zipped(**entries: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()


def replaced(name: str, content: bytes) -> bytes:
    """A workbook with one of its parts replaced."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([HEADER, RECORD]))) as old,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.namelist():
            new.writestr(entry, content if entry == name else old.read(entry))
    return file.getvalue()


def sheet_of(cells: bytes) -> bytes:
    start = (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    )
    return replaced("xl/worksheets/sheet1.xml", start + b"<sheetData>" + cells + b"</sheetData></worksheet>")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"name,id\n", 400, "not_xlsx"),
        (b"PK\x03\x04" + b"\0" * 100, 400, "not_xlsx"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 2000, 400, "xlsx_encrypted"),
        (zipped(a=b"b"), 400, "not_xlsx"),
        (workbook([HEADER, RECORD])[:-200], 400, "not_xlsx"),
        (replaced("xl/worksheets/sheet1.xml", b"<broken"), 400, "not_xlsx"),
        (replaced("xl/workbook.xml", b"\xff\xff"), 400, "not_xlsx"),
        (zipped(**{"[Content_Types].xml": b"", "bomb": bytes(300_000_000)}), 413, "table_too_large"),
        (zipped(**{"[Content_Types].xml": b"", **MANY}), 413, "table_too_large"),
        (workbook([[*HEADER, *["x"] * 1_500], RECORD]), 422, "too_many_columns"),
        (sheet_of(FIRST + LAST % b"XFD"), 413, "table_too_large"),
        (sheet_of(FIRST + LAST % b"A"), 422, "too_many_empty_rows"),
        (sheet_of(INLINE % (b"x" * 50_000)), 422, "cell_too_long"),
    ],
)
def test_refusals(body: bytes, status: int, code: str) -> None:
    began = time.monotonic()
    assert refusal(body) == (status, code)
    assert time.monotonic() - began < 20


def test_a_size_that_lies_is_found_out() -> None:
    """The archive declares a hundred bytes; the sheet unfolds to fifty million."""
    body = bytearray(sheet_of(b" " * 50_000_000))
    at = body.rindex(b"xl/worksheets/sheet1.xml") - 46
    assert body[at : at + 4] == b"PK\x01\x02"
    body[at + 24 : at + 28] = (100).to_bytes(4, "little")
    with pytest.raises(zipfile.BadZipFile):
        inspect(io.BytesIO(body), 100_000_000)
    assert refusal(bytes(body)) == (400, "not_xlsx")


def test_empty_cells_by_the_million_are_read_within_the_limits() -> None:
    row = b"<row>" + b"<c/>" * 1_000 + b"</row>"
    assert refusal(sheet_of(row * 5_000), XlsxLimits(uncompressed=10_000_000)) == (413, "table_too_large")
    assert refusal(sheet_of(row * 5_000), XlsxLimits(cpu_seconds=20)) in (
        (422, "empty_file"),
        (413, "table_too_large"),
    )


def test_a_workbook_without_a_filled_cell_is_empty() -> None:
    assert refusal(b"") == (422, "empty_file")
    assert refusal(workbook([], [])) == (422, "empty_file")
    assert refusal(workbook([], [["x"]])) == (422, "header_not_found")


def test_memory_and_time_have_an_end() -> None:
    body = workbook([HEADER, *[[f"{n}-{'x' * 50}" * 20] * 9 for n in range(3_000)]])
    assert refusal(body, XlsxLimits(memory=48 * 1024 * 1024)) == (413, "table_too_large")
    assert refusal(body, XlsxLimits(wait_seconds=0.001)) == (413, "table_too_large")


def children() -> set[str]:
    """Processes that this one has started and that are still there."""
    return {pid for tasks in Path("/proc/self/task").glob("*/children") for pid in tasks.read_text().split()}


def test_no_process_is_left_when_reading_is_broken_off() -> None:
    others = children()
    rows = read_xlsx(io.BytesIO(workbook([HEADER, *[RECORD] * 5_000])), SHEET)
    next(rows)
    assert len(children() - others) == 1
    rows.close()  # type: ignore[attr-defined]
    assert children() <= others
