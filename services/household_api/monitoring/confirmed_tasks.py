"""Every confirmed verification task is answered: a case opened, or refused with its reason.

Of a task with another outcome the household is registered where the visit asks for it.
"""

from collections.abc import Mapping
from uuid import UUID

import httpx
from pydantic import ValidationError
from sqlalchemy.engine import RowMapping

from services.household_api.monitoring import repository
from services.household_api.monitoring.rules import RISK_TYPES
from services.household_api.monitoring.schemas import NewCase, RefusalReason, Subject, VerifiedTask
from services.household_api.monitoring.service import start, under_monitoring
from services.household_api.registry import service as registry
from services.household_api.registry.cells import read_phone
from services.household_api.registry.errors import InvalidHousehold, MembersConflict
from services.household_api.registry.rules import HEAD
from shared import audit
from shared.contracts.events import CASE_REFUSED, HOUSEHOLD_REGISTERED, TASK_VERIFIED, CloudEvent
from shared.db import Transaction
from shared.errors import FieldError, Unavailable, Unprocessable
from shared.outbox import Event, emit, first_time
from shared.regions import regions_of
from shared.tables.cells import CellError

CONFIRMED = "risk_confirmed"

EXPLANATIONS: Mapping[RefusalReason, str] = {
    "already_monitored": "该户已在监测中，风险尚未消除，或已有未办结的案件",
    "household_ended": "该户已并入他户、迁往外县或全户亡故",
    "household_unknown": "登记簿中没有该户，也无法据任务登记",
    "region_unknown": "任务没有落到本县的乡镇或村，请先指定区划",
}


class InvalidEvent(Unprocessable):
    code = "event_invalid"
    title, title_en = "事件内容有误", "The event's data have errors"


async def receive(tx: Transaction, event: CloudEvent) -> None:
    """Take an event of another service; those that are not for us are let go.

    Raises ``InvalidEvent``; ``Unavailable`` while warning_api does not say whom a task is about.
    """
    if event.countycode != tx.county:
        raise InvalidEvent(errors=[FieldError("/countycode", "county_differs", "与 county= 不一致")])
    if event.type != TASK_VERIFIED:
        return
    try:
        task = VerifiedTask.model_validate(event.data)
    except ValidationError as error:
        raise InvalidEvent(
            errors=[
                FieldError("/data/" + "/".join(map(str, item["loc"])), item["type"], "不符合要求")
                for item in error.errors()
            ]
        ) from error
    unregistered = task.household_id is None and task.person_id is None
    if task.outcome != CONFIRMED and not (unregistered and task.register_as):
        return
    # Asked before the first statement: no connection is held while calling.
    subject = await _subject_of(tx, task.task_id) if unregistered else None
    if not await first_time(tx, event) or await repository.case_of_task(tx, task.task_id):
        return
    found = await _household(tx, task, subject)
    if isinstance(found, str):
        await _refuse(tx, event, task, found)
        return
    if task.outcome != CONFIRMED:
        data = {"task_id": task.task_id, "household_id": found["id"]}
        await emit(tx, HOUSEHOLD_REGISTERED, [Event(f"task/{task.task_id}", event.sequence, data)])
        return
    if await under_monitoring(tx, found):
        await _refuse(tx, event, task, "already_monitored")
        return
    wanted = NewCase(
        household_id=found["id"],
        risk_types=[risk for risk in task.risk_types if risk in RISK_TYPES],
        per_capita_income=task.per_capita_income,
        guarantees=task.guarantees,
        note=task.note,
    )
    await start(tx, found, wanted, task_id=task.task_id, visit=task.visit)


async def _subject_of(tx: Transaction, task_id: UUID) -> Subject | None:
    """Whom an unregistered task is about; None where warning_api knows no such task."""
    service = tx.service
    try:
        answer = await service.http.get(
            f"{service.settings.warning_url}/v1/tasks/{task_id}/subject",
            params={"county": tx.county},
            auth=service.own_token,
        )
        if answer.status_code == 404:
            return None
        answer.raise_for_status()
        told = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        raise Unavailable(
            "暂时无法取得任务对象，请稍后重试", "The task's subject cannot be had now"
        ) from error
    try:
        return Subject.model_validate(told)
    except ValidationError:
        return None


async def _household(
    tx: Transaction, task: VerifiedTask, subject: Subject | None
) -> RowMapping | RefusalReason:
    """The task's household, locked; registered now where the person was not."""
    household_id = task.household_id
    if household_id is None and task.person_id is not None:
        household_id = await registry.household_of(tx, task.person_id)
    if household_id is None and subject is not None:
        registered = await _registered(tx, task, subject)
        if isinstance(registered, str):
            return registered
        household_id = registered
    if household_id is None:
        return "household_unknown"
    household = await registry.household_now(tx, household_id, lock=True)
    if household is None:
        return "household_unknown"
    if household["ended_on"] is not None and task.person_id is not None:
        # The person may have gone to another household since the task was made.
        now_in = await registry.household_of(tx, task.person_id)
        household = (await registry.household_now(tx, now_in, lock=True) if now_in else None) or household
    return "household_ended" if household["ended_on"] is not None else household


async def _registered(tx: Transaction, task: VerifiedTask, subject: Subject) -> UUID | RefusalReason:
    """The household of a person whom an earlier task has registered, or a new one."""
    regions = await regions_of(tx)
    await registry.take_turns(tx)
    # The most exact region that is the county's own: where the visit was, or where the person was said to live.
    candidates = sorted({task.region_code, subject.region_code}, key=len, reverse=True)
    region = next((code for code in candidates if len(code) >= 9 and code in regions), None)
    known: UUID | None = None
    if subject.id_number:
        person = await registry.person_by_id_number(tx, subject.id_number)
        known = person["household_id"] if person else None
    elif subject.birth_date:
        same = await registry.persons_by_name_and_birth(tx, subject.name, subject.birth_date)
        known = next((row["household_id"] for row in same if row["region_code"] == region), None)
    if known is not None:
        return known
    if region is None:
        return "region_unknown"
    try:
        return await registry.register(
            tx,
            {"region_code": region, "household_type": task.register_as or "ordinary"},
            [
                {
                    "relationship": HEAD,
                    "name": subject.name,
                    "id_number": subject.id_number,
                    "phone": _phone(subject),
                    "birth_date": subject.birth_date,
                    "address": subject.address,
                }
            ],
        )
    except (InvalidHousehold, MembersConflict):
        return "household_unknown"


def _phone(subject: Subject) -> str | None:
    """A telephone number that cannot be read keeps nobody out of the registry."""
    try:
        return read_phone(subject.phone)
    except CellError:
        return None


async def _refuse(tx: Transaction, event: CloudEvent, task: VerifiedTask, reason: RefusalReason) -> None:
    data = {"task_id": task.task_id, "reason": reason, "detail": EXPLANATIONS[reason]}
    refusal = Event(f"task/{task.task_id}", event.sequence, data)
    await audit.record(tx, "case.refused", refusal.subject, {"reason": reason})
    await emit(tx, CASE_REFUSED, [refusal])
