"""The workbook of a document: its text on the first sheet, each table on one of its own, charts drawn by the reader."""

from decimal import Decimal, InvalidOperation
from io import BytesIO
from typing import Any, Final

import xlsxwriter

from shared.documents.content import Cell, Chart, Document, Heading, Kind, Paragraph, Table
from shared.documents.numerals import chinese_date, numbered
from shared.tables.writing import spreadsheet_text

_FORMATS: Final[dict[Kind, str]] = {
    "text": "@",
    "count": "#,##0",
    "amount": "#,##0.00",
    "share": "0.00%",
    "number": "General",
}
_CHART_TYPES: Final = {"column": "column", "bar": "bar", "line": "line"}


def xlsx_of(document: Document) -> bytes:
    """Figures are numbers, text is never a formula."""
    file = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as workbook:
        workbook.set_properties({"title": document.title, "author": document.issuer})
        _Writer(workbook, document).write()
    return file.getvalue()


class _Writer:
    def __init__(self, workbook: Any, document: Document) -> None:
        self.workbook = workbook
        self.document = document
        self.bold = workbook.add_format({"bold": True, "font_size": 14})
        self.wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        self.header = workbook.add_format(
            {"bold": True, "border": 1, "bg_color": "#EAEFF5", "align": "center", "text_wrap": True}
        )
        self.formats = {
            (kind, strong): workbook.add_format({"num_format": form, "border": 1, "bold": strong})
            for kind, form in _FORMATS.items()
            for strong in (False, True)
        }

    def write(self) -> None:
        document = self.document
        text = self.workbook.add_worksheet("说明")
        text.set_column(0, 0, 100, self.wrapped)
        lines: list[tuple[str, Any]] = [(document.title, self.bold)]
        lines += [(line, self.wrapped) for line in (document.mark, document.number) if line]
        lines.append((f"{document.issuer}　{chinese_date(document.date)}", self.wrapped))
        charts: list[Chart] = []
        for block, before in numbered(document.blocks):
            match block:
                case Heading():
                    lines.append((before + block.text, self.bold))
                case Paragraph():
                    lines.append((block.text, self.wrapped))
                case Chart():
                    charts.append(block)
                case Table():
                    self._sheet(block, before, charts)
                    charts = []
        for number, (line, form) in enumerate(lines):
            text.write_string(number, 0, spreadsheet_text(line), form)

    def _sheet(self, table: Table, before: str, charts: list[Chart]) -> None:
        """``charts``: those whose figures the table holds, drawn from its cells where they are its own."""
        sheet = self.workbook.add_worksheet(before)
        sheet.write_string(0, 0, spreadsheet_text(table.title), self.bold)
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, 22 if place == 0 else 14)
            sheet.write_string(1, place, spreadsheet_text(column.name), self.header)
        last = len(table.rows) - 1
        for number, row in enumerate(table.rows):
            for place, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
                form = self.formats[(column.kind, table.total and number == last)]
                _write(sheet, number + 2, place, cell, column.kind, form)
        if table.note:
            sheet.write_string(len(table.rows) + 3, 0, spreadsheet_text(table.note))
        sheet.freeze_panes(2, 1)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(1)
        for chart in charts:
            self._chart(sheet, before, table, chart)

    def _chart(self, sheet: Any, name: str, table: Table, chart: Chart) -> None:
        """Drawn from the columns that bear the names of its series, over the rows that bear its labels."""
        places = {column.name: place for place, column in enumerate(table.columns)}
        rows = len(chart.labels)
        if [str(row[0]) for row in table.rows[:rows]] != list(chart.labels):
            return
        drawing = self.workbook.add_chart({"type": _CHART_TYPES[chart.form]})
        for series in chart.series:
            if series.name in places:
                place = places[series.name]
                drawing.add_series(
                    {
                        "name": [name, 1, place],
                        "categories": [name, 2, 0, rows + 1, 0],
                        "values": [name, 2, place, rows + 1, place],
                    }
                )
        drawing.set_title({"name": chart.title, "name_font": {"size": 12}})
        drawing.set_size({"width": 720, "height": 360})
        sheet.insert_chart(len(table.rows) + 5, 0, drawing)


def _write(sheet: Any, line: int, place: int, cell: Cell, kind: Kind, form: Any) -> None:
    if cell is None:
        sheet.write_blank(line, place, None, form)
    elif kind == "text":
        sheet.write_string(line, place, spreadsheet_text(str(cell)), form)
    else:
        try:
            sheet.write_number(line, place, Decimal(str(cell)), form)
        except InvalidOperation:
            sheet.write_string(line, place, spreadsheet_text(str(cell)), form)
