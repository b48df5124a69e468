"""SQL of petitions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db import Transaction
from shared.db.narrowing import within
from shared.identifiers.regions import region_range

PETITION: Final = (
    "p.id, p.region_code, p.township_code, p.from_level, p.document_no, p.received_on, p.due_on, p.household_id,"
    " p.state, p.sealed, p.handled_by, p.answered_on, p.made_at, p.updated_at, p.closed_at, p.version"
)

ADD: Final = """
INSERT INTO petition (county_code, id, region_code, township_code, from_level, document_no, received_on, due_on,
    household_id, state, sealed, made_by, made_at, updated_at, version)
VALUES (:county, :id, :region_code, :township_code, :from_level, :document_no, :received_on, :due_on,
    :household_id, :state, :sealed, :actor, :now, :now, 1)"""

ADD_STEP: Final = """
INSERT INTO petition_step (county_code, id, petition_id, region_code, state, sealed, made_by, made_at)
VALUES (:county, :id, :petition, :region, :state, :sealed, :actor, :now)"""

TELL_OVERDUE: Final = """
UPDATE petition SET told_overdue_on = due_on
WHERE county_code = :county AND due_on < :today AND state <> 'closed'
    AND told_overdue_on IS DISTINCT FROM due_on
RETURNING id, region_code, township_code, from_level, state, due_on"""

#: Of those received in a span of days.
COUNTS: Final = """
SELECT coalesce(p.township_code, '') AS key, count(*)::int AS received,
    count(*) FILTER (WHERE p.state = 'closed')::int AS closed,
    count(*) FILTER (WHERE p.state <> 'closed' AND p.due_on < :today)::int AS overdue,
    count(*) FILTER (WHERE p.state = 'closed'
        AND (p.closed_at AT TIME ZONE 'Asia/Shanghai')::date <= p.due_on)::int AS closed_in_time
FROM petition p WHERE {reach} AND p.received_on BETWEEN :first AND :last GROUP BY 1 ORDER BY 1"""


@dataclass(frozen=True, slots=True)
class Filters:
    state: str | None = None
    region: str | None = None
    due_before: date | None = None
    overdue: bool = False


async def by_document(tx: Transaction, document_no: str) -> UUID | None:
    """The petition of the county with this number, blanks aside. The county's documents come one after another from
    here until the transaction ends, so that none is filed twice."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtext('petition'), hashtext(:county))", {"county": tx.county}
    )
    found: UUID | None = await tx.scalar(
        "SELECT id FROM petition WHERE county_code = :county"
        r" AND regexp_replace(document_no, '\s', '', 'g') = regexp_replace(:document_no, '\s', '', 'g')"
        " ORDER BY id LIMIT 1",
        {"county": tx.county, "document_no": document_no},
    )
    return found


async def add(tx: Transaction, petition: Mapping[str, Any]) -> None:
    await tx.execute(ADD, {**petition, "county": tx.county, "actor": str(tx.actor), "now": tx.now})


async def petitions(
    tx: Transaction, filters: Filters, after: tuple[date, UUID] | None, limit: int
) -> Sequence[RowMapping]:
    """By due date: what is due first stands first."""
    reach = within(tx, "p")
    conditions = [reach.sql]
    values: dict[str, Any] = {**reach.parameters, "limit": limit, "today": tx.today}
    if after is not None:
        conditions.append("(p.due_on, p.id) > (:after_due, :after_id)")
        values["after_due"], values["after_id"] = after
    if filters.state is not None:
        conditions.append("p.state = :state")
        values["state"] = filters.state
    if filters.region is not None:
        conditions.append("p.region_code >= :low AND p.region_code < :high")
        values["low"], values["high"] = region_range(filters.region)
    if filters.due_before is not None:
        conditions.append("p.due_on < :due_before AND p.state <> 'closed'")
        values["due_before"] = filters.due_before
    if filters.overdue:
        conditions.append("p.due_on < :today AND p.state <> 'closed'")
    return await tx.rows(
        f"SELECT {PETITION} FROM petition p WHERE {' AND '.join(conditions)}"
        " ORDER BY p.due_on, p.id LIMIT :limit",
        values,
    )


async def petition(tx: Transaction, petition_id: UUID, *, lock: bool = False) -> RowMapping | None:
    reach = within(tx, "p")
    return await tx.row(
        f"SELECT {PETITION} FROM petition p WHERE {reach.sql} AND p.id = :id"
        + (" FOR UPDATE" if lock else ""),
        {**reach.parameters, "id": petition_id},
    )


async def steps(tx: Transaction, petition_id: UUID) -> Sequence[RowMapping]:
    reach = within(tx, "t")
    return await tx.rows(
        "SELECT t.id, t.state, t.sealed, t.made_by, t.made_at FROM petition_step t"
        f" WHERE {reach.sql} AND t.petition_id = :id ORDER BY t.id",
        {**reach.parameters, "id": petition_id},
    )


async def change(tx: Transaction, petition_id: UUID, changes: Mapping[str, Any]) -> None:
    """Its next version."""
    named = "".join(f"{name} = :{name}, " for name in changes)
    await tx.execute(
        f"UPDATE petition SET {named}updated_at = :now, version = version + 1"
        " WHERE county_code = :county AND id = :id",
        {**changes, "county": tx.county, "id": petition_id, "now": tx.now},
    )


async def add_step(tx: Transaction, petition_id: UUID, region: str, step: Mapping[str, Any]) -> None:
    """``step``: ``id, state, sealed``."""
    await tx.execute(
        ADD_STEP,
        {
            **step,
            "county": tx.county,
            "petition": petition_id,
            "region": region,
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )


async def tell_overdue(tx: Transaction) -> Sequence[RowMapping]:
    """Petitions that have become overdue since anybody was told."""
    return await tx.rows(TELL_OVERDUE, {"county": tx.county, "today": tx.today})


async def counts(tx: Transaction, first: date, last: date) -> Sequence[RowMapping]:
    reach = within(tx, "p")
    return await tx.rows(
        COUNTS.format(reach=reach.sql), {**reach.parameters, "first": first, "last": last, "today": tx.today}
    )
