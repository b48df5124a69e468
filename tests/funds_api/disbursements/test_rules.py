"""What a batch may be, decided without a database."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds_api.disbursements.rules import (
    MOST_ERRORS,
    Errors,
    ItemIn,
    is_eligible,
    read_items,
    take_in_order,
)

HOUSEHOLD = "019a8d5e-7c1f-7000-8000-2f1d4c5b6a79"


def item(**fields: Any) -> ItemIn:
    right = {
        "household_id": HOUSEHOLD,
        "payee": " 张三 ",
        "account": "6222 0212 3456 7890 128",
        "amount": "1500.00",
        "purpose": "产业奖补",
        "period": "２０２６",
    }
    return ItemIn(**{**right, **fields})


def read(*items: ItemIn, count: int | None = None, total: str | None = None) -> tuple[list[Any], list[Any]]:
    errors = Errors()
    declared = None if total is None else Decimal(total)
    found = read_items(items, len(items) if count is None else count, declared, errors)
    return found, [(error.pointer, error.code) for error in errors.found]


def test_an_item_as_it_is_kept() -> None:
    ((found,), errors) = read(item(), total="1500.00")
    assert errors == []
    assert (found.household_id, found.payee, found.account) == (
        UUID(HOUSEHOLD),
        "张三",
        "6222021234567890128",
    )
    assert (found.amount, found.purpose, found.period, found.corrects) == (
        Decimal("1500.00"),
        "产业奖补",
        "2026",
        None,
    )


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("amount", 1500.0, "amount_not_text"),
        ("amount", True, "amount_not_text"),
        ("amount", "1500.005", "amount_too_precise"),
        ("amount", "-1", "amount_not_positive"),
        ("amount", "0.00", "amount_not_positive"),
        ("amount", "1,500", "amount_malformed"),
        ("amount", "1e3", "amount_malformed"),
        ("amount", "99999999999999999", "amount_malformed"),
        ("amount", None, "missing"),
        ("account", "6222021234567890129", "account_checksum"),
        ("account", 6.222e18, "account_lost_digits"),
        ("account", None, "missing"),
        ("household_id", "H0001", "not_an_id"),
        ("household_id", 17, "not_an_id"),
        ("payee", " ", "missing"),
        ("payee", "张\n三", "text_malformed"),
        ("purpose", ["产业"], "missing"),
        ("period", "期" * 101, "text_malformed"),
        ("corrects", "那一项", "not_an_id"),
    ],
)
def test_what_an_item_cannot_be(field: str, value: Any, code: str) -> None:
    found, errors = read(item(**{field: value}))
    assert (found, errors) == ([], [(f"/items/0/{field}", code)])


def test_everything_wrong_is_told_at_once() -> None:
    _, errors = read(item(amount=1.5, account="1"), item(payee=None), count=3)
    assert errors == [
        ("/items/0/account", "account_malformed"),
        ("/items/0/amount", "amount_not_text"),
        ("/items/1/payee", "missing"),
        ("/count", "totals_differ"),
    ]


def test_totals_must_agree() -> None:
    _, errors = read(item(), item(household_id=str(uuid4())), total="3000.01")
    assert errors == [("/total", "totals_differ")]


def test_a_household_is_paid_once_for_a_purpose_and_period() -> None:
    twice = item(), item(account="010203040506070"), item(period="2025"), item(purpose="务工补贴")
    _, errors = read(*twice)
    assert errors == [("/items/1/household_id", "paid_twice")]


def test_errors_beyond_the_first_are_counted() -> None:
    errors = Errors()
    read_items([item(amount=1.5)] * (MOST_ERRORS + 7), None, None, errors)
    assert (len(errors.found), errors.count) == (MOST_ERRORS, MOST_ERRORS + 7)


def test_who_is_eligible() -> None:
    eligible = {"监测帮扶补助": ["marginal", "lifted"]}
    assert is_eligible("产业奖补", "ordinary", None, eligible)
    assert is_eligible("监测帮扶补助", "ordinary", "marginal", eligible)
    assert is_eligible("监测帮扶补助", "lifted", None, eligible)
    assert not is_eligible("监测帮扶补助", "ordinary", None, eligible)


parts = st.lists(st.integers(0, 10**6).map(lambda fen: Decimal(fen) / 100), min_size=1, max_size=6)


@given(parts, st.data())
def test_the_first_part_is_used_up_first(left: list[Decimal], data: st.DataObject) -> None:
    amount = Decimal(data.draw(st.integers(0, int(sum(left) * 100)))) / 100
    taken = take_in_order(amount, left)
    assert sum(taken) == amount
    partly = [place for place, (took, had) in enumerate(zip(taken, left, strict=True)) if took < had]
    assert all(taken[place] == 0 for place in partly[1:])


def test_more_than_was_held_is_never_taken() -> None:
    with pytest.raises(ArithmeticError):
        take_in_order(Decimal("3.01"), [Decimal(1), Decimal(2)])
