"""The steps of a ledger's entry."""

from datetime import date, timedelta

from services.household_api.guarantees.rules import CROSSED_OFF, KINDS, OF_PERSON, STEPS, is_overdue

TODAY = date(2026, 11, 8)


def test_steps_lead_to_known_states_and_only_what_was_acted_on_is_crossed_off() -> None:
    assert {state for steps in STEPS.values() for state in steps.values()} == set(STEPS)
    assert [state for state, steps in STEPS.items() if "crossing_off" in steps] == ["acting"]


def test_ledgers_of_persons_are_ledgers() -> None:
    assert set(KINDS) > OF_PERSON


def test_overdue_from_the_day_after_until_it_is_crossed_off() -> None:
    assert not is_overdue("open", TODAY, TODAY)
    assert is_overdue("acting", TODAY - timedelta(days=1), TODAY)
    assert not is_overdue(CROSSED_OFF, TODAY - timedelta(days=1), TODAY)
