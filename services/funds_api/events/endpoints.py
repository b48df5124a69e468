"""What the other services tell us: parameters that have changed. Everything else is taken and ignored."""

from typing import Annotated

from shared.contracts.events import PARAMETER_CHANGED, CloudEvent
from shared.db.transaction import Transaction
from shared.errors import NotFound
from shared.outbox.inbox import first_time
from shared.parameters import keep_copy
from shared.runtime.app import make_router
from shared.runtime.route import allowed

router = make_router("事件")


@router.post("/v1/events", status_code=204)
async def receive(event: CloudEvent, tx: Annotated[Transaction, allowed("events:deliver")]) -> None:
    """接收其他服务的事件，同一事件只生效一次。"""
    if event.countycode != tx.county:
        raise NotFound()
    if event.type == PARAMETER_CHANGED and await first_time(tx, event):
        await keep_copy(tx, event)
