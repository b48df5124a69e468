"""Files as departments' programs and clerks make them, each with the quirks of where it comes from."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.worksheet import Worksheet

from shared.identifiers.id_number import normalise_id_number
from shared.tables.cells import to_amount, to_date, to_text

from .conftest import HEADER, Read

#: What every file of this corpus says, whatever it looks like: record, ID number, name, day, yuan, detail.
PERSONS = (
    ("S-1", "231226199003071238", "𠮷㛃", date(2026, 11, 2), Decimal("15100.00"), "住院"),
    ("S-2", "231226198501015678", "阿依古丽·买买提", date(2026, 11, 2), Decimal("1234.50"), "门诊，慢性病"),
    ("S-3", "23122619700101901X", "䶮红", date(2026, 11, 3), Decimal("800.00"), ""),
)
VILLAGE, INDICATOR = "231226001001", "YB01"
SERIAL_OF_NOVEMBER_2 = 46328


def plain_rows() -> list[list[str]]:
    return [
        [record, number, name, VILLAGE, INDICATOR, f"{day}", f"{yuan}", "", detail]
        for record, number, name, day, yuan, detail in PERSONS
    ]


def text_of(rows: list[list[str]], delimiter: str, end: str) -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, lineterminator=end).writerows(rows)
    return file.getvalue()


def his_export() -> bytes:
    """A hospital's system: GB18030, CRLF, a tab behind every number for Excel's sake, Ctrl-Z at the end."""
    rows = [[f"{cell}\t" if cell[:6].isdigit() else cell for cell in row] for row in plain_rows()]
    return text_of([HEADER, *rows], ",", "\r\n").encode("gb18030") + b"\x1a"


def web_report() -> bytes:
    """A reporting tool: UTF-8 with BOM, every number as a formula of text, a line of totals."""
    rows = [[f'="{cell}"' if cell[:6].isdigit() else cell for cell in row] for row in plain_rows()]
    return text_of([HEADER, *rows, ["合计", "", "3人", "", "", "", "17134.50"]], ",", "\n").encode(
        "utf-8-sig"
    )


def excel_semicolons() -> bytes:
    """Excel where the list separator is a semicolon; it says so in a first line."""
    return ("sep=;\r\n" + text_of([HEADER, *plain_rows()], ";", "\r\n")).encode("utf-8-sig")


def wps_tabs() -> bytes:
    """Pasted out of WPS as tabs in GB18030, title above, notes below, empty columns at the right."""
    rows = [
        ["绥棱县医保局2026年11月预警名单"],
        HEADER,
        *plain_rows(),
        [],
        ["注：金额单位为元"],
        ["填表人：某某"],
    ]
    return text_of([[*row, "", ""] for row in rows], "\t", "\r\n").encode("gb18030")


def own_order() -> bytes:
    """Columns in an order of their own, with spaces, line breaks, stars and units in the headings."""
    order = [5, 2, 1, 0, 6, 4, 3, 8]
    headings = [
        "发生\n日期",
        "* 姓 名",
        "证件号码（必填）",
        "记录编号",
        "金额（万元）",
        "预警指标",
        "行政区划代码",
        "情况说明",
    ]
    rows = [[row[index] for index in order] for row in plain_rows()]
    for row, person in zip(rows, PERSONS, strict=True):
        row[0] = f"{person[3].year}年{person[3].month}月{person[3].day}日"
        row[4] = f"{person[4] / 10_000}"
    numbered = [[str(n), *row] for n, row in enumerate(rows, 1)]
    return text_of([["序号", *headings], *numbered], ",", "\r\n").encode("gb18030")


CSVS: dict[str, Callable[[], bytes]] = {
    made.__name__: made for made in (his_export, web_report, excel_semicolons, wps_tabs, own_order)
}


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def first_sheet(book: openpyxl.Workbook) -> Worksheet:
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    return sheet


def several_sheets() -> bytes:
    """Instructions first, then the table with a title over all columns, code words on a hidden sheet, a pivot last."""
    book = openpyxl.Workbook()
    cover = first_sheet(book)
    cover.title = "填表说明"
    for line in range(30):
        cover.append([f"{line + 1}、请按模板填写，姓名须与身份证一致。"])
    codes = book.create_sheet("代码")
    codes.append(HEADER)
    codes.append(["不应读到"] * len(HEADER))
    codes.sheet_state = "veryHidden"
    sheet = book.create_sheet("11月明细")
    sheet.append(["绥棱县2026年11月大额住院预警明细表"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=2, end_column=len(HEADER))
    sheet.append([])
    sheet.append(["填报单位：绥棱县医疗保障局", None, None, None, None, None, "单位：元"])
    sheet.append(HEADER)
    for row in plain_rows():
        sheet.append(row)
    pivot = book.create_sheet("汇总")
    pivot.append(["预警指标", "金额(元)"])
    pivot.append([INDICATOR, 17134.5])
    return saved(book)


def hidden_and_typed() -> bytes:
    """Numbers, days and amounts as spreadsheets keep them, a hidden column and a hidden row that count as well,
    a filter, frozen panes, a comment, drop-downs."""
    book = openpyxl.Workbook()
    sheet = first_sheet(book)
    sheet.append(["序号", *HEADER])
    for place, (record, number, name, day, yuan, detail) in enumerate(PERSONS, 1):
        moment = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - as spreadsheets have it
        sheet.append(
            [place, record, number, name, int(VILLAGE), INDICATOR, moment, float(yuan), None, detail]
        )
    sheet.column_dimensions["C"].hidden = True
    sheet.row_dimensions[3].hidden = True
    sheet.auto_filter.ref = "A1:J4"
    sheet.freeze_panes = "A2"
    sheet["G2"].number_format = "yyyy年m月d日"
    return saved(book)


def formulas_and_serials() -> bytes:
    """Days as bare serials, amounts and names as formulas with the values that were last reckoned."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("Sheet1")
        sheet.write_row(0, 0, HEADER)
        for line, (row, person) in enumerate(zip(plain_rows(), PERSONS, strict=True), 1):
            sheet.write_row(line, 0, row)
            sheet.write_number(line, 5, SERIAL_OF_NOVEMBER_2 + person[3].day - 2)
            sheet.write_formula(line, 6, f"=SUM({person[4]},0)", None, float(person[4]))
            sheet.write_formula(line, 2, f'=TRIM("{person[2]} ")', None, person[2])
        sheet.write_formula(5, 6, "=SUM(G2:G4)", None, 17134.5)
        sheet.write(5, 0, "合计")
    return file.getvalue()


def wps_leftovers() -> bytes:
    """As WPS saves a list that once was longer: a size that says more than there is, hundreds of formatted rows
    without a value, text cells with their values in place, no style sheet entry that fits."""
    book = openpyxl.Workbook()
    sheet = first_sheet(book)
    sheet.append(HEADER)
    for row in plain_rows():
        sheet.append(row)
    for line in range(6, 600):
        sheet.row_dimensions[line].height = 20
        sheet.cell(line, 9).number_format = "@"
    whole, changed = io.BytesIO(saved(book)), io.BytesIO()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = content.replace(b'<dimension ref="A1:I599"', b'<dimension ref="A1:XFD599"')
                assert b"XFD599" in content
            new.writestr(name, content)
    return changed.getvalue()


WORKBOOKS: dict[str, Callable[[], bytes]] = {
    made.__name__: made for made in (several_sheets, hidden_and_typed, formulas_and_serials, wps_leftovers)
}


def understood(read: Read, body: bytes, kind: str) -> list[tuple[object, ...]]:
    """The rows as the service understands their cells."""
    found = []
    for row in read(body, kind):
        get = row.values.get
        assert (to_text(get("region_code")), to_text(get("indicator"))) == (VILLAGE, INDICATOR)
        found.append(
            (
                to_text(get("source_record_id")),
                normalise_id_number(get("id_number")),
                to_text(get("name")),
                to_date(get("occurred_on")),
                to_amount(get("amount")),
                to_text(get("detail")) or "",
            )
        )
    return found


@pytest.mark.parametrize("name", CSVS)
def test_csv(read: Read, name: str) -> None:
    assert understood(read, CSVS[name](), "csv") == list(PERSONS)


@pytest.mark.parametrize("name", WORKBOOKS)
def test_workbooks(read: Read, name: str) -> None:
    assert understood(read, WORKBOOKS[name](), "xlsx") == list(PERSONS)


def test_what_reaches_the_rejects_is_what_stands_in_the_file(read: Read) -> None:
    """Lines are those of the file, and the original row keeps the department's own columns."""
    rows = read(wps_tabs(), "csv")
    assert [row.line for row in rows] == [3, 4, 5]
    assert [row.line for row in read(several_sheets(), "xlsx")] == [5, 6, 7]
    assert read(own_order(), "csv")[0].original["序号"] == "1"
    assert rows[0].original["记录编号"] == PERSONS[0][0]
