"""Where an import goes."""

from services.household_api.imports.rules import (
    APPLY_AT_ONCE,
    APPROVE_AT_ONCE,
    TRANSITIONS,
    approved_state,
    first_state,
)


def test_large_ones_wait_for_another_officer_and_very_large_ones_for_the_worker() -> None:
    assert first_state(20_000, review_above=20_000) == "applied"
    assert first_state(20_001, review_above=20_000) == "review"
    assert first_state(APPLY_AT_ONCE + 1, review_above=10**7) == "received"
    assert approved_state(APPROVE_AT_ONCE) == "applied"
    assert approved_state(APPROVE_AT_ONCE + 1) == "received"
    assert approved_state(1) in TRANSITIONS["review"]
