"""A PDF page to write on: text piece by piece in the fonts that have it, lines, areas."""

from pathlib import Path

from fpdf import FPDF
from fpdf.enums import TextMode

from shared.documents.drawing import Area, Colour, Drawing, Stroke, Words, hatching
from shared.documents.fonts import Face, Fonts, Role
from shared.documents.page import POINT

BLACK: Colour = (0, 0, 0)


class Canvas:
    """Millimetres from the upper left corner; sizes in points; ``spacing`` in millimetres between characters."""

    def __init__(self, directory: Path | None) -> None:
        self.fonts = Fonts(directory)
        self.pdf = FPDF(unit="mm", format="A4")
        self.pdf.set_auto_page_break(False)
        self.pdf.set_lang("zh-CN")
        self._added: set[str] = set()

    def width(self, role: Role, text: str, size: float, spacing: float = 0.0) -> float:
        return self.fonts.width(role, text) * size * POINT + spacing * len(text)

    def text(
        self,
        x: float,
        baseline: float,
        text: str,
        role: Role,
        size: float,
        *,
        spacing: float = 0.0,
        colour: Colour = BLACK,
        bold: bool = False,
    ) -> None:
        """``bold`` thickens the strokes, for a stand-in that is lighter than the type it stands for."""
        with self.pdf.local_context():
            self.pdf.set_text_color(*colour)
            self.pdf.set_draw_color(*colour)
            if bold:
                self.pdf.text_mode = TextMode.FILL_STROKE
                # fpdf2 writes this width in points
                self.pdf.set_line_width(size * 0.018)
            self.pdf.set_char_spacing(spacing / POINT)
            for face, piece in self.fonts.runs(role, text):
                self._choose(face, size)
                self.pdf.text(x, baseline, piece)
                x += sum(face.advance(c) for c in piece) * size * POINT + spacing * len(piece)

    def _choose(self, face: Face, size: float) -> None:
        if face.key not in self._added:
            self.pdf.add_font(face.key, "", face.path, collection_font_number=face.number)
            self._added.add(face.key)
        self.pdf.set_font(face.key, size=size)

    def line(
        self, x1: float, y1: float, x2: float, y2: float, width: float = 0.2, colour: Colour = BLACK
    ) -> None:
        self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(width)
        self.pdf.line(x1, y1, x2, y2)

    def area(self, x: float, y: float, width: float, height: float, fill: Colour) -> None:
        self.pdf.set_fill_color(*fill)
        self.pdf.rect(x, y, width, height, style="F")

    def drawing(self, drawing: Drawing, left: float, top: float) -> None:
        """A chart with its upper left corner at (``left``, ``top``)."""
        for mark in drawing.marks:
            match mark:
                case Area():
                    self.area(left + mark.x, top + mark.y, mark.width, mark.height, mark.fill)
                    for (x1, y1), (x2, y2) in hatching(mark) if mark.hatched else ():
                        self.line(left + x1, top + y1, left + x2, top + y2, 0.2, (255, 255, 255))
                case Stroke():
                    points = [(left + x, top + y) for x, y in mark.points]
                    self.pdf.set_draw_color(*mark.colour)
                    self.pdf.set_line_width(mark.width)
                    self.pdf.polyline(points)
                case Words():
                    wide = self.width("heading", mark.text, mark.size)
                    x = left + mark.x - wide * {"left": 0.0, "middle": 0.5, "right": 1.0}[mark.anchor]
                    self.text(x, top + mark.y, mark.text, "heading", mark.size)
