"""Which warnings a count consists of, so that every number can be followed to its rows."""

from typing import Final

from services.warning_api.counting.columns import OUTCOMES

_OPEN: Final = "('pending', 'received', 'returned')"


def _in_task(condition: str) -> str:
    return (
        "EXISTS (SELECT FROM verification_task t WHERE t.county_code = warning.county_code"
        f" AND t.cycle = warning.cycle AND t.id = warning.task_id AND {condition})"
    )


#: SQL over ``warning``, by the column of the statistics; ``:today`` where it depends on the day.
CONDITIONS: Final = {
    "filed": "true",
    "compared": "match IS NOT NULL",
    "dispatched": _in_task("t.dispatched_at IS NOT NULL"),
    "received": _in_task("t.received_at IS NOT NULL"),
    "verified": _in_task("t.verified_at IS NOT NULL"),
    "on_time": _in_task("(t.verified_at AT TIME ZONE 'Asia/Shanghai')::date <= t.due_on"),
    "fed_back": "decided_on IS NOT NULL",
    "closed": "state = 'closed'",
    "withdrawn": "withdrawn_at IS NOT NULL",
    **{outcome: f"outcome = '{outcome}'" for outcome in OUTCOMES},
    "overdue": "state <> 'closed' AND " + _in_task(f"t.state IN {_OPEN} AND t.due_on < :today"),
    "answer_overdue": "state = 'fed_back' AND answer_due_on < :today",
}

#: Where no township is known.
UNPLACED: Final = "length(matched_region_code) < 9"
