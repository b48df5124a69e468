"""Columns of many rows as one text each: the driver looks at each element of an array, the database splits a text in no
time (``string_to_array($1, E'\\n', '')``)."""

from collections.abc import Iterable


def lines(values: Iterable[object]) -> str:
    """``values`` as they are shown, none of which has a line break within; an empty line for None."""
    return "\n".join(["" if value is None else str(value) for value in values])


def array_of(place: int, kind: str) -> str:
    """SQL of an array of ``kind`` that was given as ``lines`` for the parameter ``$place``; NULL for an empty line."""
    return f"string_to_array(${place}, E'\\n', '')::{kind}[]"


def texts_of(place: int) -> str:
    """The same of one text or more, where an empty line is an empty text."""
    return f"coalesce(nullif(string_to_array(${place}, E'\\n'), '{{}}'), '{{\"\"}}')"
