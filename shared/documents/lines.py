"""Chinese text in lines: no closing mark begins a line, no opening mark ends one, numbers and words stay whole."""

from collections.abc import Callable, Iterator

#: Marks that may not begin a line, and marks that may not end one.
NOT_FIRST = frozenset("，。、；：？！）》」』”’〉】〕％…—·,.;:?!)]}%")
NOT_LAST = frozenset("（《「『“‘〈【〔([{")

Measure = Callable[[str], float]


def pieces(text: str) -> Iterator[str]:
    """The smallest parts that a line break may stand between."""
    piece = ""
    for character in text:
        if piece and _parts(piece[-1], character):
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def _parts(before: str, after: str) -> bool:
    """Whether a line may end between two characters."""
    if after in NOT_FIRST or before in NOT_LAST:
        return False
    if after == " ":
        return False
    return before == " " or not (_of_a_word(before) and _of_a_word(after))


def _of_a_word(character: str) -> bool:
    return character.isascii() and character != " "


def broken(text: str, width: float, measure: Measure, indent: float = 0.0) -> list[str]:
    """``text`` in lines no wider than ``width``, the first shorter by ``indent``; at least one line.

    A part that is wider than a whole line by itself is cut where it must be.
    """
    lines: list[str] = []
    line, used, room = "", 0.0, width - indent
    for piece in pieces(text):
        wide = measure(piece)
        if line and used + measure(piece.rstrip()) > room:
            lines.append(line.rstrip())
            line, used, room = "", 0.0, width
        while wide > room:
            cut = max(1, _fitting(piece, room, measure))
            if cut >= len(piece):
                break
            lines.append(piece[:cut])
            piece = piece[cut:]
            wide, room = measure(piece), width
        line += piece
        used += wide
    return [*lines, line.rstrip()]


def _fitting(text: str, room: float, measure: Measure) -> int:
    used = 0.0
    for count, character in enumerate(text):
        used += measure(character)
        if used > room:
            return count
    return len(text)
