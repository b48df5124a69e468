"""Codes, receipts and what is counted against abuse; decided without I/O."""

import re
import secrets
import unicodedata
from datetime import date, datetime, timedelta
from ipaddress import IPv4Address, IPv6Network, ip_address
from typing import Final

from services.warning_api.cycles.rules import first_day
from services.warning_api.dispatch.rules import township_of

#: Digits and letters that nobody takes for another: 32 of them, five bits each.
ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

#: 80 bits: a thousand guesses a second for ten thousand years find none of a million codes.
CODE_LENGTH: Final = 16
#: 60 bits: a receipt is asked for with a code beside it.
RECEIPT_LENGTH: Final = 12

#: How X-Report-Code is written: village, colon, code.
_CREDENTIAL: Final = re.compile(rf"(\d{{12}})[:/]([{ALPHABET}]{{{CODE_LENGTH}}})", re.ASCII)
_RECEIPT: Final = re.compile(rf"[{ALPHABET}]{{{RECEIPT_LENGTH}}}", re.ASCII)

_IPV6_PREFIX: Final = 64


def new_code() -> str:
    return _random(CODE_LENGTH)


def new_receipt_no() -> str:
    return grouped(_random(RECEIPT_LENGTH))


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def grouped(text: str) -> str:
    """As people read it out: four by four."""
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def _plain(text: str) -> str:
    """As it is compared: without what people put between, in capitals, half-width."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()


def read_credential(header: str) -> tuple[str, str] | None:
    """Village and code of an X-Report-Code header; None for what cannot be one."""
    found = _CREDENTIAL.fullmatch(_plain(header[:100]))
    return (found[1], found[2]) if found else None


def read_receipt_no(text: str) -> str | None:
    """A receipt number as it is stored; None for what cannot be one."""
    plain = _plain(text[:40])
    return grouped(plain) if _RECEIPT.fullmatch(plain) else None


def qr_text(page: str | None, village: str, code: str) -> str:
    """What the village prints as a QR code. Behind a ``#`` the code stays in the farmer's telephone: no server that
    shows the page writes it into a log."""
    return f"{page}#{village}:{code}" if page else f"{village}:{code}"


def address_group(host: str) -> str:
    """Whose requests are counted together: an IPv4 address, or the network that one household has of IPv6."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if isinstance(address, IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((address, _IPV6_PREFIX), strict=False))


def hour_of(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def seconds_left(now: datetime) -> int:
    """Until the next hour."""
    return max(1, int((hour_of(now) + timedelta(hours=1) - now).total_seconds()))


def due_on(cycle: str, due_day: int) -> date:
    """The day by which a month's routine check is reported."""
    return first_day(cycle).replace(day=due_day)


def townships_of(regions: set[str]) -> set[str]:
    return {township for region in regions if (township := township_of(region)) is not None}
