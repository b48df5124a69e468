"""SQL of problems, narrowed to place and organisation."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.rectification.rules import TO_BE_RECTIFIED
from shared.db import Transaction
from shared.db.narrowing import Narrowing, within
from shared.identifiers.regions import region_range

PROBLEM: Final = (
    "p.id, p.region_code, p.township_code, p.org_code, p.source, p.source_name, p.source_level, p.source_id,"
    " p.source_item, p.found_on, p.household_id, p.due_on, p.state, p.sealed, p.made_by, p.made_at, p.updated_at,"
    " p.closed_at, p.version"
)

ADD: Final = """
INSERT INTO problem (county_code, id, region_code, township_code, org_code, source, source_name, source_level,
    source_id, source_item, found_on, household_id, due_on, state, sealed, made_by, made_at, updated_at, version)
VALUES (:county, :id, :region_code, :township_code, :org_code, :source, :source_name, :source_level,
    :source_id, :source_item, :found_on, :household_id, :due_on, 'assigned', :sealed, :actor, :now, :now, 1)"""

ADD_PART: Final = """
INSERT INTO problem_part (county_code, problem_id, party, region_code, org_code, state, due_on, returns)
VALUES (:county, :id, :party, :region_code, :org_code, 'assigned', :due_on, 0)"""

ADD_STEP: Final = """
INSERT INTO problem_step (county_code, id, problem_id, party, region_code, org_code, state, sealed, made_by,
    made_at)
VALUES (:county, :id, :problem, :party, :region, :org, :state, :sealed, :actor, :now)"""

TELL_OVERDUE: Final = """
UPDATE problem_part SET told_overdue_on = due_on
WHERE county_code = :county AND due_on < :today AND state = ANY (cast(:open as text[]))
    AND told_overdue_on IS DISTINCT FROM due_on
RETURNING problem_id, party, region_code, org_code, due_on"""

LIKE: Final = """
SELECT p.id, p.source, p.source_name, p.found_on, p.region_code, p.org_code, p.household_id, p.sealed
FROM problem p
JOIN unnest(cast(:sources as text[]), cast(:names as text[]), cast(:days as date[]), cast(:regions as text[]),
        cast(:orgs as text[]), cast(:households as uuid[]))
    AS l (source, source_name, found_on, region_code, org_code, household_id)
  ON l.source = p.source AND l.source_name = p.source_name AND l.found_on = p.found_on
    AND l.region_code = p.region_code AND l.org_code IS NOT DISTINCT FROM p.org_code
    AND l.household_id IS NOT DISTINCT FROM p.household_id
WHERE {reach} AND p.state <> 'withdrawn' ORDER BY p.id"""


@dataclass(frozen=True, slots=True)
class Filters:
    source: str | None = None
    state: str | None = None
    region: str | None = None
    org: str | None = None
    overdue: bool = False


def own(tx: Transaction, alias: str) -> Narrowing:
    """Rows of ``alias`` in reach by place and, for a department, by organisation."""
    reach = within(tx, alias)
    return Narrowing(
        f"{reach.sql} AND (:org = '*' OR {alias}.org_code = :org)", {**reach.parameters, "org": tx.reach.org}
    )


async def one_at_a_time(tx: Transaction) -> None:
    """Lists of problems of a county, until the transaction ends, so that one that is sent twice is filed once."""
    await tx.execute(
        "SELECT pg_advisory_xact_lock(hashtext('problem'), hashtext(:county))", {"county": tx.county}
    )


async def known(tx: Transaction, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the ids that are problems in reach."""
    reach = own(tx, "p")
    rows = await tx.rows(
        f"SELECT p.id FROM problem p WHERE {reach.sql} AND p.id = ANY (cast(:ids as uuid[]))",
        {**reach.parameters, "ids": list(ids)},
    )
    return {row["id"] for row in rows}


async def like(tx: Transaction, wanted: Collection[tuple[Any, ...]]) -> Sequence[RowMapping]:
    """Problems that were not withdrawn and agree with one of ``wanted`` (source, source_name, found_on, region_code,
    org_code, household_id), with what is sealed of them."""
    if not wanted:
        return []
    reach = own(tx, "p")
    names = ("sources", "names", "days", "regions", "orgs", "households")
    columns = zip(names, map(list, zip(*wanted, strict=True)), strict=True)
    return await tx.rows(LIKE.format(reach=reach.sql), {**reach.parameters, **dict(columns)})


async def add(tx: Transaction, problems: Sequence[Mapping[str, Any]], parts: Sequence[Any]) -> None:
    """Problems and their parts; neither empty."""
    same = {"county": tx.county, "actor": str(tx.actor), "now": tx.now}
    await tx.execute(ADD, [{**problem, **same} for problem in problems])
    await tx.execute(ADD_PART, [{**part, "county": tx.county} for part in parts])


async def problems(tx: Transaction, filters: Filters, after: UUID | None, limit: int) -> Sequence[RowMapping]:
    """By id."""
    reach = own(tx, "p")
    conditions = [reach.sql]
    values: dict[str, Any] = {**reach.parameters, "limit": limit}
    if after is not None:
        conditions.append("p.id > :after")
        values["after"] = after
    if filters.source is not None:
        conditions.append("p.source = :source")
        values["source"] = filters.source
    if filters.state is not None:
        conditions.append("p.state = :state")
        values["state"] = filters.state
    if filters.org is not None:
        conditions.append("p.org_code = :of_org")
        values["of_org"] = filters.org
    if filters.region is not None:
        conditions.append("p.region_code >= :low AND p.region_code < :high")
        values["low"], values["high"] = region_range(filters.region)
    if filters.overdue:
        conditions.append(
            "EXISTS (SELECT FROM problem_part d WHERE d.county_code = p.county_code AND d.problem_id = p.id"
            " AND d.due_on < :today AND d.state = ANY (cast(:open as text[])))"
        )
        values |= {"today": tx.today, "open": list(TO_BE_RECTIFIED)}
    return await tx.rows(
        f"SELECT {PROBLEM} FROM problem p WHERE {' AND '.join(conditions)} ORDER BY p.id LIMIT :limit", values
    )


async def problem(tx: Transaction, problem_id: UUID, *, lock: bool = False) -> RowMapping | None:
    reach = own(tx, "p")
    return await tx.row(
        f"SELECT {PROBLEM} FROM problem p WHERE {reach.sql} AND p.id = :id" + (" FOR UPDATE" if lock else ""),
        {**reach.parameters, "id": problem_id},
    )


async def of_source(tx: Transaction, source_id: UUID) -> Sequence[RowMapping]:
    """Those that came from one row of ours and were not withdrawn."""
    reach = own(tx, "p")
    return await tx.rows(
        f"SELECT {PROBLEM} FROM problem p WHERE {reach.sql} AND p.source_id = :source"
        " AND p.state <> 'withdrawn' ORDER BY p.source_item FOR UPDATE",
        {**reach.parameters, "source": source_id},
    )


async def parts(tx: Transaction, ids: Sequence[UUID]) -> Sequence[RowMapping]:
    reach = own(tx, "d")
    return await tx.rows(
        "SELECT d.problem_id, d.party, d.state, d.due_on, d.rectified_by, d.rectified_at, d.accepted_by,"
        f" d.accepted_at, d.returns FROM problem_part d WHERE {reach.sql}"
        " AND d.problem_id = ANY (cast(:ids as uuid[])) ORDER BY d.problem_id, d.party",
        {**reach.parameters, "ids": list(ids)},
    )


async def steps(tx: Transaction, problem_id: UUID) -> Sequence[RowMapping]:
    reach = own(tx, "t")
    return await tx.rows(
        "SELECT t.id, t.party, t.state, t.sealed, t.made_by, t.made_at FROM problem_step t"
        f" WHERE {reach.sql} AND t.problem_id = :id ORDER BY t.id",
        {**reach.parameters, "id": problem_id},
    )


async def change_part(tx: Transaction, problem_id: UUID, party: str, changes: Mapping[str, Any]) -> None:
    named = ", ".join(f"{name} = :{name}" for name in changes)
    await tx.execute(
        f"UPDATE problem_part SET {named}"
        " WHERE county_code = :county AND problem_id = :problem AND party = :party",
        {**changes, "county": tx.county, "problem": problem_id, "party": party},
    )


async def change(tx: Transaction, problem_id: UUID, state: str, due_on: date) -> None:
    """The problem as its parts are now; its next version."""
    await tx.execute(
        "UPDATE problem SET state = :state, due_on = :due_on, updated_at = :now, version = version + 1,"
        " closed_at = CASE WHEN :closes THEN cast(:now as timestamptz) END"
        " WHERE county_code = :county AND id = :id",
        {
            "county": tx.county,
            "id": problem_id,
            "state": state,
            "due_on": due_on,
            "now": tx.now,
            "closes": state in ("accepted", "withdrawn"),
        },
    )


async def add_step(tx: Transaction, problem: RowMapping, step: Mapping[str, Any]) -> None:
    """``step``: ``id, party, state, sealed``."""
    await tx.execute(
        ADD_STEP,
        {
            **step,
            "county": tx.county,
            "problem": problem["id"],
            "region": problem["region_code"],
            "org": problem["org_code"],
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )


async def tell_overdue(tx: Transaction) -> Sequence[RowMapping]:
    """Parts that have become overdue since anybody was told."""
    return await tx.rows(
        TELL_OVERDUE, {"county": tx.county, "today": tx.today, "open": list(TO_BE_RECTIFIED)}
    )


async def called_about(tx: Transaction, sample_ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """Of samples of telephone surveys in reach, the task, with what is sealed of whom it is about."""
    return await tx.rows(
        "SELECT m.id, t.id AS task_id, t.sealed FROM survey_sample m JOIN verification_task t"
        " ON t.county_code = m.county_code AND t.cycle = m.cycle AND t.id = m.task_id"
        " WHERE m.county_code = :county AND m.id = ANY (cast(:ids as uuid[]))",
        {"county": tx.county, "ids": list(sample_ids)},
    )
