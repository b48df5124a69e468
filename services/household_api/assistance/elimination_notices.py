"""The public notice of eliminations: the head's name and no other personal data."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.household_api.assistance import elimination_repository
from services.household_api.registry.lookups import head_names
from shared.clock import SHANGHAI
from shared.db import Transaction
from shared.regions import regions_of


async def noticed(
    tx: Transaction, region: str, on: date, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """``limit + 1`` households on notice in a region on a day, with the proposal's id."""
    rows = await elimination_repository.noticed(tx, region, on, after, limit)
    names = await head_names(tx, [row["household_id"] for row in rows])
    regions = await regions_of(tx)
    return [
        {
            "id": row["id"],
            "name": names.get(row["household_id"], ""),
            "region_code": row["region_code"],
            "place": regions.full_name(row["region_code"]),
            "notice_from": row["judged_at"].astimezone(SHANGHAI).date(),
            "notice_until": row["notice_until"],
        }
        for row in rows
    ]


async def printed(
    tx: Transaction, region: str, on: date, households: Sequence[dict[str, Any]]
) -> dict[str, str]:
    """Title and text of the notice as it is put up."""
    title = f"{(await regions_of(tx)).full_name(region)}拟消除返贫致贫风险户公示"
    lines = [
        title,
        "经核查，下列农户收入稳定、保障落实，拟消除返贫致贫风险，现予公示。",
        "如有异议，请在公示期内向村民委员会或乡镇人民政府反映。",
        *(
            f"{number}. {household['name']}（公示至 {household['notice_until']}）"
            for number, household in enumerate(households, 1)
        ),
        f"{on.year}年{on.month}月{on.day}日",
    ]
    return {"title": title, "text": "\n".join(lines)}
