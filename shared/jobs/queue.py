"""Putting a job into the queue, in the transaction whose work it continues."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any

import asyncpg
import orjson
from pgqueuer.adapters.persistence import qb
from pgqueuer.db import AsyncpgDriver
from pgqueuer.domain.settings import DBSettings
from pgqueuer.queries import Queries

from shared.db.transaction import Transaction
from shared.observability import request_id


@cache
def queue_settings(schema: str) -> DBSettings:
    """pgqueuer's tables in the service's own schema; NOTIFY channels are database-wide, so named for it.

    Made once: it looks through the whole environment.
    """
    return DBSettings(db_schema=schema, channel=f"bihuan_{schema}")


def queries(connection: asyncpg.Connection, schema: str) -> Queries:
    settings = queue_settings(schema)
    return Queries(
        AsyncpgDriver(connection),
        qbe=qb.QueryBuilderEnvironment(settings),
        qbq=qb.QueryQueueBuilder(settings),
        qbs=qb.QuerySchedulerBuilder(settings),
    )


async def enqueue(
    tx: Transaction,
    job: str,
    payload: Mapping[str, Any] | None = None,
    *,
    delay: timedelta | None = None,
    only_one: bool = False,
) -> None:
    """Have ``job`` done once ``tx`` is committed; not at all if it is rolled back.

    ``only_one``: not again while the same job with the same payload waits or runs.
    """
    body = orjson.dumps({**(payload or {}), "request_id": request_id.get()}, default=str)
    key = f"{job}:{orjson.dumps(payload or {}, default=str).decode()}" if only_one else None
    await queries(await tx.driver(), tx.service.settings.schema).enqueue(
        job, body, execute_after=delay, dedupe_key=key, on_conflict="skip"
    )
