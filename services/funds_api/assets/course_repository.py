"""SQL of what happens to assets: reviews, income, disposals."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db.narrowing import within
from shared.db.transaction import Transaction

ADD_REVIEW: Final = """
INSERT INTO asset_review (county_code, asset_id, year, region_code, decision, reason, created_at, created_by)
VALUES (:county, :asset_id, :year, :region_code, :decision, :reason, :now, :actor)
ON CONFLICT (county_code, asset_id, year) DO NOTHING"""

ADD_INCOME: Final = """
INSERT INTO asset_income (county_code, id, region_code, asset_id, year, kind, amount, received_on, document_no,
                          reversal_of, reason, created_at, created_by)
VALUES (:county, :id, :region_code, :asset_id, :year, :kind, :amount, :received_on, :document_no, :reversal_of,
        :reason, :now, :actor)
ON CONFLICT (county_code, reversal_of) DO NOTHING"""

ADD_DISPOSAL: Final = """
INSERT INTO asset_disposal (county_code, id, region_code, asset_id, kind, document_no, reason, proceeds, state,
                            version, created_at, created_by)
VALUES (:county, :id, :region_code, :asset_id, :kind, :document_no, :reason, :proceeds, 'requested', 1, :now, :actor)
ON CONFLICT (county_code, asset_id) WHERE state <> 'refused' DO NOTHING"""

DECIDE: Final = """
UPDATE asset_disposal SET state = :state, decision = :decision, decided_at = :now, decided_by = :actor,
    version = version + 1
WHERE county_code = :county AND id = :id"""

INCOME: Final = """i.id, i.asset_id, i.region_code, i.year, i.kind, i.amount, i.received_on, i.document_no,
    i.reversal_of, i.reason, i.created_at"""

DISPOSAL: Final = """d.id, d.asset_id, d.kind, d.document_no, d.reason, d.proceeds, d.state, d.decision, d.decided_at,
    d.decided_by, d.created_at, d.created_by, d.version"""


async def add(tx: Transaction, statement: str, values: Mapping[str, Any]) -> bool:
    """One of ``ADD_REVIEW``, ``ADD_INCOME``, ``ADD_DISPOSAL``: False where its unique key is taken."""
    given = {**values, "county": tx.county, "now": tx.now, "actor": str(tx.actor)}
    return (await tx.execute(statement, given)).rowcount == 1


async def reviews(tx: Transaction, asset_id: UUID) -> Sequence[RowMapping]:
    near = within(tx, "r")
    return await tx.rows(
        "SELECT r.asset_id, r.year, r.decision, r.reason, r.created_at, r.created_by FROM asset_review r"
        f" WHERE {near.sql} AND r.asset_id = :id ORDER BY r.year",
        {**near.parameters, "id": asset_id},
    )


async def income(tx: Transaction, asset_id: UUID, income_id: UUID) -> RowMapping | None:
    near = within(tx, "i")
    return await tx.row(
        f"SELECT {INCOME} FROM asset_income i WHERE {near.sql} AND i.asset_id = :asset_id AND i.id = :id",
        {**near.parameters, "asset_id": asset_id, "id": income_id},
    )


async def incomes(tx: Transaction, asset_id: UUID, after: UUID | None, limit: int) -> Sequence[RowMapping]:
    near = within(tx, "i")
    return await tx.rows(
        f"""SELECT {INCOME} FROM asset_income i WHERE {near.sql} AND i.asset_id = :id
        AND (cast(:after as uuid) IS NULL OR i.id > :after) ORDER BY i.id LIMIT :limit""",
        {**near.parameters, "id": asset_id, "after": after, "limit": limit},
    )


async def disposal(tx: Transaction, asset_id: UUID, disposal_id: UUID) -> RowMapping | None:
    near = within(tx, "d")
    return await tx.row(
        f"SELECT {DISPOSAL} FROM asset_disposal d WHERE {near.sql} AND d.asset_id = :asset_id AND d.id = :id",
        {**near.parameters, "asset_id": asset_id, "id": disposal_id},
    )


async def disposals(tx: Transaction, asset_id: UUID) -> Sequence[RowMapping]:
    near = within(tx, "d")
    return await tx.rows(
        f"SELECT {DISPOSAL} FROM asset_disposal d WHERE {near.sql} AND d.asset_id = :id ORDER BY d.id",
        {**near.parameters, "id": asset_id},
    )


async def decide(tx: Transaction, disposal_id: UUID, state: str, decision: str | None) -> None:
    """Of a disposal whose asset is held."""
    await tx.execute(
        DECIDE,
        {
            "county": tx.county,
            "id": disposal_id,
            "state": state,
            "decision": decision,
            "now": tx.now,
            "actor": str(tx.actor),
        },
    )
