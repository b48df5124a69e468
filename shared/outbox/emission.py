"""Writing events in the transaction of the work that they tell of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from shared import jobs
from shared.db.identifiers import new_row_ids
from shared.db.lines import array_of, lines, texts_of
from shared.db.transaction import Transaction

#: The events, and how many deliveries are due. Subscriptions of county 000000 are those of our own services: they take
#: part in every county.
INSERT = f"""
WITH e AS MATERIALIZED (
    SELECT * FROM unnest({array_of(5, "uuid")}, {texts_of(6)}, {array_of(7, "bigint")}, {array_of(8, "jsonb")})
        AS e (id, subject, sequence, data)),
events AS (
    INSERT INTO outbox_event (county_code, id, type, subject, sequence, occurred_at, data)
    SELECT $1, id, $2, subject, sequence, $3, data FROM e)
INSERT INTO event_delivery
    (county_code, subscription_id, event_id, subject, sequence, attempts, due_at, last_error)
SELECT $1, s.id, e.id, e.subject, e.sequence, 0, $4, ''
FROM e JOIN subscription s ON s.county_code IN ($1, '000000') AND s.active AND $2 = ANY (s.types)
    AND (s.wanted IS NULL OR e.data @@ s.wanted::jsonpath)"""


@dataclass(frozen=True, slots=True)
class Event:
    """``subject`` names the aggregate (``task/<id>``), ``sequence`` is its version after the change; ``data`` is an
    object, or one that is JSON already."""

    subject: str
    sequence: int
    data: Mapping[str, Any] | orjson.Fragment


async def emit(tx: Transaction, kind: str, events: Sequence[Event]) -> None:
    """Send events of one type, a list at a time, once ``tx`` is committed."""
    if not events:
        return
    driver = await tx.driver()
    status = await driver.execute(
        INSERT,
        tx.county,
        kind,
        tx.now,
        datetime.now(UTC),
        # JSON has no line break within, nor has a subject.
        lines(new_row_ids(len(events))),
        lines(event.subject for event in events),
        lines(event.sequence for event in events),
        b"\n".join(orjson.dumps(event.data, default=str) for event in events).decode(),
    )
    if status != "INSERT 0 0":
        await jobs.enqueue(tx, "deliver_events")
