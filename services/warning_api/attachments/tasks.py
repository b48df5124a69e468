"""What the worker does about attachments: those that nobody names expire, and store and rows are compared."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import structlog

from services.warning_api.attachments import repository
from shared import audit
from shared.db import Transaction
from shared.parameters import parameter
from shared.regions import counties
from shared.runtime.context import ServiceContext

log = structlog.get_logger("attachments")

#: How old an object is before it is nobody's: its row may be committed a moment after it was written.
GRACE = timedelta(hours=24)

_AT_ONCE = 500


async def remove_unused(service: ServiceContext, _: dict[str, Any]) -> None:
    """Delete attachments that no visit has named in time: their rows, and when that is certain, their objects."""
    for county in await _counties(service):
        while await _remove_some(service, county) == _AT_ONCE:
            continue


async def _remove_some(service: ServiceContext, county: str) -> int:
    async with service.begin(county) as tx:
        days = (await parameter(tx, "attachment_unused_days")).value
        gone = await repository.take_unused(tx, tx.now - timedelta(days=days), _AT_ONCE)
        for row in gone:
            await audit.record(tx, "attachment.expired", f"attachment/{row['id']}")
    for row in gone:
        await service.storage.delete(row["storage_key"])
    return len(gone)


async def sweep(service: ServiceContext, _: dict[str, Any]) -> None:
    """Delete objects that no row names, and note rows whose objects are gone, or there again, month by month."""
    for county in await _counties(service):
        async with service.begin(county) as tx:
            first = await repository.first_upload(tx)
            today = tx.today
        # The month before too: what began in its last minute may have left an object and no row.
        earliest = min(today.replace(day=1) - timedelta(days=1), first.date() if first else today)
        for month in _months(earliest, today):
            await _compare(service, county, f"{county}/{month:%Y-%m}")


def _months(first: date, last: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = (month + timedelta(days=31)).replace(day=1)


async def _compare(service: ServiceContext, county: str, prefix: str) -> None:
    """The rows are read first: an object is there before its row."""
    async with service.begin(county) as tx:
        rows = await repository.keys_within(tx, prefix)
    stored: set[str] = set()
    nobodys = []
    young = datetime.now(UTC) - GRACE
    async for batch in service.storage.objects(prefix):
        for each in batch:
            if each.key in rows:
                stored.add(each.key)
            elif each.modified < young:
                nobodys.append(each.key)
    for key in nobodys:
        await service.storage.delete(key)
    lost = [key for key, known in rows.items() if key not in stored and not known]
    found_again = [key for key in stored if rows[key]]
    if lost or found_again:
        async with service.begin(county) as tx:
            await _note(tx, lost, found_again)
    if nobodys or lost:
        log.warning("attachments_swept", prefix=prefix, nobodys=len(nobodys), lost=len(lost))


async def _note(tx: Transaction, lost: list[str], found_again: list[str]) -> None:
    for row in await repository.mark_lost(tx, lost, found_again):
        act = "attachment.found_again" if row["lost_found_at"] is None else "attachment.lost"
        await audit.record(tx, act, f"attachment/{row['id']}")


async def _counties(service: ServiceContext) -> list[str]:
    async with service.begin() as tx:
        return list(await counties(tx))
