"""How many cases there are, by village, township, type or state; the same cases that the list shows."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final, Literal

from services.household_api.monitoring.repository import Filters, chosen
from services.household_api.monitoring.rules import ENDED, TRANSITIONS
from shared.db import Transaction
from shared.regions import Regions, regions_of
from shared.tables.words import MONITORING_TYPE

By = Literal["village", "township", "type", "state"]

_KEYS: Final[Mapping[By, str]] = {
    "village": "c.region_code",
    "township": "left(c.region_code, 9)",
    "type": "c.monitoring_type",
    "state": "c.state",
}

STATE_WORDS: Final[Mapping[str, str]] = dict(
    zip(
        TRANSITIONS,
        ("线索", "已入户", "已评议", "已公示", "已上报", "已比对", "已批准", "帮扶中", "已消除", "再次监测", "已退回",
         "不予纳入"),
        strict=True,
    )
)  # fmt: skip


async def count_cases(
    tx: Transaction, filters: Filters, by: By, after: str | None, limit: int
) -> list[dict[str, Any]]:
    """``limit + 1`` rows as ``schemas.CaseCount`` after a key."""
    condition, values = chosen(tx, filters)
    rows = await tx.rows(
        f"""SELECT {_KEYS[by]} AS key, c.state, count(*) AS cases,
            count(*) FILTER (WHERE c.next_due_on < :today) AS overdue
        FROM monitoring_case c WHERE {condition} GROUP BY 1, 2 ORDER BY 1, 2""",
        {**values, "today": tx.today},
    )
    by_key: dict[str, dict[str, int]] = defaultdict(dict)
    overdue: dict[str, int] = defaultdict(int)
    for row in rows:
        by_key[row["key"]][row["state"]] = row["cases"]
        overdue[row["key"]] += row["overdue"]
    regions = await regions_of(tx)
    wanted = sorted(key for key in by_key if after is None or key > after)[: limit + 1]
    return [
        {
            "key": key,
            "name": _name(by, key, regions),
            "cases": sum(by_key[key].values()),
            "open": sum(count for state, count in by_key[key].items() if state not in ENDED),
            "eliminated": by_key[key].get("eliminated", 0),
            "rejected": by_key[key].get("rejected", 0),
            "overdue": overdue[key],
            "states": by_key[key],
        }
        for key in wanted
    ]


def _name(by: By, key: str, regions: Regions) -> str:
    if by == "type":
        return MONITORING_TYPE.word(key) if key else "尚未认定"
    return STATE_WORDS[key] if by == "state" else regions.full_name(key)
