"""Audit entries. They have real time, and hold no personal data: ids, codes and states only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import MetaData, Table

from shared.db.identifiers import new_row_ids
from shared.db.lines import array_of, lines, texts_of
from shared.db.transaction import Transaction
from shared.db.types import county_code, document, identifier, instant, word
from shared.idempotency.keys import NO_COUNTY
from shared.observability import request_id


def audit_entry_table(metadata: MetaData) -> Table:
    return Table(
        "audit_entry",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        instant("at"),
        word("client_id"),
        word("person"),
        word("action"),
        word("subject"),
        document("detail"),
        word("request_id"),
    )


RECORD_MANY = f"""
INSERT INTO audit_entry (county_code, id, at, client_id, person, action, subject, detail, request_id)
SELECT $1, e.id, $2, $3, $4, $5, e.subject, e.detail, $6
FROM unnest({array_of(7, "uuid")}, {texts_of(8)}, {array_of(9, "jsonb")}) AS e (id, subject, detail)"""


@dataclass(frozen=True, slots=True)
class Written:
    """Entries as the database takes them; ``write`` needs no connection."""

    ids: str
    subjects: str
    details: str


def write(entries: Sequence[tuple[str, Mapping[str, Any] | None]]) -> Written:
    """Entries of one action, given as (subject, detail), for ``record_written``."""
    return Written(
        lines(new_row_ids(len(entries))),
        lines([subject for subject, _ in entries]),
        b"\n".join([orjson.dumps(detail or {}, default=str) for _, detail in entries]).decode(),
    )


async def record_many(
    tx: Transaction, action: str, entries: Sequence[tuple[str, Mapping[str, Any] | None]]
) -> None:
    """The same as ``record`` for many subjects at once, given as (subject, detail)."""
    await record_written(tx, action, write(entries))


async def record_written(tx: Transaction, action: str, written: Written) -> None:
    """The same for entries that are written already."""
    if not written.ids:
        return
    driver = await tx.driver()
    await driver.execute(
        RECORD_MANY,
        tx.reach.county or NO_COUNTY,
        datetime.now(UTC),
        tx.actor.client_id,
        tx.actor.person,
        action,
        request_id.get(),
        written.ids,
        written.subjects,
        written.details,
    )


async def record(tx: Transaction, action: str, subject: str, detail: Mapping[str, Any] | None = None) -> None:
    """Write that the actor of ``tx`` did ``action`` (``case.approved``) to ``subject`` (``case/<id>``)."""
    await record_written(tx, action, write([(subject, detail)]))
