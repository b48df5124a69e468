"""SQL of entries and of budget years."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db.narrowing import within
from shared.db.transaction import Transaction

INSERT_ENTRY = """
INSERT INTO ledger_entry (county_code, id, region_code, booked_at, document_kind, document_id,
                          debit_account, credit_account, amount, dated_on)
VALUES (:county, :id, :region, :now, :kind, :document, :debit, :credit, :amount, :on)"""

ENTRIES = """
SELECT e.id, e.region_code, e.booked_at, e.dated_on, e.document_kind, e.document_id, e.debit_account,
       e.credit_account, e.amount
FROM ledger_entry e WHERE {reach}
  AND (cast(:document as uuid) IS NULL OR e.document_id = :document)
  AND (cast(:start as text) IS NULL OR (e.region_code >= :start AND e.region_code < :end))
  AND (cast(:after as uuid) IS NULL OR e.id > :after) ORDER BY e.id LIMIT :limit"""

YEARS = """
SELECT y.county_code, y.year, y.state, y.document_no, y.requested_by, y.requested_at, y.closed_by, y.closed_at,
       y.version
FROM budget_year y WHERE (cast(:county as text) IS NULL OR y.county_code = :county)"""

INSERT_YEAR = """
INSERT INTO budget_year (county_code, year, state, version) VALUES (:county, :year, 'open', 1)
ON CONFLICT DO NOTHING"""

# Bookings share a year, and exclude whoever changes it.
HOLD_YEARS = """
SELECT y.year, y.state FROM budget_year y
WHERE y.county_code = :county AND y.year = ANY (cast(:years as integer[])) ORDER BY y.year FOR SHARE"""

# A year that is just being closed is waited for, and is not among them then.
HOLD_OPEN_YEARS = """
SELECT y.year FROM budget_year y WHERE y.county_code = :county AND y.state <> 'closed' ORDER BY y.year FOR SHARE"""

CHANGE_YEAR = """
UPDATE budget_year y SET state = :state, document_no = :document_no, requested_by = :requested_by,
    requested_at = :requested_at, closed_by = :closed_by, closed_at = :closed_at, version = y.version + 1
WHERE y.county_code = :county AND y.year = :year AND y.version = :version"""


async def add_entries(tx: Transaction, entries: Sequence[Mapping[str, Any]]) -> None:
    await tx.execute(INSERT_ENTRY, [{**entry, "county": tx.county, "now": tx.now} for entry in entries])


async def entries(
    tx: Transaction,
    document_id: UUID | None,
    region: tuple[str, str] | None,
    after: UUID | None,
    limit: int,
) -> Sequence[RowMapping]:
    near = within(tx, "e")
    start, end = region or (None, None)
    values = {"document": document_id, "start": start, "end": end, "after": after, "limit": limit}
    return await tx.rows(ENTRIES.format(reach=near.sql), {**near.parameters, **values})


async def years(tx: Transaction) -> Sequence[RowMapping]:
    """The latest first, in every county that the call reaches."""
    return await tx.rows(f"{YEARS} ORDER BY y.county_code, y.year DESC", {"county": tx.reach.county})


async def year(tx: Transaction, number: int) -> RowMapping | None:
    return await tx.row(f"{YEARS} AND y.year = :year", {"county": tx.county, "year": number})


async def add_year(tx: Transaction, number: int) -> None:
    """Waits for whoever is adding the same; nothing where it is there."""
    await tx.execute(INSERT_YEAR, {"county": tx.county, "year": number})


async def hold_years(tx: Transaction, numbers: Sequence[int]) -> dict[int, str]:
    """State by year, of those that are there; none of them changes before the transaction ends."""
    rows = await tx.rows(HOLD_YEARS, {"county": tx.county, "years": list(numbers)})
    return {row["year"]: row["state"] for row in rows}


async def hold_open_years(tx: Transaction) -> frozenset[int]:
    """All that are open; none of them changes before the transaction ends."""
    rows = await tx.rows(HOLD_OPEN_YEARS, {"county": tx.county})
    return frozenset(row["year"] for row in rows)


async def take_years(tx: Transaction, numbers: Sequence[int]) -> dict[int, str]:
    """The same, and nobody books in them before the transaction ends."""
    statement = HOLD_YEARS.replace("FOR SHARE", "FOR UPDATE")
    rows = await tx.rows(statement, {"county": tx.county, "years": list(numbers)})
    return {row["year"]: row["state"] for row in rows}


async def change_year(tx: Transaction, number: int, version: int, values: Mapping[str, Any]) -> bool:
    """Whether the year still had this version."""
    empty = dict.fromkeys(("document_no", "requested_by", "requested_at", "closed_by", "closed_at"))
    changed = await tx.execute(
        CHANGE_YEAR, {**empty, **values, "county": tx.county, "year": number, "version": version}
    )
    return changed.rowcount == 1
