"""Sending: claim and commit, call with no connection held, record the outcome in a new transaction."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from weakref import WeakKeyDictionary

import httpx
import structlog
from sqlalchemy.engine import RowMapping

from shared import jobs
from shared.contracts.events import CONTENT_TYPE, CloudEvent
from shared.db.narrowing import expect_a_page
from shared.runtime.context import ServiceContext

log = structlog.get_logger("outbox")

#: A claimed delivery whose worker died is due again after this long.
LEASE = timedelta(seconds=30)
CLAIMED_AT_ONCE = 100
SENT_AT_ONCE = 8
#: Between our own services: short, since the other side is being restarted; events never expire.
LONGEST_DELAY_SECONDS = 3.0

# Only the head of each aggregate's line is due: its next event leaves when this one has arrived.
CLAIM = """
WITH due AS (
    SELECT d.county_code, d.subscription_id, d.event_id
    FROM event_delivery d JOIN subscription r ON r.id = d.subscription_id
    WHERE r.service = :receiver AND d.delivered_at IS NULL AND d.due_at <= :now AND d.event_id = (
        SELECT e.event_id FROM event_delivery e
        WHERE e.county_code = d.county_code AND e.subscription_id = d.subscription_id
          AND e.subject = d.subject AND e.delivered_at IS NULL
        ORDER BY e.sequence, e.event_id LIMIT 1)
    ORDER BY d.due_at LIMIT :most FOR UPDATE OF d SKIP LOCKED)
UPDATE event_delivery d SET due_at = :leased, attempts = d.attempts + 1
FROM due, subscription s, outbox_event o
WHERE d.county_code = due.county_code AND d.subscription_id = due.subscription_id AND d.event_id = due.event_id
  AND s.id = d.subscription_id AND o.county_code = d.county_code AND o.id = d.event_id
RETURNING d.county_code, d.subscription_id, d.event_id, d.attempts, s.service,
          o.type, o.subject, o.sequence, o.occurred_at, o.data"""

#: What became of each: where there is no error, it has arrived.
OUTCOMES = """
UPDATE event_delivery d SET
    delivered_at = CASE WHEN told.error = '' THEN $1::timestamptz ELSE d.delivered_at END,
    due_at = CASE WHEN told.error = '' THEN d.due_at ELSE told.due_at END,
    last_error = told.error
FROM unnest($2::bpchar[], $3::uuid[], $4::uuid[], $5::text[], $6::timestamptz[])
    AS told (county_code, subscription_id, event_id, error, due_at)
WHERE d.county_code = told.county_code AND d.subscription_id = told.subscription_id
  AND d.event_id = told.event_id"""

NEXT_DUE = """
SELECT min(d.due_at) FROM event_delivery d
JOIN subscription r ON r.id = d.subscription_id
WHERE r.service = :receiver AND d.delivered_at IS NULL"""


@dataclass(slots=True)
class _Turn:
    """``waiting``: somebody is next."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: bool = False


_turns: Final[WeakKeyDictionary[ServiceContext, dict[str, _Turn]]] = WeakKeyDictionary()


async def deliver_events(service: ServiceContext, payload: Mapping[str, Any]) -> None:
    """Job: send what is due until nothing is, then come back when the next is.

    Every transaction with events puts one in. In one process one at a time is at work for each receiver, so that none
    waits for another that does not answer, and one waits, which will find whatever was committed until then; further
    ones have nothing to do. Hundreds of them at once would take from each other the connections on which they write
    down what has arrived.
    """
    turns = _turns.setdefault(service, {receiver: _Turn() for receiver in _urls(service)})
    only = payload.get("receiver")
    failed = [
        error
        for error in await asyncio.gather(
            *(
                _deliver_in_turn(service, receiver, turn, payload)
                for receiver, turn in turns.items()
                if only in (None, receiver)
            ),
            return_exceptions=True,
        )
        if error is not None
    ]
    if failed:
        raise failed[0]


async def _deliver_in_turn(
    service: ServiceContext, receiver: str, turn: _Turn, payload: Mapping[str, Any]
) -> None:
    if turn.waiting:
        return
    turn.waiting = True
    try:
        await turn.lock.acquire()
    finally:
        turn.waiting = False
    try:
        await _deliver(service, receiver, payload)
    finally:
        turn.lock.release()


async def _deliver(service: ServiceContext, receiver: str, payload: Mapping[str, Any]) -> None:
    while True:
        async with service.begin() as tx:
            now = datetime.now(UTC)
            values = {"now": now, "leased": now + LEASE, "most": CLAIMED_AT_ONCE, "receiver": receiver}
            # Ten thousand events of one list are there before anybody has statistics of them: without this each claim
            # compared every one with every other.
            await expect_a_page(tx)
            claimed = await tx.rows(CLAIM, values)
        if not claimed:
            break
        await _send_all(service, claimed)
    async with service.begin() as tx:
        due = await tx.scalar(NEXT_DUE, {"receiver": receiver})
        if due is not None:
            wait = max(due - datetime.now(UTC), timedelta(milliseconds=200))
            # Two retries take turns: while one runs, its own key is taken, and so it puts in the other.
            retry = {"receiver": receiver, "retry": 1 - int(payload.get("retry", 1))}
            await jobs.enqueue(tx, "deliver_events", retry, delay=wait, only_one=True)


async def _send_all(service: ServiceContext, claimed: Sequence[RowMapping]) -> None:
    gate = asyncio.Semaphore(SENT_AT_ONCE)

    async def one(row: RowMapping) -> str:
        async with gate:
            return await _send(service, row)

    errors = await asyncio.gather(*(one(row) for row in claimed))
    now = datetime.now(UTC)
    keys = [[row[name] for row in claimed] for name in ("county_code", "subscription_id", "event_id")]
    due = [now + _delay(row["attempts"]) for row in claimed]
    async with service.begin() as tx:
        driver = await tx.driver()
        await driver.execute(OUTCOMES, now, *keys, errors, due)


def _delay(attempts: int) -> timedelta:
    return timedelta(seconds=min(0.5 * 2 ** min(attempts, 10), LONGEST_DELAY_SECONDS))


async def _send(service: ServiceContext, row: RowMapping) -> str:
    """An empty string when the receiver has answered 2xx, otherwise what went wrong."""
    event = CloudEvent(
        id=row["event_id"],
        source=f"urn:bihuan:{service.settings.service}",
        type=row["type"],
        subject=row["subject"],
        time=row["occurred_at"],
        sequence=row["sequence"],
        countycode=row["county_code"],
        data=row["data"],
    )
    url = _urls(service)[row["service"]]
    try:
        answer = await service.http.post(
            f"{url}/v1/events",
            params={"county": event.countycode},
            content=event.model_dump_json(),
            headers={"Content-Type": CONTENT_TYPE},
            auth=service.own_token,
        )
    except httpx.HTTPError as error:
        return type(error).__name__
    if answer.is_success:
        return ""
    log.warning("event_refused", type=row["type"], status=answer.status_code, service=row["service"])
    return f"HTTP {answer.status_code}"


def _urls(service: ServiceContext) -> dict[str, str]:
    """Of those that can subscribe."""
    settings = service.settings
    return {
        "warning_api": settings.warning_url,
        "household_api": settings.household_url,
        "funds_api": settings.funds_url,
    }
