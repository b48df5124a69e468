"""A chart as a picture for Word, fine enough to be printed."""

from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from shared.documents.chart_layout import drawn
from shared.documents.content import Chart
from shared.documents.drawing import Area, Drawing, Stroke, Words, hatching
from shared.documents.fonts import Face, Fonts
from shared.documents.page import CHART_HEIGHT, CHART_WIDTH, POINT

DOTS_PER_INCH = 240
_DOT = DOTS_PER_INCH / 25.4
_ANCHOR = {"left": 0.0, "middle": 0.5, "right": 1.0}
_WHITE = (255, 255, 255)


def chart_png(chart: Chart, fonts: Fonts) -> bytes:
    """A PNG that knows how large it is to be printed."""
    drawing = drawn(
        chart, CHART_WIDTH, CHART_HEIGHT, lambda t, size: fonts.width("heading", t) * size * POINT
    )
    image = Image.new("RGB", (_dots(drawing.width), _dots(drawing.height)), _WHITE)
    _draw(ImageDraw.Draw(image), drawing, fonts)
    file = BytesIO()
    image.save(file, "PNG", optimize=True, dpi=(DOTS_PER_INCH, DOTS_PER_INCH))
    return file.getvalue()


def _dots(millimetres: float) -> int:
    return round(millimetres * _DOT)


def _draw(surface: Any, drawing: Drawing, fonts: Fonts) -> None:
    opened: dict[tuple[Face, float], ImageFont.FreeTypeFont] = {}
    for mark in drawing.marks:
        match mark:
            case Area():
                corner = (_dots(mark.x), _dots(mark.y))
                far = (_dots(mark.x + mark.width), _dots(mark.y + mark.height))
                if far[0] > corner[0] and far[1] > corner[1]:
                    surface.rectangle((corner, far), fill=mark.fill)
                    for stroke in hatching(mark) if mark.hatched else ():
                        surface.line([(_dots(x), _dots(y)) for x, y in stroke], fill=_WHITE, width=2)
            case Stroke():
                dots = [(_dots(x), _dots(y)) for x, y in mark.points]
                surface.line(dots, fill=mark.colour, width=max(1, _dots(mark.width)))
            case Words():
                wide = fonts.width("heading", mark.text) * mark.size * POINT
                x = mark.x - wide * _ANCHOR[mark.anchor]
                for face, piece in fonts.runs("heading", mark.text):
                    key = (face, mark.size)
                    if key not in opened:
                        size = mark.size * DOTS_PER_INCH / 72
                        opened[key] = ImageFont.truetype(str(face.path), size, index=face.number)
                    surface.text((x * _DOT, mark.y * _DOT), piece, (27, 31, 36), opened[key], anchor="ls")
                    x += sum(face.advance(character) for character in piece) * mark.size * POINT
