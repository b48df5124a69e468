"""Each criterion of elimination: met, not met, unknown, with its evidence."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.household_api.assistance.criteria import (
    Bounds,
    Entry,
    Income,
    MeasureDone,
    Situation,
    judge,
    may_be_proposed,
    months_after,
    verdict_of,
    with_verdict,
)
from services.household_api.assistance.rules import Member

TODAY = date(2026, 11, 8)
BOUNDS = Bounds(6, ("C", "D"), 6, 15)
ADULT = Member("ordinary", "健康", "", True, 40)
PUPIL = Member("none", "健康", "小学", True, 9)


def income(day: date, per_head: str | None = "9000.00", line: str | None = "7500.00") -> Income:
    return Income(
        day, None if per_head is None else Decimal(per_head), None if line is None else Decimal(line)
    )


GOOD = Situation(
    members=(ADULT, PUPIL),
    housing_grade="B",
    drinking_water="secure",
    incomes=(income(date(2026, 10, 31)), income(date(2026, 4, 30))),
    measures=(MeasureDone("employment", "done", "lasting"),),
    plan_confirmed=True,
    open_obstacles=0,
    entries=(),
)


def verdicts(situation: Situation) -> dict[str, str]:
    return {criterion.code: criterion.verdict for criterion in judge(situation, BOUNDS, TODAY)}


def test_a_household_all_of_whose_criteria_are_met() -> None:
    assert set(verdicts(GOOD).values()) == {"met"}
    assert verdict_of(judge(GOOD, BOUNDS, TODAY)) == "met"


@pytest.mark.parametrize(
    ("incomes", "verdict"),
    [
        ([], "unknown"),
        ([income(date(2026, 10, 31))], "unknown"),
        # Exactly six months are not more than six.
        ([income(date(2026, 10, 30)), income(date(2026, 4, 30))], "unknown"),
        ([income(date(2026, 10, 31)), income(date(2026, 4, 30))], "met"),
        ([income(date(2026, 10, 31), "7500.00"), income(date(2026, 4, 30))], "not_met"),
        ([income(date(2026, 10, 31)), income(date(2026, 6, 30), "7000.00")], "not_met"),
        # It was low before, and has been above for longer than the span since.
        (
            [
                income(date(2026, 10, 31)),
                income(date(2026, 3, 31)),
                income(date(2025, 12, 31), "5000.00"),
            ],
            "met",
        ),
        # Each record is held against the line of its own year.
        (
            [income(date(2026, 10, 31), "7400.00"), income(date(2025, 12, 31), "7400.00", "7000.00")],
            "not_met",
        ),
        ([income(date(2026, 10, 31)), income(date(2025, 12, 31), "7400.00", "7000.00")], "met"),
        ([income(date(2026, 10, 31), line=None)], "unknown"),
        ([income(date(2026, 10, 31), per_head=None)], "unknown"),
        # What was good long ago says nothing about now.
        ([income(date(2026, 5, 1)), income(date(2025, 6, 30))], "unknown"),
    ],
)
def test_income_by_dated_records(incomes: list[Income], verdict: str) -> None:
    assert verdicts(replace(GOOD, incomes=incomes))["income"] == verdict


@pytest.mark.parametrize(
    ("grade", "entries", "verdict"),
    [
        ("A", (), "met"),
        ("", (), "unknown"),
        ("C", (), "not_met"),
        ("D", (Entry("housing", True),), "met"),
        ("", (Entry("housing", True),), "met"),
        ("B", (Entry("housing", False),), "not_met"),
        ("D", (Entry("water", True),), "not_met"),
    ],
)
def test_housing_by_grade_or_crossed_off(grade: str, entries: tuple[Entry, ...], verdict: str) -> None:
    assert verdicts(replace(GOOD, housing_grade=grade, entries=entries))["housing"] == verdict


@pytest.mark.parametrize(("water", "verdict"), [("secure", "met"), ("insecure", "not_met"), ("", "unknown")])
def test_water(water: str, verdict: str) -> None:
    assert verdicts(replace(GOOD, drinking_water=water))["water"] == verdict


@pytest.mark.parametrize(("insured", "verdict"), [(True, "met"), (False, "not_met"), (None, "unknown")])
def test_every_member_is_insured(insured: bool | None, verdict: str) -> None:
    members = (ADULT, replace(PUPIL, insured=insured))
    assert verdicts(replace(GOOD, members=members))["basic_medical"] == verdict


@pytest.mark.parametrize(
    ("child", "verdict"),
    [
        (PUPIL, "met"),
        (replace(PUPIL, student_status="辍学"), "not_met"),
        (replace(PUPIL, student_status=""), "unknown"),
        (replace(PUPIL, student_status="辍学", age=16), "met"),
        (replace(PUPIL, student_status="", age=5), "met"),
        (replace(PUPIL, student_status="失学", age=None), "unknown"),
    ],
)
def test_children_of_school_age_go_to_school(child: Member, verdict: str) -> None:
    assert verdicts(replace(GOOD, members=(ADULT, child)))["compulsory_education"] == verdict


@pytest.mark.parametrize(
    ("measures", "confirmed", "verdict"),
    [
        ((), True, "not_met"),
        ((MeasureDone("industry", "running", ""),), True, "not_met"),
        ((MeasureDone("industry", "done", "partial"),), True, "not_met"),
        ((MeasureDone("industry", "done", "lasting"),), False, "not_met"),
        ((MeasureDone("industry", "done", "lasting"), MeasureDone("pension", "stopped", "")), True, "met"),
        ((MeasureDone("pension", "stopped", ""),), True, "not_met"),
    ],
)
def test_every_measure_is_carried_out_and_lasting(
    measures: tuple[MeasureDone, ...], confirmed: bool, verdict: str
) -> None:
    assert verdicts(replace(GOOD, measures=measures, plan_confirmed=confirmed))["measures"] == verdict


def test_open_ledgers_and_obstacles_are_new_risks() -> None:
    assert verdicts(replace(GOOD, open_obstacles=1))["no_new_risk"] == "not_met"
    situation = replace(GOOD, entries=(Entry("water", False),))
    assert {code for code, verdict in verdicts(situation).items() if verdict == "not_met"} == {
        "water",
        "no_new_risk",
    }


def test_what_is_not_met_goes_before_what_is_not_known() -> None:
    criteria = judge(replace(GOOD, housing_grade="", drinking_water="insecure"), BOUNDS, TODAY)
    assert verdict_of(criteria) == "not_met"
    assert (with_verdict(criteria, "not_met"), with_verdict(criteria, "unknown")) == (["water"], ["housing"])
    assert verdict_of(judge(replace(GOOD, housing_grade=""), BOUNDS, TODAY)) == "unknown"


def test_without_labour_nobody_is_proposed_by_rule() -> None:
    assert may_be_proposed([ADULT])
    assert may_be_proposed([replace(ADULT, labour="weak")])
    assert not may_be_proposed([replace(ADULT, labour="none"), replace(ADULT, labour="lost")])
    assert not may_be_proposed([replace(ADULT, labour="")])


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 11, 8), 1, date(2026, 12, 8)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
    ],
)
def test_months_after(day: date, months: int, later: date) -> None:
    assert months_after(day, months) == later


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(0, 120))
def test_months_after_lies_in_the_month_that_is_meant(day: date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day <= day.day


@given(
    st.lists(
        st.tuples(st.integers(0, 900), st.integers(6000, 9000)), max_size=6, unique_by=lambda pair: pair[0]
    )
)
def test_income_is_met_only_if_no_record_of_the_last_half_year_is_low(records: list[tuple[int, int]]) -> None:
    days = sorted(records)
    incomes = [income(date.fromordinal(TODAY.toordinal() - ago), f"{amount}.00") for ago, amount in days]
    if verdicts(replace(GOOD, incomes=incomes))["income"] == "met":
        start = months_after(incomes[0].as_of, -6)
        assert all(i.per_head > i.line for i in incomes if i.as_of >= start)
        assert any(i.as_of < start for i in incomes)
