"""Progress reports as JSON."""

from datetime import date
from typing import Annotated, Literal

from pydantic import StringConstraints

from shared.runtime.schema import Instant, Schema


class ReportIn(Schema):
    text: Annotated[str, StringConstraints(min_length=1, max_length=20_000)]


class ReportLine(Schema):
    """``state``: ``reported`` in time, ``late``, ``missing`` past the day, ``due`` until then. ``reported_on``: the
    day of the first report, by which it is in time."""

    cycle: str
    reporter: str
    name: str
    kind: Literal["township", "department"]
    state: Literal["reported", "late", "missing", "due"]
    due_on: date
    reported_on: date | None
    version: int


class Report(ReportLine):
    """``version`` counts what was sent; the last is shown."""

    text: str
    reported_by: str
    reported_at: Instant
