"""Writing events in the transaction of the work that they tell of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from shared import jobs
from shared.db.identifiers import new_row_ids
from shared.db.lines import lines
from shared.db.transaction import Transaction

INSERT_EVENTS = """
INSERT INTO outbox_event (county_code, id, type, subject, sequence, occurred_at, data)
SELECT $1, e.id, $2, e.subject, e.sequence, $3, e.data
FROM unnest(string_to_array($4, E'\n')::uuid[], string_to_array($5, E'\n'), string_to_array($6, E'\n')::bigint[],
            string_to_array($7, E'\n')::jsonb[]) AS e (id, subject, sequence, data)"""

#: Subscriptions of county 000000 are those of our own services: they take part in every county.
INSERT_DELIVERIES = """
INSERT INTO event_delivery
    (county_code, subscription_id, event_id, subject, sequence, attempts, due_at, last_error)
SELECT $1, s.id, e.id, e.subject, e.sequence, 0, $3, ''
FROM unnest(string_to_array($4, E'\n')::uuid[], string_to_array($5, E'\n'), string_to_array($6, E'\n')::bigint[])
     AS e (id, subject, sequence)
JOIN subscription s ON s.county_code IN ($1, '000000') AND s.active AND $2 = ANY (s.types)"""


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
    # JSON has no line break within, nor has a subject.
    ids = lines(new_row_ids(len(events)))
    subjects = lines(event.subject for event in events)
    sequences = lines(event.sequence for event in events)
    data = b"\n".join(orjson.dumps(event.data, default=str) for event in events).decode()
    await driver.execute(INSERT_EVENTS, tx.county, kind, tx.now, ids, subjects, sequences, data)
    status = await driver.execute(
        INSERT_DELIVERIES, tx.county, kind, datetime.now(UTC), ids, subjects, sequences
    )
    if status != "INSERT 0 0":
        await jobs.enqueue(tx, "deliver_events")
