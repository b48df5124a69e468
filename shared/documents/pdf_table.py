"""A table in a PDF: columns as wide as they need, cells in lines, the header again on each page."""

from collections.abc import Callable, Iterator, Sequence

from shared.documents import page
from shared.documents.column_widths import shares_of_width
from shared.documents.content import Table
from shared.documents.drawing import Colour
from shared.documents.fonts import Role
from shared.documents.lines import broken
from shared.documents.numerals import shown
from shared.documents.pdf_canvas import Canvas

HEADER_FILL: Colour = (0xEA, 0xEF, 0xF5)
_PITCH, _PADDING, _SHORT = 5.2, 1.2, 80.0


class TableSetter:
    """Draws rows at a height on the page that the caller keeps."""

    def __init__(self, canvas: Canvas, table: Table) -> None:
        self.canvas = canvas
        self.table = table
        self.widths = [share * page.TEXT_WIDTH for share in shares_of_width(table)]
        self._header = self._cells([column.name for column in table.columns], "heading")

    @property
    def least_height(self) -> float:
        """What must stand together: a short table whole, of a long one the header with a row."""
        whole = sum(height for height, _ in self.rows())
        return whole if whole <= _SHORT else self._height(self._header) + _PITCH + 2 * _PADDING

    def rows(self) -> Iterator[tuple[float, Callable[[float], None]]]:
        """Height and drawing of the header and of each row."""
        yield self._height(self._header), lambda y: self._draw(y, self._header, "heading", header=True)
        last = len(self.table.rows) - 1
        for number, row in enumerate(self.table.rows):
            role: Role = "heading" if self.table.total and number == last else "body"
            texts = [shown(cell, column.kind) for cell, column in zip(row, self.table.columns, strict=True)]
            cells = self._cells(texts, role)

            def draw(y: float, cells: Sequence[list[str]] = cells, role: Role = role) -> None:
                self._draw(y, cells, role)

            yield self._height(cells), draw

    def draw_header(self, y: float) -> float:
        """The header again; answers its height."""
        self._draw(y, self._header, "heading", header=True)
        return self._height(self._header)

    def _cells(self, texts: Sequence[str], role: Role) -> list[list[str]]:
        return [
            broken(text, width - 2 * _PADDING, lambda part: self.canvas.width(role, part, page.CELL_SIZE))
            for text, width in zip(texts, self.widths, strict=True)
        ]

    def _height(self, cells: Sequence[list[str]]) -> float:
        return max(len(lines) for lines in cells) * _PITCH + 2 * _PADDING

    def _draw(self, y: float, cells: Sequence[list[str]], role: Role, *, header: bool = False) -> None:
        height = self._height(cells)
        if header:
            self.canvas.area(page.LEFT, y, page.TEXT_WIDTH, height, HEADER_FILL)
        x = page.LEFT
        for column, width, lines in zip(self.table.columns, self.widths, cells, strict=True):
            top = y + (height - len(lines) * _PITCH) / 2
            for number, line in enumerate(lines):
                wide = self.canvas.width(role, line, page.CELL_SIZE)
                start = x + _PADDING
                if header:
                    start = x + (width - wide) / 2
                elif column.kind != "text":
                    start = x + width - _PADDING - wide
                baseline = top + number * _PITCH + _PITCH / 2 + page.CELL_SIZE * page.POINT * 0.36
                self.canvas.text(start, baseline, line, role, page.CELL_SIZE)
            self.canvas.line(x, y, x, y + height)
            x += width
        self.canvas.line(x, y, x, y + height)
        self.canvas.line(page.LEFT, y, x, y)
        self.canvas.line(page.LEFT, y + height, x, y + height)
