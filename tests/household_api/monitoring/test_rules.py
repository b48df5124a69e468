"""The course of a case."""

from datetime import date
from decimal import Decimal

import pytest

from services.household_api.monitoring.rules import (
    COUNTY_DECIDES,
    ENDED,
    TRANSITIONS,
    Channel,
    agrees,
    allowed_from,
    has_run,
    type_of,
    ways_from,
)

COURSE = (
    "clue", "visited", "appraised", "noticed", "submitted", "cross_checked", "approved", "assisted", "eliminated",
)  # fmt: skip


def test_the_course_can_be_gone_and_no_step_left_out() -> None:
    for place, state in enumerate(COURSE[:-1]):
        forward = set(allowed_from(state)) & set(COURSE)
        assert forward == {COURSE[place + 1]}


def test_every_state_is_known_and_reached() -> None:
    reached = {way.to for ways in TRANSITIONS.values() for way in ways}
    assert reached | {"clue"} == set(TRANSITIONS)
    assert set(TRANSITIONS) == {*COURSE, "rejected", "returned", "relapsed"}


def test_before_approval_a_case_can_be_sent_back_or_rejected_and_not_after() -> None:
    for state in COURSE[1:6]:
        assert {"returned", "rejected"} <= set(allowed_from(state))
    for state in ("approved", "assisted", "eliminated"):
        assert not {"returned", "rejected"} & set(allowed_from(state))
    assert {"cross_checked", "approved", "rejected", "eliminated"} == COUNTY_DECIDES
    assert TRANSITIONS["rejected"] == () and "rejected" in ENDED


def test_a_township_sends_back_only_what_it_has_not_submitted() -> None:
    sends_back = {state: ways_from(state, ())["returned"].county for state in COURSE[1:6]}
    assert sends_back == {
        "visited": False, "appraised": False, "noticed": False, "submitted": True, "cross_checked": True,
    }  # fmt: skip


def test_nobody_is_sent_back_or_rejected_without_a_reason() -> None:
    ways = [way for ways in TRANSITIONS.values() for way in ways]
    assert all(way.reason for way in ways if way.to in ("returned", "rejected"))
    assert all(way.reason for way in ways if way.channel in (Channel.GREEN, Channel.NATURAL))


def test_the_green_channel_goes_from_the_clue_to_help_and_back_for_its_papers() -> None:
    assert "assisted" not in allowed_from("clue")
    assert ways_from("clue", {Channel.GREEN})["assisted"].county
    # While papers are owed nothing is eliminated by measure; the risk may end by itself.
    assert allowed_from("assisted") == ("eliminated",)
    assert allowed_from("assisted", papers_owed=True) == ("visited",)
    natural = ways_from("assisted", {Channel.PAPERS, Channel.NATURAL})
    assert natural["eliminated"].channel is Channel.NATURAL


def test_a_risk_ends_by_itself_from_approval_on() -> None:
    natural = {state for state in TRANSITIONS if "eliminated" in ways_from(state, {Channel.NATURAL})}
    assert natural == {"approved", "assisted", "relapsed"}


@pytest.mark.parametrize(
    ("in_favour", "present", "share", "carried"),
    [(11, 20, "0.50", True), (10, 20, "0.50", False), (14, 20, "0.67", True), (13, 20, "0.67", False)],
)
def test_the_village_agrees_by_more_than_the_share_of_those_present(
    in_favour: int, present: int, share: str, carried: bool
) -> None:
    assert agrees(in_favour, present, Decimal(share)) is carried


@pytest.mark.parametrize(
    ("household_type", "income", "line", "kind"),
    [
        ("lifted", "6000", "7500", "unstable_lifted"),
        ("ordinary", "6000", "7500", "marginal"),
        ("low_income", "6000", "7500", "marginal"),
        ("lifted", "7500", "7500", "sudden_hardship"),
        ("ordinary", None, "7500", "marginal"),
        ("lifted", "20000", None, "unstable_lifted"),
    ],
)
def test_the_type_follows_from_the_households_type_and_income(
    household_type: str, income: str | None, line: str | None, kind: str
) -> None:
    found = type_of(household_type, Decimal(income) if income else None, Decimal(line) if line else None)
    assert found == kind


def test_a_notice_has_run_the_day_after_its_last() -> None:
    assert not has_run(date(2026, 11, 12), date(2026, 11, 12))
    assert has_run(date(2026, 11, 12), date(2026, 11, 13))
    assert has_run(None, date(2026, 11, 1))
