"""More time for a visit, once: by rule, or with the county's approval (policy.md, The loop, 6)."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.dispatch.errors import TransitionNotAllowed
from services.warning_api.dispatch.list_service import found_task, held_task, keep_reason, read_task
from services.warning_api.dispatch.rules import TO_BE_VERIFIED
from services.warning_api.task_entries import repository
from services.warning_api.task_entries.errors import AlreadyExtended, ExtensionWaits, NoExtensionWaits
from services.warning_api.task_entries.schemas import ExtensionDecision
from shared.db import Transaction
from shared.errors import FieldError, Unprocessable
from shared.parameters import parameter
from shared.runtime.preconditions import IfMatch
from shared.sealing.texts import open_texts


async def extend(tx: Transaction, task_id: UUID, reason: str, expected: IfMatch) -> dict[str, Any]:
    """Grant the county's number of days, or ask for them where the county approves each extension."""
    row = await held_task(tx, task_id, expected)
    _check_open(row)
    if row["extended"]:
        raise AlreadyExtended()
    if row["extension"] == "requested":
        raise ExtensionWaits()
    if (await parameter(tx, "review_extension")).value:
        days = (await parameter(tx, "extension_decision_days")).value
        await repository.request(tx, row, tx.today + timedelta(days=days))
        await keep_reason(tx, row, "extension_requested", reason)
    else:
        await _grant(tx, row)
        await keep_reason(tx, row, "extension", reason)
    return await read_task(tx, task_id)


async def decide(
    tx: Transaction, task_id: UUID, decision: ExtensionDecision, expected: IfMatch
) -> dict[str, Any]:
    """The county approves or refuses an extension that waits."""
    if not decision.approve and not decision.reason:
        raise Unprocessable(errors=[FieldError("/reason", "missing", "不同意延期须说明原因")])
    row = await held_task(tx, task_id, expected)
    if row["extension"] != "requested":
        raise NoExtensionWaits()
    _check_open(row)
    if decision.approve:
        await _grant(tx, row)
    else:
        await repository.refuse(tx, row)
    kind = "extension_granted" if decision.approve else "extension_refused"
    await keep_reason(tx, row, kind, decision.reason or "")
    return await read_task(tx, task_id)


async def entries(tx: Transaction, task_id: UUID, *, in_full: bool) -> list[dict[str, Any]]:
    """What was said about a task, the first first: the township reads why it is to visit again. Reasons are free text
    about a family, shown only ``in_full``."""
    rows = await repository.entries(tx, await found_task(tx, task_id))
    reasons = await open_texts(tx, "task_entry", "sealed", [(row["id"], row["sealed"]) for row in rows])
    return [{**row, "reason": reason if in_full else None} for row, reason in zip(rows, reasons, strict=True)]


async def _grant(tx: Transaction, row: RowMapping) -> None:
    days = (await parameter(tx, "extension_days")).value
    await repository.extend(tx, row, row["due_on"] + timedelta(days=days))


def _check_open(row: RowMapping) -> None:
    if row["state"] not in TO_BE_VERIFIED:
        raise TransitionNotAllowed("已核实的任务无需延期", "A verified task needs no extension")
