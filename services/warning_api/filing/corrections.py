"""A department corrects or withdraws what it has filed, by new entries (policy.md, The loop, 4)."""

from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.cycles.indicators import catalogue
from services.warning_api.dispatch import clue_changes
from services.warning_api.dispatch.rules import TO_BE_VERIFIED
from services.warning_api.dispatch.service import closed_event
from services.warning_api.filing import entry_repository
from services.warning_api.filing.entries import (
    CORRECTABLE,
    EntryContent,
    Kind,
    add_entries,
    entries_of,
    is_withdrawn,
)
from services.warning_api.filing.errors import (
    AlreadyClosed,
    AlreadyWithdrawn,
    BeingCompared,
    NothingCorrected,
    WarningNotFound,
)
from services.warning_api.filing.schemas import CorrectionIn
from services.warning_api.filing.service import read_warning
from services.warning_api.intake.progress import advance_batches
from services.warning_api.intake.validation import RecordCheck
from shared import audit
from shared.contracts.events import WARNING_CLOSED
from shared.db import Transaction
from shared.errors import FieldError, Unprocessable
from shared.outbox import emit
from shared.parameters import parameter
from shared.regions import regions_of

#: The outcome that ``WARNING_CLOSED`` tells; the warning itself has none.
WITHDRAWN = "withdrawn"


async def correct(tx: Transaction, warning_id: UUID, body: CorrectionIn) -> dict[str, Any]:
    """Say what of a filed record was wrong. Its open task takes it in, and the township is told.

    Raises ``WarningNotFound``, 422 with every reason, ``AlreadyWithdrawn``, ``AlreadyClosed``.
    """
    if await entry_repository.own_warning(tx, warning_id) is None:
        raise WarningNotFound()
    changes = await _checked(tx, body)
    warning, _ = await _held(tx, warning_id)
    await _enter(tx, warning, "correction", EntryContent(body.reason, **changes))
    if warning["task_id"] is not None:
        await clue_changes.clue_changed(tx, warning["cycle"], warning["task_id"])
    await audit.record(tx, "warning.corrected", f"warning/{warning_id}", {"fields": sorted(changes)})
    return await read_warning(tx, warning_id)


async def withdraw(tx: Transaction, warning_id: UUID, reason: str) -> dict[str, Any]:
    """Take a filed record back. Until it is verified that closes it, and its task with the last open clue;
    after the verification it is kept on record and changes nothing of the outcome."""
    warning, task_state = await _held(tx, warning_id)
    cycle, task = warning["cycle"], warning["task_id"]
    await _enter(tx, warning, "withdrawal", EntryContent(reason))
    closes = task_state is None or task_state in TO_BE_VERIFIED
    if closes:
        await entry_repository.close_withdrawn(tx, cycle, [warning_id])
    version = 1 if task is None else await clue_changes.clue_changed(tx, cycle, task)
    if closes:
        await emit(
            tx,
            WARNING_CLOSED,
            [closed_event(cycle, warning_id, warning["org_code"], WITHDRAWN, task, version)],
        )
        await advance_batches(tx, cycle, [warning["batch_id"]])
    await audit.record(tx, "warning.withdrawn", f"warning/{warning_id}", {"closed": closes})
    return await read_warning(tx, warning_id)


async def withdraw_batch(tx: Transaction, cycle: str, org: str, batch: UUID, reason: str, limit: int) -> int:
    """Withdraw every open warning of a batch that was never compared, ``limit`` at a time; how many."""
    after, count = UUID(int=0), 0
    while warnings := await entry_repository.open_of_batch(tx, cycle, batch, after, limit):
        content = EntryContent(reason)
        await add_entries(tx, cycle, org, "withdrawal", [(id_, content) for id_ in warnings])
        await entry_repository.close_withdrawn(tx, cycle, warnings)
        await emit(
            tx,
            WARNING_CLOSED,
            [closed_event(cycle, id_, org, WITHDRAWN, None, 1) for id_ in warnings],
        )
        after, count = warnings[-1], count + len(warnings)
    return count


async def _checked(tx: Transaction, body: CorrectionIn) -> dict[str, Any]:
    """The corrected fields as a push would file them. Raises 422 with every reason.

    The fields that are not corrected were in order when they were filed; others that are stand for them.
    """
    sent = body.model_dump(include=set(CORRECTABLE), exclude_none=True)
    if not sent:
        raise NothingCorrected()
    indicators = await catalogue(tx)
    stand_in = {
        "source_record_id": "-",
        "name": "-",
        "occurred_on": tx.today,
        "indicator": next((i.code for i in indicators.indicators if i.org_code == tx.reach.org), None),
        "region_code": tx.county,
    }
    check = RecordCheck(
        tx.reach.org,
        indicators,
        await regions_of(tx),
        tx.today,
        retired=(await parameter(tx, "retired_regions")).value,
    )
    found = check.check(stand_in | sent)
    if isinstance(found, list):
        raise Unprocessable(
            errors=[FieldError(f"/{reason['field']}", reason["code"], reason["message"]) for reason in found]
        )
    return {field: getattr(found, field) for field in sent}


async def _held(tx: Transaction, warning_id: UUID) -> tuple[RowMapping, str | None]:
    """The warning and its task's state, both locked, the task first as everywhere."""
    seen = await entry_repository.own_warning(tx, warning_id)
    if seen is None:
        raise WarningNotFound()
    task_state = None
    if seen["task_id"] is not None:
        task_state = await clue_changes.lock_task(tx, seen["cycle"], seen["task_id"])
    held = await entry_repository.own_warning(tx, warning_id, lock=True)
    if held is None or held["task_id"] != seen["task_id"]:
        # It was put into a task just now, which we may not lock after it.
        raise BeingCompared(headers={"Retry-After": "2"})
    if held["entries"] and is_withdrawn(
        (await entries_of(tx, [held["cycle"]], [warning_id])).get(warning_id, [])
    ):
        raise AlreadyWithdrawn()
    if held["state"] == "closed":
        raise AlreadyClosed()
    return held, task_state


async def _enter(tx: Transaction, warning: RowMapping, kind: Kind, content: EntryContent) -> None:
    await add_entries(tx, warning["cycle"], warning["org_code"], kind, [(warning["id"], content)])
