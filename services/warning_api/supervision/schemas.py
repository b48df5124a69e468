"""Statistics as JSON."""

from typing import Literal

from shared.runtime.schema import Schema

By = Literal["township", "village", "department", "indicator", "household_type", "risk_type", "month"]
Of = Literal["warnings", "tasks"]


class LoopRow(Schema):
    """Counts of warnings (of tasks where ``of=tasks``). Null where a small cell is hidden.

    ``pushed``: records that departments sent, rejected and repeated ones included (by department, and by month);
    otherwise those that were filed. ``tasks`` and those after it count visits, whichever way they came; null where
    rows are of departments, which share visits. ``overdue``: past its day and not visited; ``answer_overdue``: past
    the day by which a department had to answer. ``fed_back`` is divided into the outcomes from ``risk_confirmed`` on.
    ``median_days``: from dispatch to verification, each duration rounded down to a quarter of a day in the first three
    days, to a half up to ten, to a day up to twenty, and more counted as twenty. ``on_time_share``: of the verified.

    ``rows_url``: the warnings of this row, for those who may read them; with ``&counted_as=`` and the name of a column
    exactly those of that number. ``tasks_url``: the visits.
    """

    key: str
    name: str
    pushed: int | None
    filed: int | None
    rejected: int | None
    compared: int | None
    dispatched: int | None
    tasks: int | None
    received: int | None
    verified: int | None
    risk_confirmed: int | None
    fed_back: int | None
    closed: int | None
    overdue: int | None
    on_time: int | None
    answer_overdue: int | None
    withdrawn: int | None
    needs_department: int | None
    no_risk: int | None
    already_covered: int | None
    not_found: int | None
    moved: int | None
    deceased: int | None
    tasks_verified: int | None
    tasks_closed: int | None
    tasks_overdue: int | None
    median_days: float | None
    on_time_share: float | None
    rows_url: str | None
    tasks_url: str | None


class ComparedCounts(Schema):
    filed: int | None
    verified: int | None
    risk_confirmed: int | None
    needs_department: int | None
    closed: int | None
    overdue: int | None
    tasks: int | None


class ComparisonRow(Schema):
    """The counts of a month and of an earlier one, both as they stand today, and the difference."""

    key: str
    name: str
    cycle: str
    before_cycle: str
    now: ComparedCounts
    before: ComparedCounts
    change: ComparedCounts
