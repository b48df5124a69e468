"""A table in Word: header on each page, rows whole, figures on the right."""

from collections.abc import Sequence
from typing import Any

from docx.document import Document as WordDocument
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING
from docx.shared import Mm, Pt
from docx.table import _Row

from shared.documents import page
from shared.documents.column_widths import shares_of_width
from shared.documents.content import Table
from shared.documents.fonts import Role
from shared.documents.numerals import shown
from shared.documents.word_parts import element, fonts_of_run, off_grid, written

_PITCH = 15.0


def add_table(word: WordDocument, table: Table) -> None:
    """At the end of ``word``."""
    made = word.add_table(rows=1 + len(table.rows), cols=len(table.columns), style="Table Grid")
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    widths = [Mm(share * page.TEXT_WIDTH) for share in shares_of_width(table)]
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    # rows are asked for once: python-docx counts them anew at each asking
    rows = list(made.rows)
    header = [(column.name, ALIGN.CENTER) for column in table.columns]
    _fill(rows[0], header, widths, "heading")
    rows[0]._tr.get_or_add_trPr().append(element("tblHeader"))
    last = len(table.rows) - 1
    for number, (row, cells) in enumerate(zip(rows[1:], table.rows, strict=True)):
        texts = [
            (shown(cell, column.kind), ALIGN.LEFT if column.kind == "text" else ALIGN.RIGHT)
            for cell, column in zip(cells, table.columns, strict=True)
        ]
        _fill(row, texts, widths, "heading" if table.total and number == last else "body")


def _fill(row: _Row, texts: Sequence[tuple[str, Any]], widths: Sequence[Any], role: Role) -> None:
    row._tr.get_or_add_trPr().append(element("cantSplit"))
    for cell, (text, align), width in zip(row.cells, texts, widths, strict=True):
        cell.width = width
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        if role == "heading":
            cell._tc.get_or_add_tcPr().insert_element_before(
                element("shd", val="clear", color="auto", fill="EAEFF5"), "w:noWrap", "w:tcMar", "w:vAlign"
            )
        paragraph = off_grid(cell.paragraphs[0])
        form = paragraph.paragraph_format
        form.alignment = align
        form.space_before = form.space_after = Pt(2)
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(_PITCH)
        fonts_of_run(paragraph.add_run(written(text)), role, page.CELL_SIZE)
