"""How a table's width is shared among its columns, alike in PDF and Word."""

from shared.documents.content import Table
from shared.documents.numerals import shown

_LEAST, _MOST = 5.0, 26.0


def shares_of_width(table: Table) -> list[float]:
    """Shares that sum up to 1: as the longest cell of each column asks, headers in two lines."""
    asked = []
    for place, column in enumerate(table.columns):
        cells = (_length(shown(row[place], column.kind)) for row in table.rows)
        asked.append(min(_MOST, max(_LEAST, _length(column.name) / 2 + 1, max(cells, default=0.0) + 1.5)))
    whole = sum(asked)
    return [wanted / whole for wanted in asked]


def _length(text: str) -> float:
    """In widths of a Chinese character."""
    return sum(0.6 if character.isascii() else 1.0 for character in text)
