"""Which of many ID numbers are right as they stand, told a list at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np

from shared.identifiers.id_number import CHECK_CHARACTERS, EARLIEST_BIRTH_YEAR

_LENGTH: Final = 18
_WEIGHTS: Final = np.array([2 ** (_LENGTH - 1 - place) % 11 for place in range(_LENGTH - 1)])
_CHECKS: Final = np.frombuffer(CHECK_CHARACTERS.encode(), np.uint8)
_YMD: Final = 10 ** np.arange(7, -1, -1)
_DAYS: Final = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
#: Stands in for what is no text of this length; its check character is wrong.
_NONE: Final = "0" * _LENGTH


def plain_id_numbers(values: Sequence[object], today: date) -> list[bool]:
    """For each value, whether it is text that ``normalise_id_number`` leaves alone and ``check_id_number`` takes."""
    texts = [value if type(value) is str and len(value) == _LENGTH else _NONE for value in values]
    numbers = np.frombuffer("".join(texts).encode("latin-1", "replace"), np.uint8).reshape(-1, _LENGTH)
    # Unsigned: what stands before the digits comes out large too.
    digits = numbers[:, :-1] - np.uint8(ord("0"))
    born = digits[:, 6:14] @ _YMD
    year, month, day = born // 10_000, born // 100 % 100, born % 100
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    days = _DAYS[np.where(month <= 12, month, 0)] + (leap & (month == 2))
    right = (
        (digits <= 9).all(axis=1)
        & (_CHECKS[digits @ _WEIGHTS % 11] == numbers[:, -1])
        & (year >= EARLIEST_BIRTH_YEAR)
        & (day >= 1)
        & (day <= days)
        & (born <= today.year * 10_000 + today.month * 100 + today.day)
    )
    return [bool(each) for each in right.tolist()]
