"""SQL of elimination checks, proposals and the national system's marks, narrowed to what the caller reaches."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db import Transaction
from shared.db.narrowing import within
from shared.identifiers.regions import region_range

CHECK: Final = (
    "k.id, k.case_id, k.period, k.verdict, k.natural_reason, k.criteria, k.parameters_used, k.provisional,"
    " k.proposed, k.notice_until, k.reason, k.judged_by, k.judged_at"
)

#: A month is all that the national system says of a date.
DIFFERENCES: Final = """
SELECT h.id, h.household_no, h.region_code, c.case_id, h.monitoring_type, h.risk_eliminated, c.identified_on,
    c.eliminated_on, n.monitoring_type AS there_type, n.risk_eliminated AS there_eliminated,
    n.identified_on AS there_identified_on, n.eliminated_on AS there_eliminated_on, n.imported_at, m.marked_on
FROM household h
LEFT JOIN national_record n ON n.county_code = h.county_code AND n.household_id = h.id
LEFT JOIN LATERAL (
    SELECT c.id AS case_id, p.identified_on, p.eliminated_on
    FROM monitoring_case c JOIN case_period p
        ON p.county_code = c.county_code AND p.case_id = c.id AND p.period = c.period
    WHERE c.county_code = h.county_code AND c.household_id = h.id AND c.state <> 'rejected'
    ORDER BY c.id DESC LIMIT 1) c ON true
LEFT JOIN LATERAL (
    SELECT m.marked_on FROM national_mark m
    WHERE m.county_code = h.county_code AND m.case_id = c.case_id ORDER BY m.id DESC LIMIT 1) m ON true
WHERE {conditions}
AND (h.monitoring_type <> coalesce(n.monitoring_type, '')
    OR h.monitoring_type <> '' AND (
        h.risk_eliminated <> n.risk_eliminated
        OR date_trunc('month', c.identified_on) <> date_trunc('month', n.identified_on)
        OR date_trunc('month', c.eliminated_on) <> date_trunc('month', n.eliminated_on)))
ORDER BY h.id LIMIT :most"""


async def checks(tx: Transaction, case_id: UUID) -> Sequence[RowMapping]:
    """The newest first."""
    reach = within(tx, "k")
    return await tx.rows(
        f"SELECT {CHECK} FROM elimination_check k WHERE k.case_id = :case AND {reach.sql} ORDER BY k.id DESC",
        {**reach.parameters, "case": case_id},
    )


async def check(tx: Transaction, case_id: UUID, check_id: UUID) -> RowMapping | None:
    reach = within(tx, "k")
    return await tx.row(
        f"SELECT {CHECK} FROM elimination_check k WHERE k.id = :id AND k.case_id = :case AND {reach.sql}",
        {**reach.parameters, "id": check_id, "case": case_id},
    )


async def latest_proposal(tx: Transaction, case_id: UUID, period: int, *, natural: bool) -> RowMapping | None:
    """The newest proposal of one period: that the risk has ended by itself, or by what was done."""
    reach = within(tx, "k")
    return await tx.row(
        f"""SELECT {CHECK} FROM elimination_check k WHERE k.case_id = :case AND k.period = :period
        AND k.proposed AND (k.natural_reason <> '') = :natural AND {reach.sql} ORDER BY k.id DESC LIMIT 1""",
        {**reach.parameters, "case": case_id, "period": period, "natural": natural},
    )


async def incomes(tx: Transaction, household_ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """The latest record of each day, the newest day first."""
    reach = within(tx, "i")
    return await tx.rows(
        f"""SELECT * FROM (
            SELECT DISTINCT ON (i.household_id, i.as_of) i.household_id, i.as_of,
                round((i.wages + i.business + i.property + i.transfers - i.costs) / nullif(i.members, 0), 2)
                    AS per_head
            FROM income_record i
            WHERE i.household_id = ANY (cast(:households as uuid[])) AND i.as_of <= :today AND {reach.sql}
            ORDER BY i.household_id, i.as_of, i.recorded_at DESC, i.id DESC) i
        ORDER BY household_id, as_of DESC""",
        {**reach.parameters, "households": list(household_ids), "today": tx.today},
    )


async def plans_confirmed(tx: Transaction, case_ids: Sequence[UUID]) -> set[tuple[UUID, int]]:
    """Cases and periods whose plan is confirmed."""
    reach = within(tx, "t")
    rows = await tx.rows(
        f"""SELECT DISTINCT t.case_id, t.period FROM assistance_plan t
        WHERE t.case_id = ANY (cast(:cases as uuid[])) AND t.state = 'confirmed' AND {reach.sql}""",
        {**reach.parameters, "cases": list(case_ids)},
    )
    return {(row["case_id"], row["period"]) for row in rows}


async def assisted_cases(
    tx: Transaction, region: str | None, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Cases being assisted, the oldest first, whose plan is confirmed and of which no measure is unfinished or
    without lasting effect: no other can have all its criteria met."""
    reach = within(tx, "c")
    values: dict[str, Any] = {**reach.parameters, "after": after, "most": limit}
    conditions = [reach.sql]
    if region is not None:
        values["region_from"], values["region_to"] = region_range(region)
        conditions.append("c.region_code >= :region_from AND c.region_code < :region_to")
    return await tx.rows(
        f"""SELECT c.id, c.household_id, c.region_code, c.period FROM monitoring_case c
        WHERE c.state = 'assisted' AND (cast(:after as uuid) IS NULL OR c.id > :after)
        AND EXISTS (SELECT FROM assistance_plan t WHERE t.county_code = c.county_code AND t.case_id = c.id
            AND t.period = c.period AND t.state = 'confirmed')
        AND NOT EXISTS (SELECT FROM assistance_measure t WHERE t.county_code = c.county_code AND t.case_id = c.id
            AND t.period = c.period AND t.state <> 'stopped' AND (t.state <> 'done' OR t.effect <> 'lasting')
            AND NOT EXISTS (SELECT FROM assistance_measure n WHERE n.county_code = t.county_code AND n.id = t.id
                AND n.version > t.version))
        AND {" AND ".join(conditions)} ORDER BY c.id LIMIT :most""",
        values,
    )


async def national_differences(
    tx: Transaction, region: str | None, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Households whose monitoring is not the same here and there, ``limit + 1`` of them."""
    reach = within(tx, "h")
    values: dict[str, Any] = {**reach.parameters, "most": limit + 1}
    conditions = [reach.sql]
    if region is not None:
        values["region_from"], values["region_to"] = region_range(region)
        conditions.append("h.region_code >= :region_from AND h.region_code < :region_to")
    if after is not None:
        values["after"] = after
        conditions.append("h.id > :after")
    return await tx.rows(DIFFERENCES.format(conditions=" AND ".join(conditions)), values)


async def noticed(
    tx: Transaction, region: str, on: date, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Proposals on notice in a region on a day, whose case is still being assisted; ``limit + 1`` of them."""
    reach = within(tx, "k")
    start, end = region_range(region)
    return await tx.rows(
        f"""SELECT k.id, k.household_id, k.region_code, k.judged_at, k.notice_until FROM elimination_check k
        JOIN monitoring_case c ON c.county_code = k.county_code AND c.id = k.case_id AND c.period = k.period
            AND c.state = 'assisted'
        WHERE k.proposed AND k.notice_until >= :on
        AND (k.judged_at AT TIME ZONE 'Asia/Shanghai')::date <= :on
        AND k.region_code >= :region_from AND k.region_code < :region_to
        AND (cast(:after as uuid) IS NULL OR k.id > :after) AND {reach.sql} ORDER BY k.id LIMIT :most""",
        {
            **reach.parameters,
            "region_from": start,
            "region_to": end,
            "on": on,
            "after": after,
            "most": limit + 1,
        },
    )


async def mark(tx: Transaction, case_id: UUID) -> RowMapping | None:
    """The latest mark of a case."""
    reach = within(tx, "m")
    return await tx.row(
        "SELECT m.case_id, m.period, m.risk_eliminated, m.marked_on, m.recorded_by, m.recorded_at"
        f" FROM national_mark m WHERE m.case_id = :case AND {reach.sql} ORDER BY m.id DESC LIMIT 1",
        {**reach.parameters, "case": case_id},
    )
