"""A filled verification list as items."""

from collections.abc import Iterable
from typing import Any

from shared.tables.cells import CellError, to_amount, to_bool, to_date, to_int
from shared.tables.columns import Row, Sheet
from shared.tables.words import VERIFICATION_COLUMNS

SHEET = Sheet(VERIFICATION_COLUMNS)

_CONVERT = {
    "visited_on": to_date,
    "per_capita_income": to_amount,
    "compulsory_education": to_bool,
    "basic_medical": to_bool,
    "housing": to_bool,
    "water": to_bool,
    "version": to_int,
}

_GUARANTEES = ("compulsory_education", "basic_medical", "housing", "water")


def items_of(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Items as JSON would have them; rows that nobody has answered yet are passed over.

    A cell that cannot be read keeps its text, so that the item is refused for it in its own words.
    """
    items = []
    for row in rows:
        values = {name: value for name, value in row.values.items() if value not in (None, "", [])}
        if "outcome" not in values and "visited_on" not in values and "verifiers" not in values:
            continue
        for name, convert in _CONVERT.items():
            if name in values:
                try:
                    values[name] = convert(values[name])
                except CellError:
                    continue
        guarantees = {name: values.pop(name) for name in _GUARANTEES if name in values}
        if guarantees:
            values["guarantees"] = guarantees
        items.append(values)
    return items
