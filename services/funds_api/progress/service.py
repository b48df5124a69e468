"""How spending and the industry share stand, for whoever may read them (policy.md, Funds)."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date
from typing import Any

from services.funds_api.progress import repository
from services.funds_api.progress.rules import SpendingRule, judge, judge_industry
from shared.db.transaction import Transaction
from shared.pagination.cursors import Paging, page
from shared.parameters import ParameterMissing

SPENDING = ("spending_milestones", "card_yellow_points", "card_red_points")
INDUSTRY_SHARE = "industry_share"


async def progress(tx: Transaction, paging: Paging, year: int, as_of: date) -> dict[str, Any]:
    """Unit by unit and source by source; what has no money (all withdrawn) has no row."""
    (after,) = paging.after_text()
    rows = await repository.progress(tx, year, as_of, after, paging.limit + 1)
    values = await _values(tx, {row["county_code"] for row in rows}, SPENDING, year, as_of)
    items = []
    for row in rows:
        rule = SpendingRule.of(*(values[row["county_code"], name] for name in SPENDING))
        verdict = judge(row["allocated"], row["paid"], year, as_of, rule)
        items.append({**row, **asdict(verdict), "as_of": as_of, "card": "none"})
    return page(items, paging, lambda item: [item["key"]])


async def industry_share(tx: Transaction, year: int) -> dict[str, Any]:
    """By level of the sources; above one county also by county."""
    rows = await repository.industry(tx, year)
    values = await _values(tx, {row["county_code"] for row in rows}, (INDUSTRY_SHARE,), year, tx.today)
    items = []
    for row in rows:
        required = values[row["county_code"], INDUSTRY_SHARE]
        verdict = judge_industry(row["industry"], row["total"], row["level"], required)
        key = row["level"] if tx.reach.county else f"{row['county_code']}:{row['level']}"
        items.append({**row, **asdict(verdict), "key": key})
    return {"items": items, "next_cursor": None}


async def _values(
    tx: Transaction, counties: Collection[str], names: Collection[str], year: int, as_of: date
) -> dict[tuple[str, str], Any]:
    """Parameters of a budget year: as they are on the day, or were at the year's end."""
    values = await repository.parameters(tx, counties, names, min(as_of, date(year, 12, 31)))
    for county in counties:
        for name in names:
            if (county, name) not in values:
                raise ParameterMissing(f"参数 {name} 尚未设置", f"parameter {name} is not set")
    return values
