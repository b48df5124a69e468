"""SQL of reading filed warnings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.counting.rows import CONDITIONS, UNPLACED
from services.warning_api.filing.rules import DEPARTMENT, OTHER_ORIGINS
from shared.db import Transaction
from shared.db.narrowing import reach_condition

COLUMNS = (
    "id, filing_seq, cycle, org_code, batch_id, source_record_id, indicator, occurred_on, amount, region_code,"
    " sealed, filed_at, state, match, household_id, household_type, monitoring_type, below_threshold,"
    " earlier_cycle, earlier_id, task_id, outcome, decided_on, closed_at, withdrawn_at,"
    " 1 + coalesce(entries, 0) AS version"
)


@dataclass(frozen=True, slots=True)
class WarningFilter:
    """``origin``: a way in (filing.rules); None for all of them. ``indicators``: of these only. ``unplaced``: those
    that stand in no township. ``counted_as``: those that the statistics count in this column (counting/rows.py)."""

    cycle: str | None = None
    state: str | None = None
    indicator: str | None = None
    bounds: tuple[str, str] | None = None
    match: str | None = None
    id: UUID | None = None
    origin: str | None = None
    org: str | None = None
    household_type: str | None = None
    indicators: Sequence[str] | None = None
    unplaced: bool = False
    counted_as: str | None = None


async def warnings(
    tx: Transaction, wanted: WarningFilter, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """Warnings in reach, by id. Townships see those that were dispatched to them."""
    reach, values = reach_condition(tx.reach, "matched_region_code")
    conditions = ["county_code = :county", reach, "(:org = '*' OR org_code = :org OR needs_org = :org)"]
    values |= {"county": tx.county, "org": tx.reach.org, "limit": limit}
    if wanted.origin == DEPARTMENT:
        conditions.append("org_code <> ALL (cast(:other_origins as text[]))")
        values["other_origins"] = list(OTHER_ORIGINS)
    elif wanted.origin is not None:
        conditions.append("org_code = :origin")
        values["origin"] = wanted.origin
    if "township" in tx.roles:
        conditions.append("state IN ('dispatched', 'fed_back', 'closed') AND task_id IS NOT NULL")
    exact: dict[str, Any] = {
        "cycle": wanted.cycle,
        "state": wanted.state,
        "indicator": wanted.indicator,
        "match": wanted.match,
        "id": wanted.id,
    }
    for column, value in exact.items():
        if value is not None:
            conditions.append(f"{column} = :{column}")
            values[column] = value
    if wanted.org is not None:
        conditions.append("org_code = :filed_by")
        values["filed_by"] = wanted.org
    if wanted.household_type is not None:
        conditions.append("coalesce(household_type, 'unregistered') = :household_type")
        values["household_type"] = wanted.household_type
    if wanted.indicators is not None:
        conditions.append("indicator = ANY (cast(:indicators as text[]))")
        values["indicators"] = list(wanted.indicators)
    if wanted.unplaced:
        conditions.append(UNPLACED)
    if wanted.counted_as is not None:
        conditions.append(CONDITIONS[wanted.counted_as])
        values["today"] = tx.today
    if wanted.bounds is not None:
        conditions.append("matched_region_code >= :low AND matched_region_code < :high")
        values |= {"low": wanted.bounds[0], "high": wanted.bounds[1]}
    if after is not None:
        conditions.append("id > :after")
        values["after"] = after
    return await tx.rows(
        f"SELECT {COLUMNS} FROM warning WHERE {' AND '.join(conditions)} ORDER BY id LIMIT :limit", values
    )
