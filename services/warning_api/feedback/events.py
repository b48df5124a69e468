"""What our own services tell warning_api: households registered, cases opened or refused, parameters changed."""

from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel, ValidationError

from services.warning_api.feedback import repository
from services.warning_api.feedback.errors import InvalidEvent
from shared.contracts.events import (
    CASE_OPENED,
    CASE_REFUSED,
    HOUSEHOLD_REGISTERED,
    PARAMETER_CHANGED,
    CloudEvent,
)
from shared.db import Transaction
from shared.errors import FieldError
from shared.outbox import first_time
from shared.parameters import keep_copy
from shared.runtime.schema import Code


class CaseOpened(BaseModel):
    """``task_id`` is null where a case began without a task."""

    case_id: UUID
    task_id: UUID | None = None
    household_id: UUID | None = None


class HouseholdRegistered(BaseModel):
    task_id: UUID
    household_id: UUID


class CaseRefused(BaseModel):
    task_id: UUID
    reason: Code


Data = TypeVar("Data", bound=BaseModel)


async def receive(tx: Transaction, event: CloudEvent) -> None:
    """Let an event have its effect, once. Types that are of no concern here are passed over.

    Raises ``InvalidEvent`` (422): such an event has had no effect, and may come again corrected.
    """
    if event.countycode != tx.county:
        raise InvalidEvent(errors=[FieldError("/countycode", "county_differs", "与 county= 不一致")])
    if not await first_time(tx, event):
        return
    if event.type == CASE_OPENED:
        opened = _read(CaseOpened, event)
        if opened.task_id is not None:
            await repository.record_case(tx, opened.task_id, opened.case_id, None)
            await repository.record_household(tx, opened.task_id, opened.household_id)
    elif event.type == HOUSEHOLD_REGISTERED:
        registered = _read(HouseholdRegistered, event)
        await repository.record_household(tx, registered.task_id, registered.household_id)
    elif event.type == CASE_REFUSED:
        refused = _read(CaseRefused, event)
        await repository.record_case(tx, refused.task_id, None, refused.reason)
    elif event.type == PARAMETER_CHANGED:
        await keep_copy(tx, event)


def _read(kind: type[Data], event: CloudEvent) -> Data:
    try:
        return kind.model_validate(event.data)
    except ValidationError as error:
        raise InvalidEvent(
            errors=[
                FieldError("/data/" + "/".join(map(str, found["loc"])), found["type"], "不符合要求")
                for found in error.errors()
            ]
        ) from error
