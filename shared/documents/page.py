"""The page of GB/T 9704—2012, 5 and 7, in millimetres and points."""

from typing import Final

WIDTH, HEIGHT = 210.0, 297.0
TOP, BOTTOM, LEFT, RIGHT = 37.0, 35.0, 28.0, 26.0
TEXT_WIDTH: Final = WIDTH - LEFT - RIGHT
TEXT_HEIGHT: Final = HEIGHT - TOP - BOTTOM
LINES, CHARACTERS = 22, 28

POINT: Final = 25.4 / 72
LINE: Final = TEXT_HEIGHT / LINES
CHARACTER: Final = TEXT_WIDTH / CHARACTERS

#: 2号, 3号, 4号, 5号, and what a red head is set in.
TITLE_SIZE, BODY_SIZE, NOTE_SIZE, CELL_SIZE = 22.0, 16.0, 14.0, 10.5
HEAD_SIZE: Final = 36.0
RED: Final = (0xD0, 0x12, 0x12)

CHART_WIDTH, CHART_HEIGHT = TEXT_WIDTH - 1, 78.0


def signature_indents(issuer: str, day: str) -> tuple[float, float]:
    """How many characters issuer and date keep from the right: the date four, the issuer's middle above the
    date's; an issuer longer than that keeps two, and the date's middle stands below the issuer's (7.3.5.1)."""
    issuer_width, date_width = _characters(issuer), _characters(day)
    indent = 4 + (date_width - issuer_width) / 2
    if indent >= 2:
        return indent, 4
    return 2, 2 + (issuer_width - date_width) / 2


def _characters(text: str) -> float:
    return sum(0.5 if character.isascii() else 1 for character in text)
