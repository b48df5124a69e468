"""What a disbursement to households may be, and how it goes on. No I/O."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from shared.errors import FieldError
from shared.identifiers.bank_account import InvalidAccount, normalise_account

State = Literal["submitted", "approved", "sent", "settled", "refused"]
ItemState = Literal["waiting", "paid", "rejected", "withdrawn"]

#: Code, documentation and console read this table. ``settled``: every item is paid or rejected.
TRANSITIONS: Mapping[State, tuple[State, ...]] = {
    "submitted": ("approved", "refused"),
    "approved": ("sent", "settled"),
    "sent": ("settled",),
    "settled": (),
    "refused": (),
}

#: The bank may have paid: it may answer, and a statement may show it.
ANSWERABLE: Final = frozenset({"approved", "sent"})

#: Items of one batch; a county pays some ten thousand households at once.
MOST_ITEMS: Final = 200_000
#: So many errors are told of one batch.
MOST_ERRORS: Final = 500
_LONGEST: Final = 100
_AMOUNT: Final = re.compile(r"[0-9]{1,16}(\.[0-9]+)?", re.ASCII)
_CONTROL: Final = re.compile("[\x00-\x1f\x7f]")


class ItemIn(msgspec.Struct):
    """An item as it was sent, whatever stands in it."""

    household_id: Any = None
    payee: Any = None
    account: Any = None
    amount: Any = None
    purpose: Any = None
    period: Any = None
    corrects: Any = None


class Item(msgspec.Struct, frozen=True):
    """An item that can be one. ``corrects``: the rejected item that it takes the place of."""

    household_id: UUID
    payee: str
    account: str
    amount: Decimal
    purpose: str
    period: str
    corrects: UUID | None


class Errors:
    """What is wrong with a batch, by place; the first ``MOST_ERRORS`` are kept."""

    def __init__(self) -> None:
        self.found: list[FieldError] = []
        self.count = 0

    def add(self, pointer: str, code: str, message: str) -> None:
        self.count += 1
        if len(self.found) < MOST_ERRORS:
            self.found.append(FieldError(pointer, code, message))

    def at(self, place: int, field: str, code: str, message: str) -> None:
        self.add(f"/items/{place}/{field}", code, message)


class _Wrong(Exception):
    def __init__(self, code: str, message: str) -> None:
        self.code = code
        self.message = message


def read_items(
    sent: Sequence[ItemIn], count: int | None, total: Decimal | None, errors: Errors
) -> list[Item]:
    """Items in their order; what is wrong goes into ``errors``, the declared sums (where they could be read) and
    repetitions included."""
    items: list[Item] = []
    readers = {field: _remembering(reader) for field, reader in _READERS.items()}
    seen: dict[tuple[UUID, str, str], int] = {}
    for place, raw in enumerate(sent):
        read: dict[str, Any] = {}
        for field, reader in readers.items():
            try:
                read[field] = reader(getattr(raw, field))
            except _Wrong as wrong:
                errors.at(place, field, wrong.code, wrong.message)
        if len(read) < len(readers):
            continue
        item = Item(**read)
        items.append(item)
        same = seen.setdefault((item.household_id, item.purpose, item.period), place)
        if same != place:
            message = f"与第 {same + 1} 项重复：同一户、同一用途、同一期间只能发放一次"
            errors.at(place, "household_id", "paid_twice", message)
    if count is not None and count != len(sent):
        errors.add("/count", "totals_differ", f"申报 {count} 笔，实际 {len(sent)} 笔")
    actual = sum((item.amount for item in items), Decimal("0.00"))
    if total is not None and len(items) == len(sent) and total != actual:
        errors.add("/total", "totals_differ", f"申报合计 {total} 元，实际合计 {actual} 元")
    return items


def _remembering(reader: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Reads each text once: households, purposes, periods and amounts come again and again."""
    known: dict[str, Any] = {}

    def read(value: Any) -> Any:
        if type(value) is not str:
            return reader(value)
        if value not in known:
            known[value] = reader(value)
        return known[value]

    return read


def _household(value: Any) -> UUID:
    if value in (None, ""):
        raise _Wrong("missing", "请填写户的编号 household_id")
    try:
        return UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise _Wrong("not_an_id", "household_id 应为登记簿中户的 id") from None


def _corrects(value: Any) -> UUID | None:
    if value in (None, ""):
        return None
    try:
        return UUID(value)
    except (ValueError, AttributeError, TypeError):
        raise _Wrong("not_an_id", "corrects 应为被退回的那一项的 id") from None


def _account(value: Any) -> str:
    if value in (None, ""):
        raise _Wrong("missing", "请填写账号")
    if isinstance(value, float):
        raise _Wrong("account_lost_digits", "账号被表格软件改成了数字，已丢失末几位，请把该列设为文本")
    try:
        return normalise_account(str(value))
    except InvalidAccount as error:
        raise _Wrong(error.code, error.message) from None


def _text(value: Any) -> str:
    if value is None or isinstance(value, bool | float | list | dict) or not str(value).strip():
        raise _Wrong("missing", "请填写此项")
    text = unicodedata.normalize("NFKC", str(value)).strip()
    if len(text) > _LONGEST or _CONTROL.search(text):
        raise _Wrong("text_malformed", f"最多 {_LONGEST} 个字，不含换行等控制字符")
    return text


def read_amount(value: Any) -> Decimal:
    """Yuan as text; raises ``ValueError`` with (code, message)."""
    try:
        return _amount(value)
    except _Wrong as wrong:
        raise ValueError(wrong.code, wrong.message) from None


def _amount(value: Any) -> Decimal:
    if value in (None, ""):
        raise _Wrong("missing", "请填写金额")
    if isinstance(value, float | bool):
        raise _Wrong("amount_not_text", '金额应写作文本 "1500.00"')
    text = str(value).strip()
    if text.startswith("-") or text in ("0", "0.0", "0.00"):
        raise _Wrong("amount_not_positive", "金额应大于零")
    if not _AMOUNT.fullmatch(text):
        raise _Wrong("amount_malformed", '金额应写作 "1500.00"')
    amount = Decimal(text)
    rounded = amount.quantize(Decimal("0.01"))
    if rounded != amount:
        raise _Wrong("amount_too_precise", "金额最多两位小数")
    if not 0 < rounded < 10**16:
        raise _Wrong("amount_not_positive", "金额应大于零")
    return rounded


_READERS: Final = {
    "household_id": _household,
    "payee": _text,
    "account": _account,
    "amount": _amount,
    "purpose": _text,
    "period": _text,
    "corrects": _corrects,
}


def is_eligible(
    purpose: str,
    household_type: str,
    monitoring_type: str | None,
    eligible: Mapping[str, Sequence[str]],
) -> bool:
    """``eligible``: parameter ``disbursement_eligible``; a purpose that it does not name is for every household."""
    kinds = eligible.get(purpose)
    return kinds is None or household_type in kinds or monitoring_type in kinds


def take_in_order(amount: Decimal, left: Sequence[Decimal]) -> list[Decimal]:
    """How much of ``amount`` comes out of each part, the first used up first; together they have enough."""
    taken = []
    for part in left:
        taken.append(min(amount, part))
        amount -= taken[-1]
    if amount:
        raise ArithmeticError("more was answered than was held")
    return taken
