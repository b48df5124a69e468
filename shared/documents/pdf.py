"""The PDF of a document, fonts embedded."""

from collections.abc import Sequence
from datetime import datetime, time
from pathlib import Path

from shared.clock import SHANGHAI
from shared.documents import page
from shared.documents.chart_layout import drawn
from shared.documents.content import Block, Chart, Document, Heading, Paragraph, Table
from shared.documents.drawing import Drawing
from shared.documents.fonts import MISSING, Role, font_directory
from shared.documents.lines import broken
from shared.documents.numerals import chinese_date, numbered
from shared.documents.pdf_canvas import Canvas
from shared.documents.pdf_table import TableSetter

_HEADING_ROLES: dict[int, Role] = {1: "heading", 2: "subheading"}


def pdf_of(document: Document, directory: Path | None = None) -> bytes:
    """``directory``: fonts to prefer, otherwise what ``BIHUAN_FONT_DIRECTORY`` names."""
    setter = _Setter(document, directory or font_directory())
    setter.front()
    setter.body()
    setter.back()
    return bytes(setter.canvas.pdf.output())


class _Setter:
    """Sets line by line on the grid of 22 lines; ``y`` is the upper edge of the next."""

    def __init__(self, document: Document, directory: Path | None) -> None:
        self.document = document
        self.canvas = Canvas(directory)
        self.y = page.TOP
        pdf = self.canvas.pdf
        pdf.set_title(document.title)
        pdf.set_author(document.issuer)
        pdf.set_creation_date(datetime.combine(document.date, time(), SHANGHAI))
        self._new_page()

    # What stands before the text.

    def front(self) -> None:
        document = self.document
        if document.mark:
            self._line(document.mark, "heading", page.BODY_SIZE)
        if document.red_head:
            self._red_head()
        elif document.number:
            self._centred(document.number, "body", page.BODY_SIZE)
        self.y += page.LINE * (2 if document.red_head else 1)
        for line in document.title_lines or (document.title,):
            self._centred(line, "title", page.TITLE_SIZE, bold=True, pitch=page.LINE * 1.25)
        self.y += page.LINE
        if document.addressees:
            self._text(f"{document.addressees}：", indent=0)

    def _red_head(self) -> None:
        """发文机关标志 35 mm below the upper edge of the text, 文号 two lines beneath, the red rule (7.2)."""
        head = self.document.red_head
        # What is too long for the line is set smaller, the head stays on one line.
        wide = self.canvas.width("title", head, 1.0)
        size = min(page.HEAD_SIZE, page.TEXT_WIDTH * 0.94 / wide)
        self.y = max(self.y, page.TOP) + page.LINE
        baseline = self.y + size * page.POINT
        x = page.LEFT + (page.TEXT_WIDTH - wide * size) / 2
        self.canvas.text(x, baseline, head, "title", size, colour=page.RED, bold=True)
        self.y = baseline + page.LINE * 0.8
        if self.document.number:
            self._centred(self.document.number, "body", page.BODY_SIZE)
        self.y += 4 - page.LINE * 0.2
        self.canvas.line(page.LEFT, self.y, page.LEFT + page.TEXT_WIDTH, self.y, 0.6, page.RED)

    # The text.

    def body(self) -> None:
        blocks = list(numbered(self.document.blocks))
        for place, (block, before) in enumerate(blocks):
            match block:
                case Heading():
                    self._room(self._kept_together([block for block, _ in blocks[place:]]))
                    self._text(before + block.text, _HEADING_ROLES.get(block.level, "body"))
                case Paragraph():
                    self._text(block.text)
                case Chart():
                    self._chart(block, before)
                case Table():
                    self._table(block, before)

    def _kept_together(self, blocks: Sequence[Block]) -> float:
        """The height of a heading with the beginning of what it is the heading of."""
        match blocks:
            case [Heading(), *rest]:
                return page.LINE + self._kept_together(rest)
            case [Chart() as chart, *_]:
                return self._drawn(chart).height + 2 * page.LINE
            case [Table() as table, *_]:
                return page.LINE + TableSetter(self.canvas, table).least_height
            case [Paragraph(), *_]:
                return 2 * page.LINE
            case _:
                return 0.0

    def _drawn(self, chart: Chart) -> Drawing:
        return drawn(
            chart,
            page.CHART_WIDTH,
            page.CHART_HEIGHT,
            lambda text, size: self.canvas.width("heading", text, size),
        )

    def _chart(self, chart: Chart, before: str) -> None:
        drawing = self._drawn(chart)
        self._room(drawing.height + 2 * page.LINE)
        self.y += 2
        self.canvas.drawing(drawing, page.LEFT, self.y)
        self.y += drawing.height
        self._centred(f"{before}　{chart.title}", "heading", 12)

    def _table(self, table: Table, before: str) -> None:
        setter = TableSetter(self.canvas, table)
        self._room(page.LINE + setter.least_height)
        self._centred(f"{before}　{table.title}", "heading", 12)
        for height, draw in setter.rows():
            if self.y + height > page.TOP + page.TEXT_HEIGHT:
                self._new_page()
                self.y += setter.draw_header(self.y)
            draw(self.y)
            self.y += height
        if table.note:
            self.y += 1
            width = page.TEXT_WIDTH
            for line in broken(table.note, width, lambda t: self.canvas.width("body", t, page.CELL_SIZE)):
                self._room(5.5)
                self.canvas.text(page.LEFT, self.y + 4.2, line, "body", page.CELL_SIZE)
                self.y += 5.5
        self._to_grid()

    # What stands after it.

    def back(self) -> None:
        document = self.document
        if document.attachments:
            self._room(2 * page.LINE)
            self.y += page.LINE
            several = len(document.attachments) > 1
            for count, title in enumerate(document.attachments, 1):
                start = "附件：" if count == 1 else "　　　"
                self._text(start + (f"{count}．" if several else "") + title)
        day = chinese_date(document.date)
        self._room(4 * page.LINE)
        self.y += 2 * page.LINE
        for text, indent in zip(
            (document.issuer, day), page.signature_indents(document.issuer, day), strict=True
        ):
            wide = self.canvas.width("body", text, page.BODY_SIZE)
            x = page.LEFT + page.TEXT_WIDTH - indent * page.CHARACTER - wide
            self._line(text, "body", page.BODY_SIZE, max(page.LEFT, x))
        self._missing()
        self._record_of_printing()

    def _missing(self) -> None:
        """Whom the fonts fail must be told what was meant."""
        if self.canvas.fonts.lacking:
            points = "、".join(f"U+{ord(character):04X}" for character in self.canvas.fonts.lacking)
            self._text(f"注：文中“{MISSING}”为本机字库所缺的字，其统一码依次为{points}。")

    def _record_of_printing(self) -> None:
        """版记 at the foot of the last page: 抄送, then 印发机关 and the date (7.4)."""
        document = self.document
        if not (document.copies or document.printed_by):
            return
        size, pitch, inner = page.NOTE_SIZE, 8.0, page.CHARACTER
        lines = [("", "")]
        if document.copies:
            room = page.TEXT_WIDTH - 2 * inner
            parts = broken(f"抄送：{document.copies}。", room, lambda t: self.canvas.width("body", t, size))
            lines = [(part, "") for part in parts]
        copies = len(lines) if document.copies else 0
        printed = [(document.printed_by, f"{chinese_date(document.date)}印发")] if document.printed_by else []
        rows = [*(lines[:copies]), *printed]
        height = pitch * len(rows) + 2
        self._room(height)
        y = top = page.TOP + page.TEXT_HEIGHT - height
        right = page.LEFT + page.TEXT_WIDTH
        self.canvas.line(page.LEFT, top, right, top, 0.35)
        for number, (left_text, right_text) in enumerate(rows):
            if number == copies and copies:
                self.canvas.line(page.LEFT, y, right, y, 0.25)
            self.canvas.text(page.LEFT + inner, y + 6, left_text, "body", size)
            wide = self.canvas.width("body", right_text, size)
            self.canvas.text(right - inner - wide, y + 6, right_text, "body", size)
            y += pitch
        self.canvas.line(page.LEFT, y + 1, right, y + 1, 0.35)

    # Lines.

    def _text(self, text: str, role: Role = "body", indent: int = 2) -> None:
        """A paragraph on the grid of 28 characters, its first line ``indent`` characters in."""
        size = page.BODY_SIZE
        spacing = page.CHARACTER - size * page.POINT

        def measure(part: str) -> float:
            return self.canvas.width(role, part, size, spacing)

        lines = broken(text, page.TEXT_WIDTH, measure, indent * page.CHARACTER)
        for number, line in enumerate(lines):
            x = page.LEFT + (indent * page.CHARACTER if number == 0 else 0)
            last = number == len(lines) - 1
            slack = page.LEFT + page.TEXT_WIDTH - x - measure(line)
            # The right edge is kept by spreading what a mark or number that moved down has left.
            spread = 0.0 if last or slack > 3 * page.CHARACTER else slack / max(1, len(line) - 1)
            self._room(page.LINE)
            self._line(line, role, size, x, spacing=spacing + spread)

    def _centred(
        self, text: str, role: Role, size: float, *, bold: bool = False, pitch: float = page.LINE
    ) -> None:
        for line in broken(text, page.TEXT_WIDTH, lambda part: self.canvas.width(role, part, size)):
            self._room(pitch)
            x = page.LEFT + (page.TEXT_WIDTH - self.canvas.width(role, line, size)) / 2
            self._line(line, role, size, x, bold=bold, pitch=pitch)

    def _line(
        self,
        text: str,
        role: Role,
        size: float,
        x: float = page.LEFT,
        *,
        spacing: float = 0.0,
        bold: bool = False,
        pitch: float = page.LINE,
    ) -> None:
        baseline = self.y + pitch / 2 + size * page.POINT * 0.36
        self.canvas.text(x, baseline, text, role, size, spacing=spacing, bold=bold)
        self.y += pitch

    def _room(self, height: float) -> None:
        if self.y + height > page.TOP + page.TEXT_HEIGHT + 0.01:
            self._new_page()

    def _to_grid(self) -> None:
        """On with the text at the next line of the grid, with half a line of air at least."""
        lines = -(-(self.y + page.LINE * 0.3 - page.TOP) // page.LINE)
        self.y = page.TOP + lines * page.LINE

    def _new_page(self) -> None:
        """Its number stands below the text, on the outside: — 1 — (7.5)."""
        self.canvas.pdf.add_page()
        self.y = page.TOP
        number = self.canvas.pdf.page_no()
        text = f"— {number} —"
        wide = self.canvas.width("title", text, page.NOTE_SIZE)
        inner = page.CHARACTER
        x = page.LEFT + page.TEXT_WIDTH - inner - wide if number % 2 else page.LEFT + inner
        self.canvas.text(x, page.TOP + page.TEXT_HEIGHT + 11, text, "title", page.NOTE_SIZE)
