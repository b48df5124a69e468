"""SQL of sampled re-checks."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.rectification.repository import own
from shared.db import Transaction
from shared.db.narrowing import within

RECHECK: Final = """
SELECT r.id, r.seed, r.asked, r.strata, r.drawn, r.made_by, r.made_at,
    (SELECT count(*) FROM problem_recheck_item i WHERE i.county_code = r.county_code AND i.recheck_id = r.id
        AND i.result = 'passed') AS passed,
    (SELECT count(*) FROM problem_recheck_item i WHERE i.county_code = r.county_code AND i.recheck_id = r.id
        AND i.result = 'failed') AS failed,
    (SELECT count(*) FROM problem_recheck_item i WHERE i.county_code = r.county_code AND i.recheck_id = r.id
        AND i.result IS NULL) AS waiting
FROM problem_recheck r"""


async def one_at_a_time(tx: Transaction) -> None:
    """Samples of a county are drawn one after another, so that no problem is drawn into two."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtext('problem_recheck'), hashtext(:county))", {"county": tx.county}
    )


async def accepted(tx: Transaction, source: str | None) -> Sequence[RowMapping]:
    """Accepted problems that no re-check has drawn since they were closed."""
    reach = own(tx, "p")
    return await tx.rows(
        f"""SELECT p.id, p.region_code, p.township_code, p.org_code, p.source FROM problem p
        WHERE {reach.sql} AND p.state = 'accepted' AND (cast(:source as text) IS NULL OR p.source = :source)
          AND NOT EXISTS (SELECT FROM problem_recheck_item i
            JOIN problem_recheck r ON r.county_code = i.county_code AND r.id = i.recheck_id
            WHERE i.county_code = p.county_code AND i.problem_id = p.id AND r.made_at >= p.closed_at)
        ORDER BY p.id""",
        {**reach.parameters, "source": source},
    )


async def add(tx: Transaction, recheck: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> None:
    same = {"county": tx.county, "actor": str(tx.actor), "now": tx.now}
    await tx.execute(
        "INSERT INTO problem_recheck (county_code, id, region_code, seed, asked, strata, drawn, made_by, made_at)"
        " VALUES (:county, :id, :region, :seed, cast(:asked as jsonb), cast(:strata as text[]),"
        " cast(:drawn as jsonb), :actor, :now)",
        {**recheck, **same},
    )
    await tx.execute(
        "INSERT INTO problem_recheck_item"
        " (county_code, recheck_id, problem_id, region_code, org_code, stratum, position)"
        " VALUES (:county, :recheck, :problem, :region, :org, :stratum, :position)",
        [{**item, "county": tx.county, "recheck": recheck["id"]} for item in items],
    )


async def rechecks(tx: Transaction, after: UUID | None, limit: int) -> Sequence[RowMapping]:
    reach = within(tx, "r")
    return await tx.rows(
        f"{RECHECK} WHERE {reach.sql} AND (cast(:after as uuid) IS NULL OR r.id > cast(:after as uuid))"
        " ORDER BY r.id LIMIT :limit",
        {**reach.parameters, "after": after, "limit": limit},
    )


async def recheck(tx: Transaction, recheck_id: UUID) -> RowMapping | None:
    reach = within(tx, "r")
    return await tx.row(f"{RECHECK} WHERE {reach.sql} AND r.id = :id", {**reach.parameters, "id": recheck_id})


async def items(tx: Transaction, recheck_id: UUID) -> Sequence[RowMapping]:
    """In the order of drawing."""
    reach = own(tx, "i")
    return await tx.rows(
        "SELECT i.problem_id, i.stratum, i.result, i.sealed, i.checked_by, i.checked_at"
        f" FROM problem_recheck_item i WHERE {reach.sql} AND i.recheck_id = :id ORDER BY i.stratum, i.position",
        {**reach.parameters, "id": recheck_id},
    )


async def item(tx: Transaction, recheck_id: UUID, problem_id: UUID) -> RowMapping | None:
    """One item, locked."""
    reach = own(tx, "i")
    return await tx.row(
        f"SELECT i.result FROM problem_recheck_item i WHERE {reach.sql} AND i.recheck_id = :id"
        " AND i.problem_id = :problem FOR UPDATE",
        {**reach.parameters, "id": recheck_id, "problem": problem_id},
    )


async def judge(
    tx: Transaction, recheck_id: UUID, problem_id: UUID, result: str, sealed: bytes | None
) -> None:
    await tx.execute(
        "UPDATE problem_recheck_item SET result = :result, sealed = :sealed, checked_by = :actor,"
        " checked_at = :now WHERE county_code = :county AND recheck_id = :id AND problem_id = :problem",
        {
            "county": tx.county,
            "id": recheck_id,
            "problem": problem_id,
            "result": result,
            "sealed": sealed,
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )
