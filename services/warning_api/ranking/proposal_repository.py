"""SQL of what is proposed for the last places."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db import Transaction
from shared.db.narrowing import Narrowing, reach_condition

PROPOSAL: Final = (
    "p.id, p.ranking_id, p.quarter, p.township_code, p.kind, p.occurrence, p.earlier, p.state, p.sealed,"
    " p.decided_by, p.decided_at, p.version"
)


def _reach(tx: Transaction) -> Narrowing:
    condition, values = reach_condition(tx.reach, "p.township_code")
    if tx.reach.county is not None:
        return Narrowing(f"p.county_code = :county AND {condition}", {**values, "county": tx.reach.county})
    return Narrowing(condition, values)


async def supersede(tx: Transaction, quarter: str) -> None:
    """What an earlier edition proposed and nobody has decided makes room."""
    await tx.execute(
        "UPDATE ranking_proposal SET state = 'superseded', version = version + 1"
        " WHERE county_code = :county AND quarter = :quarter AND state = 'proposed'",
        {"county": tx.county, "quarter": quarter},
    )


async def decided(tx: Transaction, quarter: str) -> set[str]:
    """Townships about which people have decided for this quarter already."""
    rows = await tx.rows(
        "SELECT township_code FROM ranking_proposal WHERE county_code = :county AND quarter = :quarter"
        " AND state IN ('issued', 'dismissed')",
        {"county": tx.county, "quarter": quarter},
    )
    return {row["township_code"] for row in rows}


async def issued(tx: Transaction, quarters: Sequence[str]) -> Sequence[RowMapping]:
    """``id, quarter, township_code`` of what was issued in these quarters."""
    return await tx.rows(
        "SELECT id, quarter, township_code FROM ranking_proposal WHERE county_code = :county"
        " AND quarter = ANY (cast(:quarters as text[])) AND state = 'issued'",
        {"county": tx.county, "quarters": list(quarters)},
    )


async def add(tx: Transaction, proposals: Sequence[Mapping[str, Any]]) -> None:
    """``id, ranking, quarter, township, kind, occurrence, earlier``; not empty."""
    await tx.execute(
        "INSERT INTO ranking_proposal (county_code, id, ranking_id, quarter, township_code, kind, occurrence,"
        " earlier, state, version) VALUES (:county, :id, :ranking, :quarter, :township, :kind, :occurrence,"
        " cast(:earlier as uuid[]), 'proposed', 1)",
        [{**proposal, "county": tx.county} for proposal in proposals],
    )


async def proposals(tx: Transaction, ranking_id: UUID, *, issued_only: bool) -> Sequence[RowMapping]:
    """By township."""
    reach = _reach(tx)
    return await tx.rows(
        f"SELECT {PROPOSAL} FROM ranking_proposal p WHERE {reach.sql} AND p.ranking_id = :ranking"
        " AND (NOT :issued_only OR p.state = 'issued') ORDER BY p.township_code",
        {**reach.parameters, "ranking": ranking_id, "issued_only": issued_only},
    )


async def proposal(tx: Transaction, ranking_id: UUID, proposal_id: UUID) -> RowMapping | None:
    """One, locked."""
    reach = _reach(tx)
    return await tx.row(
        f"SELECT {PROPOSAL} FROM ranking_proposal p WHERE {reach.sql} AND p.ranking_id = :ranking"
        " AND p.id = :id FOR UPDATE",
        {**reach.parameters, "ranking": ranking_id, "id": proposal_id},
    )


async def decide(tx: Transaction, proposal_id: UUID, state: str, sealed: bytes | None) -> None:
    await tx.execute(
        "UPDATE ranking_proposal SET state = :state, sealed = :sealed, decided_by = :actor, decided_at = :now,"
        " version = version + 1 WHERE county_code = :county AND id = :id",
        {
            "county": tx.county,
            "id": proposal_id,
            "state": state,
            "sealed": sealed,
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )
