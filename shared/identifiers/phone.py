"""Telephone numbers as they are written in tables, and as they are shown."""

from __future__ import annotations

import re
import unicodedata

_FILLING = re.compile(r"[\s()\-‐‑–—−'\u200b-\u200f\u2060\ufeff]")
_COUNTRY = re.compile(r"(?:\+|00)86|86(?=1\d{10}$)")
_MOBILE = re.compile(r"1\d{10}", re.ASCII)
_NUMBER = re.compile(r"\d{5,12}", re.ASCII)


class InvalidPhone(ValueError):
    """Not one telephone number. `code` (`phone_masked`, `phone_malformed`) is stable, the message Chinese."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def is_plain_mobile(text: str) -> bool:
    """Whether it is a mobile number that ``normalise_phone`` leaves alone."""
    return _MOBILE.fullmatch(text) is not None


def normalise_phone(raw: object) -> str:
    """The digits alone, without the country code; an area code stays. Raises InvalidPhone."""
    if isinstance(raw, str) and is_plain_mobile(raw):
        return raw
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    text = _FILLING.sub("", unicodedata.normalize("NFKC", str(raw)))
    text = _COUNTRY.sub("", text, count=1) if _COUNTRY.match(text) else text
    if "*" in text:
        raise InvalidPhone("phone_masked", "这是遮盖后的号码，请填完整的联系电话")
    if not _NUMBER.fullmatch(text):
        raise InvalidPhone("phone_malformed", "联系电话应为一个手机号或带区号的固定电话，请改正")
    return text


def mask_phone(phone: str) -> str:
    """Stars and the last four digits (contract.md, Everywhere)."""
    return "*" * max(len(phone) - 4, 0) + phone[-4:]
