"""Progress and industry share, on figures that counties have published."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds_api.progress.rules import SpendingRule, judge, judge_industry, linear_share, rounded

RULE = SpendingRule.of({"4": "0.30", "6": "0.50", "9": "0.75", "12": "1.00"}, "10.00", "20.00")
APRIL = date(2026, 4, 30)
HUNDRED = Decimal("100.00")


def test_21185_83_of_50422_is_42_02_percent_and_8_68_points_ahead_at_the_end_of_april() -> None:
    """Subtracted before rounding: 42.02 - 33.33 would be 8.69."""
    verdict = judge(Decimal("504220000.00"), Decimal("211858300.00"), 2026, APRIL, RULE)
    assert str(verdict.share) == "0.4202"
    assert str(verdict.ahead_points) == "8.68"
    assert (verdict.milestone.month, verdict.milestone.met, verdict.milestone.due) == (4, True, True)
    assert (verdict.proposed, verdict.reasons) == ("none", ())


def test_6172_241508_of_7359_is_83_87_percent() -> None:
    verdict = judge_industry(
        Decimal("61722415.08"), Decimal("73590000.00"), "central", {"central": "0.65", "other": "0.60"}
    )
    assert (str(verdict.share), str(verdict.required), verdict.met) == ("0.8387", "0.65", True)


@pytest.mark.parametrize(("level", "met"), [("central", False), ("county", True)])
def test_each_level_has_its_own_industry_share(level: str, met: bool) -> None:
    verdict = judge_industry(Decimal(60), Decimal(100), level, {"central": "0.65", "other": "0.60"})
    assert verdict.met is met


@pytest.mark.parametrize(
    ("as_of", "month", "due"),
    [
        (date(2025, 12, 31), 4, False),
        (date(2026, 4, 29), 4, False),
        (date(2026, 4, 30), 4, True),
        (date(2026, 6, 29), 4, True),
        (date(2026, 9, 30), 9, True),
        (date(2026, 12, 30), 9, True),
        (date(2026, 12, 31), 12, True),
        (date(2027, 5, 1), 12, True),
    ],
)
def test_the_milestone_is_the_last_whose_day_has_come(as_of: date, month: int, due: bool) -> None:
    milestone = judge(HUNDRED, Decimal(0), 2026, as_of, RULE).milestone
    assert (milestone.month, milestone.due) == (month, due)


@pytest.mark.parametrize(
    ("paid", "met", "proposed"),
    [
        ("30.00", True, "none"),
        ("29.99", False, "none"),
        ("20.01", False, "none"),
        ("20.00", False, "yellow"),
        ("10.01", False, "yellow"),
        ("10.00", False, "red"),
        ("0.00", False, "red"),
    ],
)
def test_a_card_is_proposed_from_so_many_points_behind(paid: str, met: bool, proposed: str) -> None:
    verdict = judge(HUNDRED, Decimal(paid), 2026, APRIL, RULE)
    assert (verdict.milestone.met, verdict.proposed) == (met, proposed)
    assert [reason.code for reason in verdict.reasons] == ([] if proposed == "none" else ["behind_milestone"])


def test_a_reason_says_what_was_due_and_what_is() -> None:
    (reason,) = judge(HUNDRED, Decimal("12.34"), 2026, APRIL, RULE).reasons
    assert reason.message == "4月底应支付 30.00%，实际 12.34%，落后 17.66 个百分点"


def test_before_the_first_milestone_no_card_is_proposed() -> None:
    assert judge(HUNDRED, Decimal(0), 2026, date(2026, 4, 29), RULE).proposed == "none"


@pytest.mark.parametrize(
    ("as_of", "share"),
    [
        (date(2025, 12, 31), Fraction(0)),
        (date(2026, 1, 31), Fraction(1, 12)),
        (APRIL, Fraction(1, 3)),
        (date(2026, 5, 31), Fraction(5, 12)),
        (date(2026, 6, 15), Fraction(11, 24)),
        (date(2026, 12, 31), Fraction(1)),
        (date(2027, 1, 1), Fraction(1)),
    ],
)
def test_time_goes_a_twelfth_each_month(as_of: date, share: Fraction) -> None:
    assert linear_share(2026, as_of) == share


@given(st.fractions(min_value=-10, max_value=10), st.integers(0, 6))
def test_rounding_is_half_up_and_never_further_than_half_a_place(value: Fraction, places: int) -> None:
    shown = rounded(value, places)
    assert abs(Fraction(shown) - value) <= Fraction(1, 2 * 10**places)
    assert -shown.as_tuple().exponent == places  # type: ignore[operator]


@pytest.mark.parametrize(
    ("value", "shown"), [("0.00005", "0.0001"), ("0.00004", "0.0000"), ("-0.00005", "-0.0001")]
)
def test_a_half_goes_up(value: str, shown: str) -> None:
    assert str(rounded(Fraction(value), 4)) == shown
