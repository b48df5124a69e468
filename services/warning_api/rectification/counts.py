"""Problems in numbers: 100% checked, 100% rectified (policy.md, Supervision)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, Literal

from sqlalchemy.engine import RowMapping

from services.warning_api.cycles.quarters import quarter_ends, quarter_starts
from services.warning_api.cycles.service import departments
from services.warning_api.rectification.repository import own
from services.warning_api.rectification.rules import SOURCES, TO_BE_RECTIFIED
from services.warning_api.supervision.rules import hide_small_counts
from services.warning_api.supervision.service import SMALL_CELLS_HIDDEN
from shared.db import Transaction
from shared.pagination.cursors import Paging, page
from shared.parameters import parameter
from shared.regions import regions_to_show

By = Literal["department", "township", "source"]

COUNTS: Final = (
    "found",
    "rectified",
    "checked",
    "returned",
    "overdue",
    "rechecked",
    "recheck_failed",
    "withdrawn",
)

_RECHECKED: Final = """EXISTS (SELECT FROM problem_recheck_item i WHERE i.county_code = p.county_code
    AND i.problem_id = p.id AND i.result {result})"""

# A row a part; by source a problem counts once, as far as the part that is furthest behind.
_PARTS: Final = """
SELECT {key} AS key, d.state, d.due_on, {rechecked} AS rechecked, {failed} AS failed
FROM problem_part d JOIN problem p ON p.county_code = d.county_code AND p.id = d.problem_id
WHERE {reach} AND d.party = '{by}'"""

_PROBLEMS: Final = """
SELECT p.source AS key, p.state, p.due_on, {rechecked} AS rechecked, {failed} AS failed
FROM problem p WHERE {reach}"""

_KEYS: Final = {"department": "p.org_code", "township": "p.township_code"}

_FOUND: Final = """
SELECT key, count(*) FILTER (WHERE state <> 'withdrawn')::int AS found,
    count(*) FILTER (WHERE state IN ('rectified', 'accepted'))::int AS rectified,
    count(*) FILTER (WHERE state = 'accepted')::int AS checked,
    count(*) FILTER (WHERE state = 'returned')::int AS returned,
    count(*) FILTER (WHERE state = ANY (cast(:open as text[])) AND due_on < :today)::int AS overdue,
    count(*) FILTER (WHERE rechecked)::int AS rechecked,
    count(*) FILTER (WHERE failed)::int AS recheck_failed,
    count(*) FILTER (WHERE state = 'withdrawn')::int AS withdrawn
FROM ({counted}) counted GROUP BY key ORDER BY key"""


async def counts(tx: Transaction, by: By, quarter: str | None = None) -> list[dict[str, Any]]:
    """Rows as ``schemas.CountRow``, nothing hidden: parts by ``department`` or ``township``, problems by ``source``;
    of those found in ``quarter``, or of all."""
    names = await _names(tx, by)
    required = await _required(tx)
    return [
        _shares({**row, "name": names.get(row["key"], row["key"])}, required)
        for row in await _counted(tx, by, quarter)
    ]


async def page_of(tx: Transaction, by: By, quarter: str | None, paging: Paging) -> dict[str, Any]:
    """The same as a page, small cells hidden from supervisors and systems."""
    rows = await counts(tx, by, quarter)
    if tx.roles & SMALL_CELLS_HIDDEN:
        required = await _required(tx)
        rows = [_shares(row, required) for row in hide_small_counts(rows, COUNTS)]
    (after,) = paging.after_text()
    rows = [row for row in rows if after is None or row["key"] > after]
    return page(rows[: paging.limit + 1], paging, lambda row: [row["key"]])


async def _counted(tx: Transaction, by: By, quarter: str | None) -> Sequence[RowMapping]:
    reach = own(tx, "p")
    condition = reach.sql
    values: dict[str, Any] = {**reach.parameters, "today": tx.today, "open": list(TO_BE_RECTIFIED)}
    if quarter is not None:
        condition += " AND p.found_on BETWEEN :first AND :last"
        values |= {"first": quarter_starts(quarter), "last": quarter_ends(quarter)}
    rechecked = _RECHECKED.format(result="IS NOT NULL")
    failed = _RECHECKED.format(result="= 'failed'")
    if by == "source":
        counted = _PROBLEMS.format(rechecked=rechecked, failed=failed, reach=condition)
    else:
        counted = _PARTS.format(key=_KEYS[by], rechecked=rechecked, failed=failed, reach=condition, by=by)
    return await tx.rows(_FOUND.format(counted=counted), values)


async def _required(tx: Transaction) -> dict[str, Decimal]:
    """What share of all has to be rectified and checked; nothing above a county, whose parameters they are."""
    if tx.reach.county is None:
        return {}
    return {
        "rectified": Decimal((await parameter(tx, "problem_rectified_share")).value),
        "checked": Decimal((await parameter(tx, "problem_recheck_share")).value),
    }


def _shares(row: dict[str, Any], required: Mapping[str, Decimal]) -> dict[str, Any]:
    """With what is derived from the counts; nothing where one of them is hidden."""
    found = row["found"]
    for name in ("rectified", "checked"):
        known = found is not None and row[name] is not None
        row[f"{name}_share"] = round(row[name] / found, 4) if known and found else None
        row[f"{name}_met"] = row[name] >= required[name] * found if known and required else None
    return row


async def _names(tx: Transaction, by: By) -> dict[str, str]:
    """What people call the keys; above a county codes stand for themselves."""
    if by == "source":
        return dict(SOURCES)
    if tx.reach.county is None:
        return {}
    if by == "department":
        return await departments(tx)
    return {township.code: township.name for township in (await regions_to_show(tx)).townships()}
