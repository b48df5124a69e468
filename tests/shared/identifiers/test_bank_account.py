"""Accounts: what is one, what is not, and how it is shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identifiers.bank_account import InvalidAccount, mask_account, normalise_account


@pytest.mark.parametrize(
    ("raw", "account"),
    [
        ("6222021234567890128", "6222021234567890128"),
        (" 6222 0212 3456 7890 128 ", "6222021234567890128"),
        ("６２２２０２１２３４５６７８９０１２８", "6222021234567890128"),
        ("4111-1111-1111-1111", "4111111111111111"),
        # A passbook: no check digit that is published.
        ("010203040506070", "010203040506070"),
    ],
)
def test_what_is_an_account(raw: str, account: str) -> None:
    assert normalise_account(raw) == account


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("6222021234567890129", "account_checksum"),
        ("4111111111111112", "account_checksum"),
        ("6.22202E+18", "account_lost_digits"),
        ("1234567", "account_malformed"),
        ("62220212345678901X8", "account_malformed"),
        ("", "account_malformed"),
    ],
)
def test_what_is_none(raw: str, code: str) -> None:
    with pytest.raises(InvalidAccount) as refused:
        normalise_account(raw)
    assert refused.value.code == code


def test_a_digit_that_is_wrong_is_found() -> None:
    right = "6222021234567890128"
    for place in range(len(right)):
        wrong = right[:place] + str((int(right[place]) + 1) % 10) + right[place + 1 :]
        if wrong[0] in "3456":
            with pytest.raises(InvalidAccount):
                normalise_account(wrong)


def test_the_last_four_are_shown() -> None:
    assert mask_account("6222021234567890128") == "***************0128"


@given(st.from_regex(r"[3-6]([0-9]{15}|[0-9]{18})", fullmatch=True))
def test_check_digits_are_luhn(card: str) -> None:
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in card[-2::-2])
    if (sum(map(int, card[-1::-2])) + sum(doubled)) % 10:
        with pytest.raises(InvalidAccount):
            normalise_account(card)
    else:
        assert normalise_account(card) == card
