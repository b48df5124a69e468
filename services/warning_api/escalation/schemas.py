"""Overdue steps as JSON."""

from datetime import date
from uuid import UUID

from services.warning_api.escalation.rules import Level, Step
from shared.runtime.schema import Instant, Schema


class OverdueStep(Schema):
    """``subject``: ``task/<id>``, ``warning/<id>`` or ``list/<township>``; ``org_code``: the department that is waited
    for, empty where it is the township or the county."""

    cycle: str
    step: Step
    level: Level
    subject: str
    due_on: date
    days_overdue: int
    region_code: str
    region: str
    org_code: str
    task_id: UUID | None
    warning_id: UUID | None
    reached_at: Instant
