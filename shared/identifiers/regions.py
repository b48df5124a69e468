"""Administrative division codes (GB/T 2260 to the county, GB/T 10114 for township and village).

A code has 2, 4, 6, 9 or 12 digits; a code's prefix is its parent (policy.md, Authorisation by region). The
canonical form carries no zeros that only fill up: 411300000000 is 4113.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Literal

Level = Literal["province", "city", "county", "township", "village"]

_LEVELS: dict[int, Level] = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}
_ABOVE = {12: 9, 9: 6, 6: 4, 4: 2}
#: The first two digits of GB/T 2260; no other begin a division.
_PROVINCES = "1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12]"
_CODE = re.compile(rf"(?:{_PROVINCES})(?:\d\d(?:\d\d(?:\d{{3}}(?:\d{{3}})?)?)?)?", re.ASCII)


class InvalidRegionCode(ValueError):
    """Not a division code. `code` is stable, the message Chinese."""

    code = "region_code_malformed"

    def __init__(self) -> None:
        self.message = "行政区划代码应为2、4、6、9或12位数字，前两位是省级代码，请对照本县区划代码表改正"
        super().__init__(self.message)


def normalise_region_code(raw: object) -> str:
    """The canonical code of what a person or a spreadsheet wrote (text, int, or a float without fraction)."""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    text = str(raw) if isinstance(raw, str | int) and not isinstance(raw, bool) else ""
    if not text.isascii() or not text.isdigit():
        text = "".join(unicodedata.normalize("NFKC", text).split()).lstrip("'")
    if not _CODE.fullmatch(text):
        raise InvalidRegionCode
    return _without_filling(text)


def _without_filling(code: str) -> str:
    while (above := _ABOVE.get(len(code))) and not code[above:].strip("0"):
        code = code[:above]
    return code


def level(code: str) -> Level:
    """The level of a canonical code."""
    return _LEVELS[len(code)]


def parent(code: str) -> str | None:
    """The canonical code one level up; None above a province.

    Where a city has no counties (441900003 in 东莞) the parent of a township is the city, 4419.
    """
    above = _ABOVE.get(len(code))
    return _without_filling(code[:above]) if above else None


def county_of(code: str) -> str | None:
    """The six digits of the county that a code is or lies in; None for a city or province."""
    return code[:6] if len(code) >= 6 else None


def contains(region: str, code: str) -> bool:
    """Whether `code` is `region` or lies below it."""
    return code.startswith(region)


def region_range(code: str) -> tuple[str, str]:
    """`(a, b)` with `a <= c < b`, in C collation, for exactly the codes `c` that `contains(code, c)`.

    The upper bound is the next code of the same length; after the last digit comes `:`, which sorts behind
    every digit.
    """
    if not code.strip("9"):
        return code, code[:-1] + ":"
    return code, str(int(code) + 1)


def present_code(code: str, retired: Mapping[str, str]) -> str | None:
    """What a former canonical code is called now; None where `retired` (former -> present) says nothing of it.

    A county, township or village whose code has changed takes along what lies below it: with 232332 -> 231226
    the former 232332100201 is 231226100201. The longest former code counts. Whether the county has the
    present code is for the caller to see.
    """
    for length in (12, 9, 6):
        if length <= len(code) and (now := retired.get(code[:length])):
            return _without_filling(now.ljust(length, "0") + code[length:])
    return None


def to_twelve(code: str) -> str:
    """The code filled up with zeros to twelve digits, as official tables write it."""
    return code.ljust(12, "0")
