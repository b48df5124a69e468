"""The numbers of a bulletin or a conference, asked of the domains that keep them, as they are now."""

from collections.abc import Sequence
from typing import Any

from services.warning_api.bulletins.figures import KEPT, RECHECKED
from services.warning_api.cycles.service import describe
from services.warning_api.rechecks import counts as rechecks
from services.warning_api.rectification import counts as rectification
from services.warning_api.supervision.service import Asked, loop_rows
from shared.db import Transaction
from shared.regions import regions_of


async def loop_of(
    tx: Transaction, groupings: Sequence[str], whole: Sequence[str], in_total: Sequence[str]
) -> dict[str, Any]:
    """``{cycle: {by: rows}}``: the cycles of ``whole`` in the groupings, those ``in_total`` by the first alone."""
    found: dict[str, Any] = {}
    for cycle in dict.fromkeys([*whole, *in_total]):
        wanted = groupings if cycle in whole else groupings[:1]
        found[cycle] = {by: await _rows(tx, cycle, by) for by in wanted}
    return found


async def _rows(tx: Transaction, cycle: str, by: str) -> list[dict[str, Any]]:
    rows = await loop_rows(tx, cycle, Asked(by=by))
    return [{name: row[name] for name in KEPT} for row in rows]


async def pushes_of(tx: Transaction, cycles: Sequence[str]) -> dict[str, Any]:
    """``{cycle: who has pushed}`` as ``GET /v1/cycles/{cycle}`` shows departments; months to come are left out."""
    found = {}
    for cycle in cycles:
        described = await describe(tx, cycle)
        if described["state"] != "upcoming":
            found[cycle] = [
                {
                    "org_code": line["org_code"],
                    "name": line["name"],
                    "state": line["state"],
                    "late": line["late"],
                }
                for line in described["departments"]
            ]
    return found


async def problems_of(tx: Transaction, quarter: str | None) -> dict[str, Any] | None:
    """Problems of inspections by department and township: those found in ``quarter``, or all; None if none."""
    found = {
        "department": await rectification.counts(tx, "department", quarter),
        "township": await rectification.counts(tx, "township", quarter),
    }
    return found if any(found.values()) else None


async def rechecks_of(tx: Transaction, cycles: Sequence[str]) -> list[dict[str, Any]]:
    """Re-checks by sample of what was answered in these months, by township."""
    regions = await regions_of(tx)
    return [
        {
            "key": row["township_code"],
            "name": regions.name(row["township_code"]),
            **{name: row[name] for name in RECHECKED},
        }
        for row in await rechecks.by_township(tx, cycles)
    ]
