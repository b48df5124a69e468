"""CloudEvents 1.0 as they leave and arrive: ``subject`` is the aggregate, ``sequence`` its version.

Types and when they are sent: contract.md, Between systems.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

TASK_DISPATCHED = "bihuan.task.dispatched"
TASK_VERIFIED = "bihuan.task.verified"
CYCLE_REMINDER = "bihuan.cycle.reminder"
ROUTINE_CHECK_REMINDER = "bihuan.routine_check.reminder"
BATCH_FILED = "bihuan.batch.filed"
WARNING_CLOSED = "bihuan.warning.closed"
HOUSEHOLD_REGISTERED = "bihuan.household.registered"
CASE_OPENED = "bihuan.case.opened"
CASE_REFUSED = "bihuan.case.refused"
CASE_APPROVED = "bihuan.case.approved"
CASE_ELIMINATED = "bihuan.case.eliminated"
CASE_OVERDUE = "bihuan.case.overdue"
CASE_MOVED = "bihuan.case.moved"
PROBLEM_ASSIGNED = "bihuan.problem.assigned"
PROBLEM_RETURNED = "bihuan.problem.returned"
PROBLEM_OVERDUE = "bihuan.problem.overdue"
PETITION_PASSED = "bihuan.petition.passed"
PETITION_OVERDUE = "bihuan.petition.overdue"
PROGRESS_REMINDER = "bihuan.progress.reminder"
RANKING_PUBLISHED = "bihuan.ranking.published"
RANKING_PROPOSAL_ISSUED = "bihuan.ranking.proposal_issued"
STEP_OVERDUE = "bihuan.step.overdue"
PARAMETER_CHANGED = "bihuan.parameter.changed"
DISBURSEMENT_SETTLED = "bihuan.disbursement.settled"
CARD_ISSUED = "bihuan.card.issued"

CONTENT_TYPE = "application/cloudevents+json"


class CloudEvent(BaseModel):
    """``countycode`` and ``sequence`` are extension attributes. ``data`` holds ids and codes, never personal data."""

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str
    type: str
    subject: str
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    sequence: int = Field(ge=0)
    countycode: str = Field(pattern=r"^\d{6}$")
    data: dict[str, Any]
