"""A chart as strokes, areas and words, in millimetres from its upper left corner: drawn alike on every surface."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Colour = tuple[int, int, int]

INK: Colour = (0x1B, 0x1F, 0x24)
GRID: Colour = (0xD5, 0xDA, 0xE1)


@dataclass(frozen=True, slots=True)
class Area:
    """A filled rectangle; ``hatched`` with white strokes, so that it differs in print without colour too."""

    x: float
    y: float
    width: float
    height: float
    fill: Colour
    hatched: bool = False


@dataclass(frozen=True, slots=True)
class Stroke:
    points: tuple[tuple[float, float], ...]
    colour: Colour = INK
    width: float = 0.2


@dataclass(frozen=True, slots=True)
class Words:
    """``y`` is the baseline; ``size`` in points."""

    x: float
    y: float
    text: str
    size: float = 8.0
    anchor: Literal["left", "middle", "right"] = "middle"


Mark = Area | Stroke | Words

#: The width in millimetres of a text in a size in points.
MeasureWords = Callable[[str, float], float]


@dataclass(frozen=True, slots=True)
class Drawing:
    width: float
    height: float
    marks: tuple[Mark, ...]


def hatching(area: Area, gap: float = 1.4) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Slanting strokes across an area, cut at its edges."""
    strokes = []
    offset = gap
    while offset < area.width + area.height:
        start = (area.x + min(offset, area.width), area.y + max(0.0, offset - area.width))
        end = (area.x + max(0.0, offset - area.height), area.y + min(offset, area.height))
        strokes.append((start, end))
        offset += gap
    return strokes
