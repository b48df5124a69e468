"""Accounts that households are paid to: bank cards (GB/T 15694, check digit by Luhn) and passbooks."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from stdnum import luhn

_DIGITS: Final = re.compile(r"[0-9]{8,32}", re.ASCII)
#: Card numbers of banks begin with 3 to 6 (ISO/IEC 7812-1) and have this many digits; passbooks have their banks'
#: own forms and no check digit that is published.
_CARD: Final = re.compile(r"[3-6][0-9]{15}|[3-6][0-9]{18}", re.ASCII)
_BLANKS: Final = re.compile(r"[\s\-]")
_TURNED: Final = re.compile(r"[0-9.]+E\+?[0-9]+", re.IGNORECASE)


class InvalidAccount(ValueError):
    """``code`` is ``account_lost_digits``, ``account_malformed`` or ``account_checksum``; ``message`` is Chinese."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def normalise_account(raw: str) -> str:
    """The digits of an account. Raises ``InvalidAccount`` for what cannot be one."""
    text = _BLANKS.sub("", unicodedata.normalize("NFKC", raw))
    if _TURNED.fullmatch(text) and not text.isdigit():
        raise InvalidAccount(
            "account_lost_digits", "账号被表格软件改成了科学计数，已丢失数字，请把该列设为文本"
        )
    if not _DIGITS.fullmatch(text):
        raise InvalidAccount("account_malformed", "账号应为 8 到 32 位数字")
    if _CARD.fullmatch(text) and not luhn.is_valid(text):
        raise InvalidAccount("account_checksum", "银行卡号校验不过，请核对是否输错数字")
    return text


def mask_account(account: str) -> str:
    """The last four digits, as banks show them."""
    return "*" * (len(account) - 4) + account[-4:]
