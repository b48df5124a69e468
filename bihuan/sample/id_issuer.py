"""Invented ID numbers: well-formed under GB 11643, given out by counting."""

from __future__ import annotations

from array import array
from datetime import date

from shared.identifiers.id_number import checksum

STRANGERS_FROM = 900
_EPOCH = date(1900, 1, 1).toordinal()
_DAYS = date(2100, 1, 1).toordinal() - _EPOCH


class IdIssuer:
    """Gives out ID numbers by county code, birth date and sex; never the same one twice.

    Remembers one small number per county code and day, so its memory does not grow with the persons. Two
    persons born on one day who come one after the other have neighbouring numbers, as twins do. Sequences
    go from `first` up to and without `end`; from 900 up they are for persons whom the registry does not know.
    """

    def __init__(self, first: int = 1, end: int = STRANGERS_FROM) -> None:
        self._first = first
        self._end = end
        self._next: dict[str, array[int]] = {}

    def issue(self, prefix: str, born: date, *, female: bool) -> str:
        """The next free number; ValueError when the day has none left."""
        days = self._next.setdefault(prefix, array("H", [self._first]) * _DAYS)
        day = born.toordinal() - _EPOCH
        sequence = days[day]
        # Odd sequence numbers are men's, even ones women's.
        if sequence % 2 == female:
            sequence += 1
        if sequence >= self._end:
            raise ValueError(f"no ID sequence left for {prefix} on {born:%Y-%m-%d}: fewer households, please")
        days[day] = sequence + 1
        first17 = f"{prefix}{born:%Y%m%d}{sequence:03d}"
        return first17 + checksum(first17)
