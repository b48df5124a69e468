"""The course of a case."""

from services.household_api.monitoring.rules import COUNTY_DECIDES, ENDED, TRANSITIONS

COURSE = (
    "clue", "visited", "appraised", "noticed", "submitted", "cross_checked", "approved", "assisted", "eliminated",
)  # fmt: skip


def test_the_course_can_be_gone_and_no_step_left_out() -> None:
    for place, state in enumerate(COURSE[:-1]):
        forward = set(TRANSITIONS[state]) & set(COURSE)
        assert forward == {COURSE[place + 1]}


def test_every_state_is_known_and_reached() -> None:
    reached = {state for states in TRANSITIONS.values() for state in states}
    assert reached | {"clue"} == set(TRANSITIONS)
    assert set(TRANSITIONS) == {*COURSE, "rejected", "returned", "relapsed"}


def test_before_approval_a_case_can_be_sent_back_or_rejected_and_not_after() -> None:
    for state in COURSE[1:6]:
        assert {"returned", "rejected"} <= set(TRANSITIONS[state])
    for state in ("approved", "assisted", "eliminated"):
        assert not {"returned", "rejected"} & set(TRANSITIONS[state])
    assert {"approved", "eliminated"} <= COUNTY_DECIDES and "submitted" not in COUNTY_DECIDES
    assert TRANSITIONS["rejected"] == () and "rejected" in ENDED
