"""The Word document: native paragraphs, headings and tables, to be edited on; charts as pictures.

It names the fonts of 公文 (方正小标宋简体, 仿宋_GB2312, 黑体, 楷体_GB2312); Word and WPS put in what they have for
one that is not installed, and its alternative name tells them what comes nearest.
"""

from datetime import UTC, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import docx
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.enum.text import WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph as WordParagraph

from shared.documents import page
from shared.documents.chart_png import chart_png
from shared.documents.content import Chart, Document, Heading, Paragraph, Table
from shared.documents.fonts import Fonts, Role, font_directory
from shared.documents.numerals import chinese_date, numbered
from shared.documents.word_parts import (
    BODY_SPACING,
    bordered,
    element,
    fonts_of_run,
    layout_of_page,
    name_alternatives,
    off_grid,
    page_numbers,
    record_of_printing,
    rule_below,
    written,
)
from shared.documents.word_table import add_table

_HEADING_ROLES: Final[dict[int, Role]] = {1: "heading", 2: "subheading"}


def docx_of(document: Document, directory: Path | None = None) -> bytes:
    """``directory``: fonts to draw charts with, otherwise what ``BIHUAN_FONT_DIRECTORY`` names."""
    word = docx.Document()
    layout_of_page(word)
    name_alternatives(word)
    page_numbers(word)
    writer = _Writer(word, document, Fonts(directory or font_directory()))
    writer.front()
    writer.body()
    writer.back()
    properties = word.core_properties
    properties.title, properties.author = document.title, document.issuer
    properties.language = "zh-CN"
    properties.created = properties.modified = datetime.combine(document.date, time(), UTC)
    file = BytesIO()
    word.save(file)
    return file.getvalue()


class _Writer:
    def __init__(self, word: WordDocument, document: Document, fonts: Fonts) -> None:
        self.word = word
        self.document = document
        self.fonts = fonts

    def front(self) -> None:
        document = self.document
        if document.mark:
            self._paragraph(document.mark, "heading", indent=0)
        if document.red_head:
            wide = self.fonts.width("title", document.red_head) * page.POINT
            size = min(page.HEAD_SIZE, page.TEXT_WIDTH * 0.94 / wide)
            head = self._paragraph(
                document.red_head, "title", size=size, align=ALIGN.CENTER, indent=0, pitch=48
            )
            head.runs[0].font.color.rgb = RGBColor(*page.RED)
            number = self._paragraph(document.number, align=ALIGN.CENTER, indent=0)
            rule_below(number, page.RED)
            self._paragraph("", indent=0)
        elif document.number:
            self._paragraph(document.number, align=ALIGN.CENTER, indent=0)
        self._paragraph("", indent=0)
        title = self._paragraph(
            "\n".join(document.title_lines or (document.title,)),
            "title",
            size=page.TITLE_SIZE,
            align=ALIGN.CENTER,
            indent=0,
            pitch=36,
        )
        title.style = self.word.styles["Title"]
        bordered(title, None)
        self._paragraph("", indent=0)
        if document.addressees:
            self._paragraph(f"{document.addressees}：", indent=0)

    def body(self) -> None:
        for block, before in numbered(self.document.blocks):
            match block:
                case Heading():
                    made = self._paragraph(before + block.text, _HEADING_ROLES.get(block.level, "body"))
                    made.style = self.word.styles[f"Heading {block.level}"]
                    made.paragraph_format.keep_with_next = True
                case Paragraph():
                    self._paragraph(block.text)
                case Chart():
                    self._chart(block, before)
                case Table():
                    self._table(block, before)

    def _chart(self, chart: Chart, before: str) -> None:
        picture = chart_png(chart, self.fonts)
        made = self.word.add_paragraph()
        form = made.paragraph_format
        form.alignment, form.keep_with_next = ALIGN.CENTER, True
        form.space_before = form.space_after = Pt(0)
        off_grid(made)
        inline = made.add_run().add_picture(BytesIO(picture), width=Mm(page.CHART_WIDTH))._inline
        # Without these LibreOffice leaves room beside the picture and it stands out of the text.
        for side in ("distT", "distB", "distL", "distR"):
            inline.set(side, "0")
        inline.docPr.set("descr", written(f"{chart.title}（数据见下表）"))
        self._caption(f"{before}　{chart.title}")

    def _table(self, table: Table, before: str) -> None:
        self._caption(f"{before}　{table.title}")
        add_table(self.word, table)
        after = self._paragraph(table.note, size=page.CELL_SIZE, indent=0, pitch=16 if table.note else 12)
        after.paragraph_format.space_after = Pt(6)

    def _caption(self, text: str) -> None:
        made = self._paragraph(text, "heading", size=12, align=ALIGN.CENTER, indent=0, pitch=20)
        made.paragraph_format.keep_with_next = True

    def back(self) -> None:
        document = self.document
        if document.attachments:
            self._paragraph("", indent=0)
            several = len(document.attachments) > 1
            for count, title in enumerate(document.attachments, 1):
                start = "附件：" if count == 1 else "　　　"
                self._paragraph(start + (f"{count}．" if several else "") + title)
        day = chinese_date(document.date)
        self._paragraph("", indent=0)
        self._paragraph("", indent=0)
        indents = page.signature_indents(document.issuer, day)
        for text, indent in zip((document.issuer, day), indents, strict=True):
            made = self._paragraph(text, align=ALIGN.RIGHT, indent=0)
            made.paragraph_format.right_indent = Mm(indent * page.CHARACTER)
            made.paragraph_format.keep_with_next = text != day
        if document.copies or document.printed_by:
            record_of_printing(self.word, self.fonts, document)

    def _paragraph(
        self,
        text: str,
        role: Role = "body",
        *,
        size: float = page.BODY_SIZE,
        align: Any = ALIGN.JUSTIFY,
        indent: int = 2,
        pitch: float | None = None,
    ) -> WordParagraph:
        """``indent`` in characters; ``pitch`` in points, otherwise a line of the grid."""
        made = self.word.add_paragraph()
        form = made.paragraph_format
        form.alignment = align
        form.space_before = form.space_after = Pt(0)
        form.line_spacing_rule = WD_LINE_SPACING.EXACTLY
        form.line_spacing = Pt(pitch or int(page.LINE / page.POINT * 20) / 20)
        form.first_line_indent = Pt(indent * size)
        form.widow_control = False
        run = made.add_run(written(text))
        fonts_of_run(run, role, size)
        if size == page.BODY_SIZE:
            run._element.get_or_add_rPr().find(qn("w:sz")).addprevious(element("spacing", val=BODY_SPACING))
        if pitch is not None:
            off_grid(made)
        return made
