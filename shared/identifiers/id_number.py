"""Citizen identity numbers (GB 11643-1999) and the residence permits that share their form.

Eighteen characters: six for a region, eight for the birth date, three in sequence (odd: male), one check
character (ISO 7064 MOD 11-2). Residence permits of Hong Kong, Macao and Taiwan people (81, 82, 83) and
foreigners' permanent residence cards (9) are made the same way. The region is never looked up: regions are
redrawn and dissolved, the numbers given in them stay.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Literal

EARLIEST_BIRTH_YEAR = 1850

CHECK_CHARACTERS = "10X98765432"
_HYPHENS = "-‐‑‒–—―−"
_APOSTROPHES = "'‘’`"
_LIKE_X = str.maketrans({"x": "X", "×": "X", "х": "X", "Х": "X"})
# What a spreadsheet makes of eighteen digits: an exponent, or a fraction that was not there.
_SPREADSHEET_FLOAT = re.compile(r"[+]?\d+(?:\.\d*)?[Ee][+]?\d+|\d{16,}\.\d*")


class InvalidIdNumber(ValueError):
    """An ID number that cannot be right. `code` is stable, the message is Chinese and says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def checksum(first17: str) -> str:
    """The check character that belongs to seventeen ASCII digits."""
    # The weights are the powers of two modulo 11, and so are those of 13: read as a number of base 13, the
    # digits come weighted.
    return CHECK_CHARACTERS[int(first17, 13) * 2 % 11]


def normalise_id_number(raw: object) -> str:
    """The number as eighteen characters: half-width, no blanks or hyphens, a large X, fifteen digits raised.

    Looks at the form only; `check_id_number` looks at date and check character.
    Raises InvalidIdNumber: `id_number_lost_digits`, `id_number_masked`, `id_number_length`, `id_number_characters`.
    """
    text = raw if isinstance(raw, str) else _text_of(raw)
    if len(text) == 18 and text.isascii() and text[:17].isdigit() and (text[17].isdigit() or text[17] == "X"):
        return text
    text = cleaned(text)
    if len(text) == 15 and text.isascii() and text.isdigit():
        text = f"{text[:6]}19{text[6:]}"
        return text + checksum(text)
    if len(text) != 18:
        raise InvalidIdNumber(
            "id_number_length", f"证件号码应为18位（或旧的15位），这里是{len(text)}位，请核对后补正"
        )
    if not (text.isascii() and text[:17].isdigit() and (text[17].isdigit() or text[17] == "X")):
        raise InvalidIdNumber("id_number_characters", "证件号码只能是数字，末位可为X，请核对后改正")
    return text


def cleaned(raw: object) -> str:
    """What was meant to be written: half-width, no blanks or hyphens, a large X.

    Raises InvalidIdNumber `id_number_lost_digits`, `id_number_masked`.
    """
    text = unicodedata.normalize("NFKC", raw if isinstance(raw, str) else _text_of(raw))
    if _SPREADSHEET_FLOAT.fullmatch(text.strip().lstrip(_APOSTROPHES)):
        raise _lost_digits()
    if "*" in text:
        raise InvalidIdNumber("id_number_masked", "这是遮盖后的号码，请填完整的证件号码")
    text = "".join(c for c in text if unicodedata.category(c) not in ("Zs", "Cf", "Cc") and c not in _HYPHENS)
    return text.lstrip(_APOSTROPHES).translate(_LIKE_X)


def check_id_number(id18: str, today: date) -> None:
    """Raise InvalidIdNumber (`id_number_checksum`, `id_number_date`) unless date and check are right.

    `id18` is what `normalise_id_number` gave; `today` is the day of the business clock.
    """
    if checksum(id18[:17]) != id18[17]:
        raise InvalidIdNumber("id_number_checksum", "证件号码校验位不符，多半有一位录错，请对照证件改正")
    born = birth_date(id18)
    if born > today or born.year < EARLIEST_BIRTH_YEAR:
        raise InvalidIdNumber("id_number_date", "证件号码中的出生日期晚于今天或过早，请对照证件改正")


def birth_date(id18: str) -> date:
    """The birth date in the number; InvalidIdNumber `id_number_date` where the calendar has no such day."""
    try:
        return date.fromisoformat(id18[6:14])
    except ValueError:
        raise InvalidIdNumber("id_number_date", "证件号码中的出生日期不存在，请对照证件改正") from None


def sex(id18: str) -> Literal["male", "female"]:
    """Odd sequence numbers are men's, even ones women's."""
    return "male" if int(id18[16]) % 2 else "female"


def mask_id_number(id18: str) -> str:
    """The first six digits and twelve stars (contract.md, Everywhere)."""
    return id18[:6] + "*" * 12


def _text_of(raw: object) -> str:
    """A number cell as text. Up to fifteen digits a float is exact; beyond, the last digits are gone."""
    if raw is None:
        return ""
    if isinstance(raw, float):
        if raw.is_integer() and abs(raw) < 10**15:
            return str(int(raw))
        raise _lost_digits()
    return str(raw)


def _lost_digits() -> InvalidIdNumber:
    return InvalidIdNumber(
        "id_number_lost_digits",
        "证件号码被表格软件当作数字保存，后几位已丢失，请把该列设为文本格式后重新录入",
    )
