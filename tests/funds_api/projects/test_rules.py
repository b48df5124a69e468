"""Splitting a payment over the parts of a project, and the way through the states."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.funds_api.projects.rules import PAYABLE, TRANSITIONS, split

AMOUNTS = st.decimals(min_value=0, max_value=1000, places=2)


@given(AMOUNTS, st.lists(AMOUNTS, max_size=6))
def test_a_payment_uses_up_the_parts_in_their_order(amount: Decimal, free: list[Decimal]) -> None:
    taken = split(amount, free)
    if amount > sum(free):
        assert taken is None
        return
    assert taken is not None
    assert sum(taken) == amount
    assert all(0 <= part <= left for part, left in zip(taken, free, strict=True))
    last = max((place for place, part in enumerate(taken) if part), default=0)
    assert taken[:last] == free[:last]


def test_a_project_goes_one_way_through_all_states() -> None:
    state = "reserve"
    passed = [state]
    while TRANSITIONS[state]:  # type: ignore[index]
        (state,) = TRANSITIONS[state]  # type: ignore[index]
        passed.append(state)
    assert passed == ["reserve", "started", "under_construction", "completed", "accepted"]
    assert set(passed) - PAYABLE == {"reserve"}
