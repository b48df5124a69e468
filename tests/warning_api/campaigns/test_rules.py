"""Periods and states of campaigns."""

from datetime import date

from services.warning_api.campaigns.rules import ASKED, TRANSITIONS, UNFINISHED, period_of


def test_a_walk_through_is_of_its_quarter_and_a_census_of_its_half_year() -> None:
    assert period_of("walk_through", date(2026, 11, 8)) == "2026-Q4"
    assert period_of("walk_through", date(2026, 3, 31)) == "2026-Q1"
    assert period_of("census", date(2026, 6, 30)) == "2026-H1"
    assert period_of("census", date(2026, 7, 1)) == "2026-H2"


def test_every_state_leads_to_an_end() -> None:
    ends = {state for state, following in TRANSITIONS.items() if not following}
    assert ends == {"closed", "cancelled"}
    assert {to for following in TRANSITIONS.values() for to in following} | {"preparing"} == set(TRANSITIONS)
    assert set(ASKED.values()) | set(UNFINISHED) < set(TRANSITIONS)
