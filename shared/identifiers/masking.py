"""Masking what tells who somebody is, wherever in a record it has come to stand (contract.md, Everywhere)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from shared.identifiers.id_number import mask_id_number
from shared.identifiers.phone import InvalidPhone, mask_phone, normalise_phone

HIDDEN: Final = "***"

#: Between the digits of a number that somebody has grouped.
_GAP: Final = r"[\s\-－‐‑–—−]?"
#: Fifteen to eighteen characters, the last of which may be an X. Longer ones begin with one, as those of
#: disability certificates do.
_ID_NUMBER: Final = re.compile(rf"\d(?:{_GAP}\d){{13,}}{_GAP}[\dXxＸｘ×хХ]")
#: What a spreadsheet makes of one, where it tells more than the first six digits.
_SPREADSHEET_FLOAT: Final = re.compile(r"\d\.\d{6,}[Ee]\+?1[3-9]")
#: Eighteen that have a birth date, fifteen that have one: no running number of a household has it by chance.
_BORN: Final = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_WITH_BIRTH: Final = re.compile(
    rf"(?<!\d)\d{{6}}(?:(?:18|19|20)\d\d{_BORN}\d{{3}}[\dXxＸｘ×хХ]|\d\d{_BORN}\d{{3}})(?!\d)"
)
_MOBILE: Final = re.compile(rf"(?<!\d)(?:(?:\+|00)?86{_GAP})?[1１](?:{_GAP}\d){{10}}(?!\d)")
_WRITTEN: Final = re.compile(r"\d{14,17}[\dX]", re.ASCII)
_FILLING: Final = re.compile(r"[\s\-‐‑–—−'‘’`\u200b-\u200f\u2060\ufeff]")


def mask_numbers(value: Any, *, with_birth_only: bool = False) -> Any:
    """A cell of a record with the ID numbers and mobile numbers in it masked; anything else as it is.

    ``with_birth_only``: for a column of running numbers that are as long: an ID number is told by its birth date.
    """
    if isinstance(value, Mapping):
        return {name: mask_numbers(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [mask_numbers(each) for each in value]
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return value
    text = f"{value:.0f}" if isinstance(value, float) and value.is_integer() else str(value)
    pattern = _WITH_BIRTH if with_birth_only else _ID_NUMBER
    masked = pattern.sub(lambda found: mask_id_number(_bare(found[0])), text)
    masked = _MOBILE.sub(lambda found: mask_phone(_bare(found[0])), masked)
    masked = _SPREADSHEET_FLOAT.sub(HIDDEN, masked)
    return value if masked == text else masked


def mask_id_cell(value: Any) -> str:
    """What stands in a column of ID numbers: the first six digits of one, nothing of what is none."""
    text = _bare(str(value)).upper()
    return mask_id_number(text) if _WRITTEN.fullmatch(text) else HIDDEN


def mask_phone_cell(value: Any) -> str:
    """What stands in a column of telephone numbers: the last four digits of one, nothing of what is none."""
    try:
        return mask_phone(normalise_phone(value))
    except InvalidPhone:
        return HIDDEN


def _bare(text: str) -> str:
    return _FILLING.sub("", unicodedata.normalize("NFKC", text))
