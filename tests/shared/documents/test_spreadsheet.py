"""The workbook, read again by another library."""

from io import BytesIO
from typing import Any

from openpyxl import load_workbook

from shared.documents import Chart, Column, Document, Paragraph, Series, Table, xlsx_of
from tests.shared.documents.conftest import made


def opened(document: Document) -> Any:
    return load_workbook(BytesIO(xlsx_of(document)))


def test_text_first_then_a_sheet_for_each_table_with_its_chart(document: Document) -> None:
    book = opened(document)
    assert book.sheetnames == ["说明", "表1", "表2"]
    said = [row[0].value for row in book["说明"].iter_rows()]
    assert said[0] == document.title
    assert "一、总体情况" in said
    sheet = book["表2"]
    assert [cell.value for cell in sheet[2]] == ["乡镇", "按时核查率", "派发", "金额"]
    assert [cell.value for cell in sheet[3]] == ["绥棱镇", 0.99, 1000, 15100.5]
    assert sheet["B3"].number_format == "0.00%"
    assert sheet["D3"].number_format == "#,##0.00"
    assert [cell.value for cell in sheet[63]] == ["合计", 0.9, None, "＊"]
    assert [len(book[name]._charts) for name in book.sheetnames] == [0, 1, 1]


def test_a_chart_is_drawn_only_from_cells_that_bear_its_labels() -> None:
    chart = Chart("办结率", "bar", ("甲", "乙"), (Series("率", (0.5, 0.4)),), "share", table_follows=True)
    columns = (Column("乡镇"), Column("率", "share"))
    for rows, drawn in (((("甲", 0.5), ("乙", 0.4), ("丙", None)), 1), ((("乙", 0.4), ("甲", 0.5)), 0)):
        book = opened(made(blocks=(chart, Table("办结", columns, rows))))
        assert len(book["表1"]._charts) == drawn


def test_text_is_never_a_formula() -> None:
    table = Table("=1+1", (Column("=A1"),), (("=cmd|' /C calc'!A0",),))
    book = opened(made(title="=2+2", blocks=(Paragraph("=3+3"), table)))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
