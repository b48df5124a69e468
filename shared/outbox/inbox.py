"""Receiving: an event has effect once, however often it arrives."""

from datetime import UTC, datetime

from shared.contracts.events import CloudEvent
from shared.db.transaction import Transaction


async def first_time(tx: Transaction, event: CloudEvent) -> bool:
    """Remember ``event`` in the transaction of its effect; False if it has had its effect before."""
    result = await tx.execute(
        "INSERT INTO inbox_event (county_code, source, event_id, received_at)"
        " VALUES (:county, :source, :id, :now) ON CONFLICT DO NOTHING",
        {"county": event.countycode, "source": event.source, "id": event.id, "now": datetime.now(UTC)},
    )
    return result.rowcount == 1
