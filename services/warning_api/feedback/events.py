"""What our own services tell warning_api: cases opened or refused, parameters changed."""

from uuid import UUID

from services.warning_api.feedback import repository
from shared.contracts.events import CASE_OPENED, CASE_REFUSED, PARAMETER_CHANGED, CloudEvent
from shared.db import Transaction
from shared.outbox import first_time
from shared.parameters.copying import copy_parameter


async def receive(tx: Transaction, event: CloudEvent) -> None:
    """Let an event have its effect, once. Types that are of no concern here are passed over."""
    if not await first_time(tx, event):
        return
    if event.type == CASE_OPENED:
        if event.data.get("task_id"):
            await repository.record_case(tx, UUID(event.data["task_id"]), UUID(event.data["case_id"]), None)
    elif event.type == CASE_REFUSED:
        await repository.record_case(tx, UUID(event.data["task_id"]), None, event.data["reason"])
    elif event.type == PARAMETER_CHANGED:
        await copy_parameter(tx, event)
