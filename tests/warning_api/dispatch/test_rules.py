"""Tasks without a database."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning_api.dispatch.rules import (
    OPEN_FOR_CLUES,
    TO_BE_VERIFIED,
    TRANSITIONS,
    Clue,
    is_overdue,
    subject_name,
    township_of,
)
from services.warning_api.filing.staging import PersonalData

STATES = tuple(TRANSITIONS)
DUE = date(2026, 11, 18)


def clue(name: str, number: str | None, region: str, household: str | None = None) -> Clue:
    return Clue(uuid4(), "YB", PersonalData(name, number), region, household, None, None, False, False)


def test_every_state_can_be_reached_and_left() -> None:
    assert set(STATES) == {to for allowed in TRANSITIONS.values() for to in allowed} | {"pending"}
    assert all("verified" in TRANSITIONS[state] for state in TO_BE_VERIFIED)
    assert set(OPEN_FOR_CLUES) <= set(STATES)


@pytest.mark.parametrize("state", STATES)
@given(days=st.integers(-400, 400))
def test_overdue_is_what_is_still_to_be_done_after_the_day(state: str, days: int) -> None:
    assert is_overdue(state, DUE, DUE + timedelta(days=days)) is (state in TO_BE_VERIFIED and days > 0)


def test_one_visit_to_a_household_a_person_or_a_name_in_a_place() -> None:
    household = str(uuid4())
    same_house = {
        subject_name(clue("甲", "1", "231226100201", household)),
        subject_name(clue("乙", None, "231226", household)),
    }
    assert len(same_house) == 1
    same_person = {subject_name(clue("甲", "1", "231226100201")), subject_name(clue("甲", "1", "231226"))}
    assert len(same_person) == 1
    names = {
        subject_name(clue("甲", None, "231226100201")),
        subject_name(clue("乙", None, "231226100201")),
        subject_name(clue("甲", None, "231226100202")),
    }
    assert len(names) == 3


def test_the_township_of_a_region() -> None:
    assert [township_of(code) for code in ("231226100201", "231226100", "231226")] == [
        "231226100",
        "231226100",
        None,
    ]
