"""SQL of pulls: who has pulled which list when, and what has changed in it since."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import RowMapping

from services.warning_api.dispatch.rules import township_of
from shared.db import Transaction
from shared.db.identifiers import new_id

#: Content that a snapshot has not seen; ``:pulled_xmin`` is its lower bound.
CHANGED_SINCE = (
    "(t.content_changed_in >= cast(cast(:pulled_xmin as text) as xid8)"
    " AND NOT pg_visible_in_snapshot(t.content_changed_in, cast(cast(:pulled as text) as pg_snapshot)))"
)


def since(pull: RowMapping) -> dict[str, str]:
    """The parameters of ``CHANGED_SINCE``."""
    return {"pulled": pull["snapshot"], "pulled_xmin": pull["snapshot"].partition(":")[0]}


async def last_pull(tx: Transaction, cycle: str, region: str) -> RowMapping | None:
    """``snapshot, pulled_by, pulled_at`` of the township's, or the village's, last pull of a list."""
    return await tx.row(
        "SELECT snapshot, pulled_by, pulled_at FROM list_pull"
        " WHERE county_code = :county AND cycle = :cycle AND region_code = :region ORDER BY id DESC LIMIT 1",
        {"county": tx.county, "cycle": cycle, "region": region},
    )


async def note_pull(tx: Transaction, cycle: str, region: str) -> None:
    """Before the rows are read: what changes while they are read is told again at the next pull."""
    await tx.execute(
        "INSERT INTO list_pull (county_code, cycle, region_code, id, snapshot, pulled_by, pulled_at)"
        " VALUES (:county, :cycle, :region, :id, cast(pg_current_snapshot() AS text), :actor, :now)",
        {
            "county": tx.county,
            "cycle": cycle,
            "region": region,
            "id": new_id(),
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )


async def changed_tasks(tx: Transaction, cycle: str, region: str, pull: RowMapping) -> Sequence[RowMapping]:
    """``state, dispatched_at, verified_at`` of the list's tasks whose content has changed since ``pull``."""
    values: dict[str, Any] = {
        "county": tx.county,
        "cycle": cycle,
        "township": township_of(region),
        **since(pull),
    }
    in_village = ""
    if len(region) > 9:
        in_village, values["village"] = " AND t.region_code = :village", region
    return await tx.rows(
        "SELECT t.state, t.dispatched_at, t.verified_at FROM verification_task t"
        " WHERE t.county_code = :county AND t.cycle = :cycle AND t.township_code = :township"
        f" AND t.dispatched_at IS NOT NULL AND {CHANGED_SINCE}{in_village}",
        values,
    )
