"""Beginning and ending campaigns, and how far they have come."""

from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.campaigns import repository
from services.warning_api.campaigns.errors import (
    CampaignExists,
    CampaignNotFound,
    RegionNotUsable,
    TransitionNotAllowed,
)
from services.warning_api.campaigns.rules import ASKED, KINDS, TRANSITIONS, period_of
from services.warning_api.campaigns.schemas import CampaignIn
from services.warning_api.cycles.rules import cycle_of
from shared import audit, jobs
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import FieldError, Unprocessable
from shared.pagination.cursors import Paging, page
from shared.regions import regions_of
from shared.runtime.preconditions import IfMatch

#: The jobs that make an end of ``preparing`` and ``cancelling`` (tasks.py).
PUT_ON_LISTS = "put_on_lists"
TAKE_OFF_LISTS = "take_off_lists"

NOTHING = {"tasks": 0, "visited": 0, "confirmed": 0, "overdue": 0, "withdrawn": 0}


async def begin(tx: Transaction, wanted: CampaignIn) -> dict[str, Any]:
    """Have every household in scope visited by a day: the worker puts them on the lists of this month.

    Raises ``RegionNotUsable``, 422 for a day that is past, ``CampaignExists``.
    """
    region = wanted.region_code or tx.county
    if region not in await regions_of(tx) or not region.startswith(tx.county):
        raise RegionNotUsable()
    if wanted.due_on < tx.today:
        raise Unprocessable(errors=[FieldError("/due_on", "date_in_past", "完成期限不能早于今天")])
    period = period_of(wanted.kind, tx.today)
    values = {
        "kind": wanted.kind,
        "period": period,
        "region_code": region,
        "household_types": sorted(set(wanted.household_types)),
        "monitored_only": wanted.monitored_only,
    }
    await repository.one_at_a_time(tx)
    existing = await repository.same_scope(tx, values)
    if existing is not None:
        raise CampaignExists(members={"campaign_id": existing})
    campaign_id = new_id()
    name = wanted.name or f"{period} {KINDS[wanted.kind]}"
    await repository.add(
        tx,
        {**values, "id": campaign_id, "cycle": cycle_of(tx.today), "name": name, "due_on": wanted.due_on},
    )
    await ask_for(tx, "preparing", campaign_id)
    await audit.record(tx, "campaign.begun", f"campaign/{campaign_id}", values)
    return await read(tx, campaign_id)


async def ask_for(tx: Transaction, state: str, campaign_id: UUID) -> None:
    """Have the worker do what a campaign in this state waits for."""
    payload = {"county": tx.county, "campaign_id": campaign_id}
    if state == "preparing":
        await jobs.enqueue(tx, PUT_ON_LISTS, payload, only_one=True)
    else:
        await jobs.enqueue(tx, TAKE_OFF_LISTS, payload, only_one=True)


async def read(tx: Transaction, campaign_id: UUID) -> dict[str, Any]:
    """A campaign with its progress in the caller's regions. Raises ``CampaignNotFound``."""
    row = await _found(tx, campaign_id)
    found = await repository.counts(tx, row, "all")
    return {**row, **(_counts(found[0]) if found else NOTHING)}


async def list_campaigns(tx: Transaction, cycle: str | None, paging: Paging) -> dict[str, Any]:
    rows = await repository.campaigns(tx, cycle, paging.after_id(), paging.limit + 1)
    return page(rows, paging, lambda row: [row["id"]])


async def progress(tx: Transaction, campaign_id: UUID, by: str, paging: Paging) -> dict[str, Any]:
    """Rows by township or village, by code."""
    row = await _found(tx, campaign_id)
    (after,) = paging.after_text()
    names = await regions_of(tx)
    rows = [
        {"key": found["key"], "name": names.name(found["key"]) or "未定区划", **_counts(found)}
        for found in await repository.counts(tx, row, by)
        if after is None or found["key"] > after
    ]
    return page(rows[: paging.limit + 1], paging, lambda row: [row["key"]])


async def transition(tx: Transaction, campaign_id: UUID, to: str, expected: IfMatch) -> dict[str, Any]:
    """Close it, and what is not visited stays on the lists; or cancel it, and nobody is visited for it any more.

    Raises ``CampaignNotFound``, what If-Match is refused for, ``TransitionNotAllowed``.
    """
    row = await repository.campaign(tx, campaign_id, lock=True)
    if row is None:
        raise CampaignNotFound()
    expected.check(row["version"])
    state = ASKED[to]
    if state not in TRANSITIONS[row["state"]]:
        possible = [asked for asked, leads_to in ASKED.items() if leads_to in TRANSITIONS[row["state"]]]
        told = "、".join(possible) or "（已结束）"
        raise TransitionNotAllowed(
            f"活动状态为 {row['state']}，可转为：{told}",
            f"From {row['state']} only: {', '.join(possible) or '-'}",
        )
    await repository.end(tx, campaign_id, state)
    if state == "cancelling":
        await ask_for(tx, state, campaign_id)
    await audit.record(tx, f"campaign.{to}", f"campaign/{campaign_id}")
    return await read(tx, campaign_id)


async def _found(tx: Transaction, campaign_id: UUID) -> RowMapping:
    row = await repository.campaign(tx, campaign_id)
    if row is None:
        raise CampaignNotFound()
    return row


def _counts(row: RowMapping) -> dict[str, int]:
    return {name: row[name] for name in NOTHING}
