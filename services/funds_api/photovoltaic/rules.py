"""How a station's income may be planned and paid. No I/O."""

import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

Use = Literal["public_post", "small_works", "reward"]
State = Literal["open", "closed"]

#: How a distribution goes on; code, documentation and console read this table.
TRANSITIONS: Final[Mapping[State, tuple[State, ...]]] = {"open": ("closed",), "closed": ()}

#: What must be told of a payment, by its use; nothing else may be.
NEEDS: Final[Mapping[Use, frozenset[str]]] = {
    "public_post": frozenset({"household_id", "post", "month"}),
    "small_works": frozenset({"document_no"}),
    "reward": frozenset({"household_id", "document_no"}),
}

#: A field, and what is wrong with it: code and message.
Problem = tuple[str, str, str]


def month_of(day: date) -> str:
    return f"{day:%Y-%m}"


def post_name(name: str) -> str:
    """A post however it is spaced or written (NFKC): one post is paid once a month."""
    return "".join(unicodedata.normalize("NFKC", name).split())


def payment_problems(use: Use, given: Mapping[str, object]) -> list[Problem]:
    """``given``: household_id, post, month, document_no, None where they were not told. A document may always be."""
    found: list[Problem] = []
    for field, value in given.items():
        if value is None and field in NEEDS[use]:
            found.append((field, "missing", "缺少必填项"))
        if value is not None and field not in NEEDS[use] and field != "document_no":
            found.append((field, "not_expected", "该类支出不填此项"))
    return found


def paid_for(
    use: Use,
    distribution_id: UUID,
    household_id: UUID | None,
    post: str | None,
    month: str | None,
    document_no: str | None,
) -> str:
    """What a payment of a station is for: it is paid for once. A post is paid once a month in whichever plan."""
    if use == "public_post":
        return f"post/{month}/{post}"
    if use == "reward":
        return f"reward/{distribution_id}/{household_id}/{document_no}"
    return f"works/{distribution_id}/{document_no}"


def total(*amounts: Decimal) -> Decimal:
    return sum(amounts, Decimal("0.00"))
