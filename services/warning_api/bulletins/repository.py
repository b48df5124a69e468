"""SQL of bulletins, narrowed to the counties in reach and, for others than their bureaus, to what was issued."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy.engine import RowMapping

from services.warning_api.bulletins.errors import NumberTaken
from shared.db import Transaction
from shared.db.narrowing import within_county

#: The bulletin with what its issue says of it.
_ONE: Final = """
SELECT b.id, b.kind, b.period, b.corrects, b.figures ->> 'county_name' AS county_name, b.figures, b.form,
    b.assessment, b.drafted_by, b.drafted_at, b.written_by, b.written_at, b.version,
    i.number, i.issued_on, i.title, i.content, i.issued_by, i.issued_at
FROM bulletin b LEFT JOIN bulletin_issue i ON i.county_code = b.county_code AND i.bulletin_id = b.id
WHERE {reach} AND b.id = :id AND (:drafts OR i.bulletin_id IS NOT NULL)"""

_LIST: Final = """
SELECT b.id, b.kind, b.period, b.corrects, b.figures ->> 'county_name' AS county_name, b.drafted_by, b.drafted_at,
    b.version, i.number, i.issued_on, i.title, i.issued_by, i.issued_at
FROM bulletin b LEFT JOIN bulletin_issue i ON i.county_code = b.county_code AND i.bulletin_id = b.id
WHERE {reach} AND (:drafts OR i.bulletin_id IS NOT NULL)
    AND (cast(:kind AS text) IS NULL OR b.kind = :kind)
    AND (cast(:period AS text) IS NULL OR b.period = :period)
    AND (cast(:issued AS boolean) IS NULL OR (i.bulletin_id IS NOT NULL) = :issued)
    AND (cast(:after AS uuid) IS NULL OR b.id > :after)
ORDER BY b.id LIMIT :limit"""

_ADD: Final = """
INSERT INTO bulletin (county_code, id, region_code, kind, period, corrects, figures, form, assessment, drafted_by,
    drafted_at, written_by, written_at, version)
VALUES (:county, :id, :region, :kind, :period, :corrects, cast(:figures AS jsonb), cast(:form AS jsonb), :assessment,
    :actor, :now, :actor, :now, 1)"""

_WRITE: Final = """
UPDATE bulletin SET figures = cast(:figures AS jsonb), form = cast(:form AS jsonb), assessment = :assessment,
    written_by = :actor, written_at = :now, version = version + 1
WHERE county_code = :county AND id = :id"""

_ISSUE: Final = """
INSERT INTO bulletin_issue (county_code, bulletin_id, region_code, number, year, sequence, issued_on, title, content,
    issued_by, issued_at)
VALUES (:county, :id, :region, :number, :year, :sequence, :issued_on, :title, cast(:content AS jsonb), :actor, :now)
ON CONFLICT (county_code, number) DO NOTHING"""


@dataclass(frozen=True, slots=True)
class Filters:
    kind: str | None = None
    period: str | None = None
    issued: bool | None = None


def json_of(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()


async def one_at_a_time(tx: Transaction) -> None:
    """Drafting and numbering in a county, until the transaction ends."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtext('bulletin ' || :county))", {"county": tx.county})


async def bulletin(tx: Transaction, bulletin_id: UUID, *, drafts: bool) -> RowMapping | None:
    """Raises nothing for one that is out of reach: there is none."""
    reach = within_county(tx, "b")
    return await tx.row(
        _ONE.format(reach=reach.sql), {**reach.parameters, "id": bulletin_id, "drafts": drafts}
    )


async def hold(tx: Transaction, bulletin_id: UUID) -> None:
    """Nobody else writes on it until the transaction ends."""
    await tx.execute(
        "SELECT 1 FROM bulletin WHERE county_code = :county AND id = :id FOR UPDATE",
        {"county": tx.county, "id": bulletin_id},
    )


async def bulletins(
    tx: Transaction, filters: Filters, after: UUID | None, limit: int, *, drafts: bool
) -> Sequence[RowMapping]:
    reach = within_county(tx, "b")
    return await tx.rows(
        _LIST.format(reach=reach.sql),
        {
            **reach.parameters,
            "drafts": drafts,
            "kind": filters.kind,
            "period": filters.period,
            "issued": filters.issued,
            "after": after,
            "limit": limit,
        },
    )


async def add(tx: Transaction, values: Mapping[str, Any]) -> None:
    await tx.execute(_ADD, {**values, **_same(tx)})


async def write(tx: Transaction, bulletin_id: UUID, values: Mapping[str, Any]) -> None:
    await tx.execute(_WRITE, {**values, **_same(tx), "id": bulletin_id})


async def last_sequence(tx: Transaction, year: int) -> int:
    found: int = await tx.scalar(
        "SELECT coalesce(max(sequence), 0) FROM bulletin_issue WHERE county_code = :county AND year = :year",
        {"county": tx.county, "year": year},
    )
    return found


async def is_taken(tx: Transaction, number: str) -> bool:
    found: bool = await tx.scalar(
        "SELECT EXISTS (SELECT FROM bulletin_issue WHERE county_code = :county AND number = :number)",
        {"county": tx.county, "number": number},
    )
    return found


async def issue(tx: Transaction, values: Mapping[str, Any]) -> None:
    """Raises ``NumberTaken``."""
    done = await tx.execute(_ISSUE, {**values, **_same(tx)})
    if done.rowcount == 0:
        raise NumberTaken()


def _same(tx: Transaction) -> dict[str, Any]:
    return {"county": tx.county, "region": tx.county, "actor": str(tx.actor), "now": tx.now}
