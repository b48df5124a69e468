"""Statistics as JSON."""

from shared.runtime.schema import Schema


class LoopRow(Schema):
    """Counts of warnings; ``tasks`` counts visits. Null where a small cell is hidden.

    ``pushed``: records that departments sent, rejected and repeated ones included (by department); otherwise
    those that were filed. ``median_days``: from dispatch to verification. ``on_time_share``: of the verified.
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
    median_days: float | None
    on_time_share: float | None
