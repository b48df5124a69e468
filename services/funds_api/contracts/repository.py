"""SQL of contracts, narrowed to what the call reaches."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db.narrowing import within
from shared.db.transaction import Transaction

# Two contracts of one number meet in the unique key: the second waits for the first, and adds nothing.
INSERT_CONTRACT = """
INSERT INTO contract (county_code, id, region_code, project_id, number, contractor, credit_code, amount, signed_on,
                      created_at, created_by)
VALUES (:county, :id, :region_code, :project_id, :number, :contractor, :credit_code, :amount, :signed_on, :now,
        :actor)
ON CONFLICT (county_code, project_id, number) DO NOTHING"""

INSERT_SUPPLEMENT = """
INSERT INTO contract_supplement (county_code, id, region_code, contract_id, amount, signed_on, document_no, reason,
                                 created_at, created_by)
VALUES (:county, :id, :region_code, :contract_id, :amount, :signed_on, :document_no, :reason, :now, :actor)"""

CONTRACTS = """
SELECT k.id, k.project_id, k.region_code, k.number, k.contractor, k.credit_code, k.amount AS signed_amount,
       f.amount, f.used, f.amount - f.used AS available, k.signed_on, f.allocations, k.created_at,
       1 + (SELECT count(*) FROM contract_supplement s
            WHERE s.county_code = k.county_code AND s.contract_id = k.id) AS version
FROM contract k CROSS JOIN LATERAL (
    SELECT coalesce(sum(f.amount), 0) AS amount, coalesce(sum(f.used), 0) AS used,
           coalesce(jsonb_agg(jsonb_build_object('allocation_id', f.allocation_id, 'amount', f.amount::text,
                                                 'used', f.used::text) ORDER BY f.allocation_id), '[]')
               AS allocations
    FROM contract_funding f WHERE f.county_code = k.county_code AND f.contract_id = k.id
) f
WHERE {reach}"""

SUPPLEMENTS = """
SELECT s.id, s.contract_id, s.amount, s.signed_on, s.document_no, s.reason, s.created_at
FROM contract_supplement s WHERE {reach} AND s.contract_id = :contract_id ORDER BY s.id"""

PLACE = "SELECT k.project_id, k.region_code FROM contract k WHERE {reach} AND k.id = :id"

LOCK_PARTS = """
SELECT f.allocation_id, f.amount, f.used FROM contract_funding f
WHERE {reach} AND f.contract_id = :contract_id ORDER BY f.allocation_id FOR UPDATE"""

PARTS_OF_ALLOCATION = """
SELECT f.contract_id, k.project_id, f.region_code, f.amount - f.used AS free
FROM contract_funding f JOIN contract k ON k.county_code = f.county_code AND k.id = f.contract_id
WHERE {reach} AND f.allocation_id = :allocation_id ORDER BY f.contract_id FOR UPDATE OF f"""

ADD_TO_PART = """
INSERT INTO contract_funding AS f (county_code, contract_id, allocation_id, region_code, amount, used)
VALUES (:county, :contract_id, :allocation_id, :region_code, :amount, 0)
ON CONFLICT (county_code, contract_id, allocation_id) DO UPDATE SET amount = f.amount + excluded.amount"""

CHANGE_PART = """
UPDATE contract_funding f SET amount = f.amount + :amount, used = f.used + :used
WHERE {reach} AND f.contract_id = :contract_id AND f.allocation_id = :allocation_id"""


async def add_contract(tx: Transaction, values: Mapping[str, Any]) -> bool:
    """False where the project has a contract of this number."""
    added = await tx.execute(
        INSERT_CONTRACT, {**values, "county": tx.county, "now": tx.now, "actor": str(tx.actor)}
    )
    return added.rowcount == 1


async def add_supplement(tx: Transaction, values: Mapping[str, Any]) -> None:
    await tx.execute(
        INSERT_SUPPLEMENT, {**values, "county": tx.county, "now": tx.now, "actor": str(tx.actor)}
    )


async def contract(tx: Transaction, contract_id: UUID) -> RowMapping | None:
    near = within(tx, "k")
    return await tx.row(
        f"{CONTRACTS.format(reach=near.sql)} AND k.id = :id", {**near.parameters, "id": contract_id}
    )


async def contracts(
    tx: Transaction,
    project_id: UUID | None,
    region: tuple[str, str] | None,
    after: UUID | None,
    limit: int,
) -> Sequence[RowMapping]:
    near = within(tx, "k")
    start, end = region or (None, None)
    return await tx.rows(
        f"""{CONTRACTS.format(reach=near.sql)}
        AND (cast(:project_id as uuid) IS NULL OR k.project_id = :project_id)
        AND (cast(:start as text) IS NULL OR (k.region_code >= :start AND k.region_code < :end))
        AND (cast(:after as uuid) IS NULL OR k.id > :after) ORDER BY k.id LIMIT :limit""",
        {
            **near.parameters,
            "project_id": project_id,
            "start": start,
            "end": end,
            "after": after,
            "limit": limit,
        },
    )


async def supplements(tx: Transaction, contract_id: UUID) -> Sequence[RowMapping]:
    near = within(tx, "s")
    return await tx.rows(SUPPLEMENTS.format(reach=near.sql), {**near.parameters, "contract_id": contract_id})


async def place(tx: Transaction, contract_id: UUID) -> RowMapping | None:
    """project_id, region_code: what never changes of a contract."""
    near = within(tx, "k")
    return await tx.row(PLACE.format(reach=near.sql), {**near.parameters, "id": contract_id})


async def lock_parts(tx: Transaction, contract_id: UUID) -> dict[UUID, RowMapping]:
    """amount and used by allocation, held until the transaction ends."""
    near = within(tx, "f")
    rows = await tx.rows(LOCK_PARTS.format(reach=near.sql), {**near.parameters, "contract_id": contract_id})
    return {row["allocation_id"]: row for row in rows}


async def parts_of_allocation(tx: Transaction, allocation_id: UUID) -> Sequence[RowMapping]:
    """What every contract has left of an allocation, held until the transaction ends."""
    near = within(tx, "f")
    return await tx.rows(
        PARTS_OF_ALLOCATION.format(reach=near.sql), {**near.parameters, "allocation_id": allocation_id}
    )


async def add_to_parts(
    tx: Transaction, contract_id: UUID, region: str, amounts: Mapping[UUID, Decimal]
) -> None:
    """Bind more of allocations, by allocation."""
    rows = [
        {
            "county": tx.county,
            "contract_id": contract_id,
            "allocation_id": allocation_id,
            "region_code": region,
            "amount": amount,
        }
        for allocation_id, amount in amounts.items()
    ]
    await tx.execute(ADD_TO_PART, rows)


async def change_parts(
    tx: Transaction, contract_id: UUID, changes: Mapping[UUID, Mapping[str, Decimal]]
) -> None:
    """Add to ``amount`` and ``used`` of parts that are locked, by allocation."""
    near = within(tx, "f")
    rows = [
        {
            **near.parameters,
            "contract_id": contract_id,
            "allocation_id": allocation_id,
            "amount": change.get("amount", Decimal(0)),
            "used": change.get("used", Decimal(0)),
        }
        for allocation_id, change in changes.items()
    ]
    if rows:
        await tx.execute(CHANGE_PART.format(reach=near.sql), rows)
