"""Progress that stands ready is what would be told now."""

from typing import Any

import httpx

from services.funds_api.progress.ready_answers import ReadyAnswers
from shared.runtime.packed import Packed
from shared.testing.databases import TestDatabase
from tests.factories.funds import make_allocation, make_payment, make_source, started_project

YEAR = 2033


async def told(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    """The same both times: the second one stands ready."""
    first = await client.get("/v1/progress", params={"year": YEAR, **query})
    again = await client.get("/v1/progress", params={"year": YEAR, **query})
    assert first.status_code == 200, first.text
    assert again.content == first.content
    items: list[dict[str, Any]] = first.json()["items"]
    return items


async def test_every_change_is_told_at_once(finance: httpx.AsyncClient, database: TestDatabase) -> None:
    source = await make_source(finance, "1000.00", year=YEAR)
    allocation = await make_allocation(finance, "500.00", source_id=source["id"])
    ((before,), paid) = (await told(finance), "100.00")
    assert (before["allocated"], before["paid"], before["card"]) == ("500.00", "0.00", "none")
    project = await started_project(finance, (allocation["id"], "500.00"), year=YEAR)
    await make_payment(finance, project["id"], paid, paid_on="2026-03-01")
    assert [each["paid"] for each in await told(finance)] == [paid]
    assert [each["paid"] for each in await told(finance, as_of="2026-02-28")] == ["0.00"]
    await make_payment(finance, project["id"], "1.00", paid_on="2026-02-01")
    assert [each["paid"] for each in await told(finance, as_of="2026-02-28")] == ["1.00"]
    await make_allocation(finance, "20.00", source_id=source["id"], region_code="231226101")
    assert [each["allocated"] for each in await told(finance)] == ["500.00", "20.00"]
    owner = await database.connect()
    try:
        await owner.execute("UPDATE funds.region SET name = '新集镇' WHERE code = '231226101'")
        assert (await told(finance))[-1]["region_name"] == "新集镇"
        await owner.execute("UPDATE funds.region SET name = '上集镇' WHERE code = '231226101'")
        await owner.execute(
            "INSERT INTO funds.parameter SELECT county_code, name, 2, '2020-01-01', '\"0.00\"', source, set_by, set_at"
            " FROM funds.parameter WHERE name = 'card_red_points'"
        )
        as_of = {"as_of": f"{YEAR}-12-31"}
        assert {each["proposed"] for each in await told(finance, **as_of)} == {"red"}
        await owner.execute("DELETE FROM funds.parameter WHERE name = 'card_red_points' AND version = 2")
    finally:
        await owner.close()


async def test_what_stands_ready_for_one_is_not_shown_to_another(
    finance: httpx.AsyncClient, township: httpx.AsyncClient
) -> None:
    source = await make_source(finance, "100.00", year=YEAR)
    await make_allocation(finance, "30.00", source_id=source["id"])
    await make_allocation(finance, "40.00", source_id=source["id"], region_code="231226101")
    of_county = {each["region_code"] for each in await told(finance)}
    assert of_county == {"231226100", "231226101"}
    assert {each["region_code"] for each in await told(township)} == {"231226100"}


def test_room_is_kept_by_those_that_were_asked_for_last() -> None:
    half, third, most = (Packed(bytes(size), size) for size in (5, 3, 7))
    ready = ReadyAnswers(room=10)
    ready.keep("a", 1, half)
    ready.keep("b", 1, half)
    assert ready.get("a", 1) == half
    ready.keep("c", 1, third)
    assert (ready.get("a", 1), ready.get("b", 1), ready.get("c", 1)) == (half, None, third)
    assert ready.get("a", 2) is None, "another state"
    ready.keep("a", 2, most)
    assert (ready.get("a", 2), ready.get("c", 1)) == (most, third)
