"""SQL of what projects have from allocations, narrowed to what the call reaches."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.funds_api.ledger.service import USES
from shared.db.narrowing import within
from shared.db.transaction import Transaction

INSERT_PARTS = """
INSERT INTO project_funding (county_code, project_id, allocation_id, region_code, position, amount,
                             paid, retained, committed, transferred, held)
VALUES (:county, :project_id, :allocation_id, :region_code, :position, :amount, 0, 0, 0, 0, 0)"""

# A part that is there grows; another comes last.
ADD_TO_PART = """
INSERT INTO project_funding AS f (county_code, project_id, allocation_id, region_code, position, amount,
                                  paid, retained, committed, transferred, held)
SELECT :county, :project_id, :allocation_id, :region_code,
       coalesce((SELECT max(g.position) + 1 FROM project_funding g
                 WHERE g.county_code = :county AND g.project_id = :project_id), 0),
       :amount, 0, 0, :committed, 0, 0
ON CONFLICT (county_code, project_id, allocation_id)
DO UPDATE SET amount = f.amount + excluded.amount, committed = f.committed + excluded.committed"""

# The order of locking is the order of the parts, for everybody who uses the project's money.
LOCK_PARTS = """
SELECT f.allocation_id, a.year, f.amount,
       f.amount - f.paid - f.retained - f.transferred - f.held - f.committed AS free, f.committed
FROM project_funding f LEFT JOIN allocation a ON a.county_code = f.county_code AND a.id = f.allocation_id
WHERE {reach} AND f.project_id = :project_id ORDER BY f.position FOR UPDATE OF f"""

PARTS_OF_ALLOCATION = """
SELECT f.project_id, f.region_code,
       f.amount - f.paid - f.retained - f.transferred - f.held - f.committed AS free, f.committed
FROM project_funding f WHERE {reach} AND f.allocation_id = :allocation_id ORDER BY f.project_id FOR UPDATE"""

CHANGE_PART = """
UPDATE project_funding f SET amount = f.amount + :amount, paid = f.paid + :paid, retained = f.retained + :retained,
    transferred = f.transferred + :transferred, held = f.held + :held,
    committed = f.committed + :committed
WHERE {reach} AND f.project_id = :project_id AND f.allocation_id = :allocation_id"""

#: What of a part can change.
COLUMNS = ("amount", "committed", *USES)


async def add_parts(tx: Transaction, parts: Sequence[Mapping[str, Any]]) -> None:
    await tx.execute(INSERT_PARTS, [{**part, "county": tx.county} for part in parts])


async def add_to_part(tx: Transaction, part: Mapping[str, Any]) -> None:
    """``part``: project_id, allocation_id, region_code, amount, committed."""
    await tx.execute(ADD_TO_PART, {**part, "county": tx.county})


async def lock_parts(tx: Transaction, project_id: UUID) -> Sequence[RowMapping]:
    """The project's parts with what is free of each, held until the transaction ends. ``year`` is that of the
    allocation, None for one outside the reach."""
    near = within(tx, "f")
    return await tx.rows(LOCK_PARTS.format(reach=near.sql), {**near.parameters, "project_id": project_id})


async def parts_of_allocation(tx: Transaction, allocation_id: UUID) -> Sequence[RowMapping]:
    """What every project has left of an allocation, held until the transaction ends."""
    near = within(tx, "f")
    return await tx.rows(
        PARTS_OF_ALLOCATION.format(reach=near.sql), {**near.parameters, "allocation_id": allocation_id}
    )


async def change_parts(
    tx: Transaction, project_id: UUID, changes: Mapping[UUID, Mapping[str, Decimal]]
) -> None:
    """Add to columns (``COLUMNS``) of parts that are locked, by allocation."""
    near = within(tx, "f")
    rows = [
        {
            **near.parameters,
            "project_id": project_id,
            "allocation_id": allocation_id,
            **{column: change.get(column, Decimal(0)) for column in COLUMNS},
        }
        for allocation_id, change in changes.items()
    ]
    if rows:
        await tx.execute(CHANGE_PART.format(reach=near.sql), rows)
