"""Counts that agree with the list, whatever is asked."""

import httpx
import pytest

from tests.factories.registry import OTHER_VILLAGE
from tests.household_api.monitoring.conftest import TO_CROSS_CHECK, GoTo, Open, moved, refusal


@pytest.mark.parametrize("by", ["village", "township", "type", "state"])
async def test_sums_agree_with_the_list(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    township: httpx.AsyncClient,
    open_case: Open,
    go_to: GoTo,
    by: str,
) -> None:
    await open_case({"region_code": OTHER_VILLAGE})
    await moved(county, await open_case(), "rejected", reason="不符合条件")
    approved = await open_case({"household_type": "lifted"})
    await moved(county, approved, *TO_CROSS_CHECK)
    await moved(checker, approved, "approved", "assisted", "eliminated", reason="收入稳定")
    await open_case()
    go_to("2026-11-24")
    field = {"type": "monitoring_type", "state": "state"}.get(by, "region_code")
    for client in (county, township):
        for query in ({}, {"region": "231226100"}, {"overdue": "true"}, {"state": "clue"}):
            cases = (await client.get("/v1/cases", params={"limit": 500, **query})).json()["items"]
            keys = [str(case[field] or "") for case in cases]
            if by == "township":
                keys = [key[:9] for key in keys]
            rows = (await client.get("/v1/cases/statistics", params={"by": by, **query})).json()["items"]
            assert {row["key"]: row["cases"] for row in rows} == {key: keys.count(key) for key in keys}
            assert sum(row["overdue"] for row in rows) == sum(case["overdue"] for case in cases)
            for row in rows:
                assert row["cases"] == row["open"] + row["eliminated"] + row["rejected"]
                assert row["name"]


async def test_pages_and_words(county: httpx.AsyncClient, open_case: Open) -> None:
    await open_case()
    await moved(county, await open_case(), "visited")
    seen: list[str] = []
    query = {"by": "state", "limit": "1"}
    while True:
        page = (await county.get("/v1/cases/statistics", params=query)).json()
        seen += [row["key"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == sorted(set(seen)) and {"clue", "visited"} <= set(seen)
    assert refusal(await county.get("/v1/cases/statistics", params={"by": "moon"}))[0] == 422
