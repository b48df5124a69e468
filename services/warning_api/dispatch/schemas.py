"""Tasks and lists as JSON."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.warning_api.cycles.schemas import CycleCode
from services.warning_api.filing.schemas import Correction
from shared.pagination.cursors import DEFAULT_LIMIT, LONGEST_CURSOR, MAX_LIMIT
from shared.pagination.snapshots import LONGEST_TOKEN
from shared.runtime.schema import Day, Instant, RegionCode, Schema, ShortText

State = Annotated[str, Field(pattern="^(pending|received|verified|returned|closed)$")]


class TasksAsked(Schema):
    """What a page of tasks may be asked for."""

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT
    cursor: Annotated[str | None, Field(max_length=LONGEST_CURSOR)] = None
    cycle: CycleCode | None = None
    region: RegionCode | None = None
    state: State | None = None
    due_before: Day | None = None
    updated_after: Annotated[str | None, Field(max_length=LONGEST_TOKEN)] = None
    assignee: ShortText | None = None


class TaskSubjectOut(Schema):
    """``id_number`` is masked; ``name`` in full for the household's own village, township and county."""

    name: str
    id_number: str | None
    address: str


class TaskClue(Schema):
    """A warning as it was filed; ``corrected``: what its department has corrected since."""

    warning_id: UUID
    org_code: str
    indicator: str
    indicator_name: str
    occurred_on: date
    amount: str | None
    detail: str | None
    below_threshold: bool | None
    outcome: str | None
    corrected: Correction | None
    withdrawn: bool


class Task(Schema):
    """``assignee``: the village's official (监测信息员) who makes the visit."""

    id: UUID
    cycle: str
    township_code: str | None
    region_code: str
    household_id: UUID | None
    household_type: str | None
    subject: TaskSubjectOut
    clues: list[TaskClue]
    origins: list[str]
    urgent: bool
    state: str
    due_on: date
    overdue: bool
    extended: bool
    extension: Literal["requested", "granted", "refused"] | None
    dispatched_at: Instant | None
    received_at: Instant | None
    verified_at: Instant | None
    updated_at: Instant
    outcome: str | None
    case_id: UUID | None
    case_refused: str | None
    assignee: str | None
    version: int


class DispatchIn(Schema):
    """``task_id`` or ``task_ids`` with ``region_code`` assign a region to tasks that have none."""

    cycle: CycleCode
    region_code: RegionCode | None = None
    task_id: UUID | None = None
    task_ids: list[UUID] | None = Field(default=None, max_length=5000)

    def named_tasks(self) -> list[UUID] | None:
        if self.task_id is not None:
            return [self.task_id, *(self.task_ids or [])]
        return self.task_ids


class Dispatched(Schema):
    cycle: str
    region_code: str | None
    dispatched: int
    task_ids: list[UUID]


class ListChanges(Schema):
    """What the township must take note of: tasks that are new, were returned, have other clues, or were withdrawn."""

    new: int
    returned: int
    changed: int
    withdrawn: int


class VerificationList(Schema):
    """Totals by state of the list of a township, or of a village (``region_code``). ``withdrawn``: of the closed ones,
    those that nobody has to visit any more. ``changed_since_last_pull``: null where the list was never pulled as a
    table or page."""

    cycle: str
    region_code: str
    region: str
    township_code: str
    township: str
    served_by: str | None
    total: int
    states: dict[str, int]
    overdue: int
    withdrawn: int
    received_at: Instant | None
    last_pulled_at: Instant | None
    changed_since_last_pull: ListChanges | None


class AssignmentItem(Schema):
    """``assignee``: the village's official (监测信息员) who makes the visit; null takes it back."""

    task_id: UUID
    assignee: ShortText | None


class AssignmentsIn(Schema):
    items: Annotated[list[AssignmentItem], Field(max_length=5000)]


class AssignmentError(Schema):
    field: str
    code: str
    message: str


class AssignmentResult(Schema):
    task_id: UUID
    status: Literal["accepted", "unchanged", "rejected", "not_found"]
    errors: list[AssignmentError]


class Assignments(Schema):
    accepted: int
    rejected: int
    items: list[AssignmentResult]


class ReasonIn(Schema):
    reason: ShortText


class Subject(Schema):
    """Whom a task is about, in full: for household_api, which registers whoever is not registered yet."""

    name: str
    id_number: str | None
    phone: str | None
    birth_date: date | None
    address: str | None
    region_code: str
