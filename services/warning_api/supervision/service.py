"""The loop in numbers."""

from typing import Any

from services.warning_api.cycles.indicators import catalogue
from services.warning_api.cycles.service import checked_cycle, departments
from services.warning_api.supervision import repository
from services.warning_api.supervision.rules import hide_small_cells
from shared.db import Transaction
from shared.pagination.cursors import Paging, page
from shared.regions import regions_of
from shared.tables.words import HOUSEHOLD_TYPE

COUNTS = (
    "pushed",
    "filed",
    "rejected",
    "compared",
    "dispatched",
    "tasks",
    "received",
    "verified",
    "risk_confirmed",
    "fed_back",
    "closed",
    "overdue",
)

#: Who sees no cell that could be somebody.
SMALL_CELLS_HIDDEN = frozenset({"supervisor", "system"})


async def loop(tx: Transaction, cycle: str, by: str, paging: Paging) -> dict[str, Any]:
    """Rows by township, department, indicator or household type, by key."""
    cycle = checked_cycle(tx, cycle)
    rows = {row["key"]: dict(row) for row in await repository.loop_counts(tx, cycle, by)}
    if by == "department":
        for row in await repository.pushed_counts(tx, cycle):
            rows.setdefault(row["key"], {"key": row["key"]}).update(row)
    names = await _names(tx, by)
    shown = [_row(key, row, names) for key, row in sorted(rows.items())]
    if tx.roles & SMALL_CELLS_HIDDEN:
        shown = hide_small_cells(shown, COUNTS)
    (after,) = paging.after_text()
    shown = [row for row in shown if after is None or row["key"] > after]
    return page(shown[: paging.limit + 1], paging, lambda row: [row["key"]])


def _row(key: str, row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    counts = {name: row.get(name) or 0 for name in COUNTS}
    counts["pushed"] = row.get("pushed", counts["filed"])
    return {
        "key": key,
        "name": names.get(key, key or "未定区划"),
        **counts,
        "median_days": _rounded(row.get("median_days"), 2),
        "on_time_share": _rounded(row.get("on_time_share"), 4),
    }


def _rounded(value: Any, places: int) -> float | None:
    return None if value is None else round(float(value), places)


async def _names(tx: Transaction, by: str) -> dict[str, str]:
    """What people call the keys; above a county codes stand for themselves."""
    if tx.reach.county is None:
        return {}
    if by == "township":
        return {township.code: township.name for township in (await regions_of(tx)).townships()}
    if by == "department":
        return await departments(tx)
    if by == "indicator":
        return {indicator.code: indicator.name for indicator in (await catalogue(tx)).indicators}
    return {**HOUSEHOLD_TYPE.words, "unregistered": "未登记"}
