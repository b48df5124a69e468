"""Progress and industry share through the API: what counts, for whom, by which version of the rules."""

from typing import Any

import httpx

from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.funds import (
    created,
    make_allocation,
    make_payment,
    make_source,
    project_body,
    started_project,
)


async def progress(client: httpx.AsyncClient, year: int, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get("/v1/progress", params={"year": year, **query})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_progress_is_told_by_unit_and_source(finance: httpx.AsyncClient) -> None:
    source = await make_source(finance, "600000000.00", year=2026)
    amount = "504220000.00"
    allocation = await make_allocation(finance, amount, source_id=source["id"])
    idle = await make_allocation(finance, "10.00", source_id=source["id"], region_code="231226")
    project = await started_project(finance, (allocation["id"], amount))
    await make_payment(finance, project["id"], "211858300.00", paid_on="2026-04-30")
    await make_payment(finance, project["id"], "1000.00", paid_on="2026-05-01")
    items = await progress(finance, 2026, as_of="2026-04-30")
    assert [item["key"] for item in items] == [
        f"231226100:{source['id']}",
        f"231226:{source['id']}",
    ]
    item, other = items
    assert item["region_name"] == "绥棱镇"
    assert (item["allocated"], item["paid"]) == (amount, "211858300.00")
    assert (item["share"], item["ahead_points"]) == ("0.4202", "8.68")
    assert item["milestone"] == {
        "month": 4,
        "due_on": "2026-04-30",
        "due": True,
        "required": "0.30",
        "met": True,
    }
    assert (item["card"], item["proposed"], item["reasons"]) == ("none", "none", [])
    assert (other["allocated"], other["share"], other["card"], other["proposed"]) == (
        idle["amount"],
        "0.0000",
        "none",
        "red",
    )
    assert other["reasons"][0]["code"] == "behind_milestone"
    (today, _) = await progress(finance, 2026)
    assert (today["paid"], today["as_of"], today["milestone"]["month"]) == ("211859300.00", "2026-11-08", 9)


async def test_retention_reversals_and_withdrawals_count_as_they_should(finance: httpx.AsyncClient) -> None:
    source = await make_source(finance, "200.00", year=2027)
    allocation = await make_allocation(finance, "100.00", source_id=source["id"])
    withdrawn = await make_allocation(finance, "50.00", source_id=source["id"], region_code="231226101")
    project = await started_project(finance, (allocation["id"], "80.00"))
    await make_payment(finance, project["id"], "30.00", paid_on="2026-03-01")
    await make_payment(finance, project["id"], "20.00", paid_on="2026-03-01", retention=True)
    wrong = await make_payment(finance, project["id"], "5.00", paid_on="2026-03-01")
    await created(finance, f"/v1/payments/{wrong['id']}/reversal", {"reason": "误"})
    entry = {"reason": "收回", "document_no": "1"}
    await created(finance, f"/v1/allocations/{allocation['id']}/adjustments", entry | {"amount": "-20.00"})
    await created(finance, f"/v1/allocations/{withdrawn['id']}/adjustments", entry | {"amount": "-50.00"})
    for as_of in ("2026-03-01", "2026-11-08"):
        (item,) = await progress(finance, 2027, as_of=as_of)
        assert (item["allocated"], item["paid"], item["share"]) == ("80.00", "30.00", "0.3750")
    (before,) = await progress(finance, 2027, as_of="2026-02-28")
    assert before["paid"] == "0.00"


async def test_a_township_is_told_of_itself_and_pages_follow_each_other(
    finance: httpx.AsyncClient, township: httpx.AsyncClient, funds: RunningService
) -> None:
    source = await make_source(finance, "100.00", year=2028)
    for region in ("231226", "231226100", "231226101", "231226100201"):
        await make_allocation(finance, "10.00", source_id=source["id"], region_code=region)
    seen = [item["region_code"] for item in await progress(township, 2028)]
    assert seen == ["231226100201", "231226100"]
    first = (await finance.get("/v1/progress", params={"year": 2028, "limit": 3})).json()
    query = {"year": 2028, "limit": 3, "cursor": first["next_cursor"]}
    second = (await finance.get("/v1/progress", params=query)).json()
    regions = [item["region_code"] for item in first["items"] + second["items"]]
    assert regions == ["231226100201", "231226100", "231226101", "231226"]
    async with funds.client("supervisor", "2312", "2312") as supervisor:
        assert len(await progress(supervisor, 2028)) == 4
        shares = (await supervisor.get("/v1/industry-share", params={"year": 2028})).json()["items"]
    assert [item["key"] for item in shares] == ["231226:central"]


async def test_the_industry_share_is_of_what_each_level_gave(finance: httpx.AsyncClient) -> None:
    central = await make_source(finance, "73590000.00", year=2029)
    await make_allocation(finance, "61722415.08", source_id=central["id"])
    await make_allocation(finance, "100.00", source_id=central["id"], purpose="livelihood")
    city = await make_source(finance, "100.00", year=2029, level="city")
    await make_allocation(finance, "59.99", source_id=city["id"])
    items = (await finance.get("/v1/industry-share", params={"year": 2029})).json()["items"]
    assert [
        {name: item[name] for name in ("key", "industry", "total", "share", "required", "met")}
        for item in items
    ] == [
        {
            "key": "central",
            "industry": "61722415.08",
            "total": "73590000.00",
            "share": "0.8387",
            "required": "0.65",
            "met": True,
        },
        {
            "key": "city",
            "industry": "59.99",
            "total": "100.00",
            "share": "0.5999",
            "required": "0.60",
            "met": False,
        },
    ]


async def test_the_rules_of_the_day_apply(finance: httpx.AsyncClient, database: TestDatabase) -> None:
    source = await make_source(finance, "100.00", year=2030)
    await make_allocation(finance, "100.00", source_id=source["id"])
    owner = await database.connect()
    await owner.execute(
        "INSERT INTO funds.parameter"
        " SELECT county_code, name, 2, '2031-06-01', '\"200.00\"', source, set_by, set_at FROM funds.parameter"
        " WHERE name IN ('card_yellow_points', 'card_red_points') AND version = 1"
    )
    try:
        (old,) = await progress(finance, 2030, as_of="2030-12-31")
        assert old["proposed"] == "red"
        (later,) = await progress(finance, 2030, as_of="2031-12-31")
        assert later["proposed"] == "red", "a budget year is judged by the rules at its end"
        await owner.execute("UPDATE funds.parameter SET valid_from = '2030-06-01' WHERE version = 2")
        (new,) = await progress(finance, 2030, as_of="2030-12-31")
        assert new["proposed"] == "none"
    finally:
        await owner.execute("DELETE FROM funds.parameter WHERE version = 2")
        await owner.close()


async def test_who_may_read_progress(funds: RunningService) -> None:
    for role, status in (("county", 200), ("supervisor", 200), ("system", 200), ("department", 403)):
        async with funds.client(role, "x", "231226") as client:
            assert (await client.get("/v1/progress?year=2026")).status_code == status
            assert (await client.get("/v1/industry-share?year=2026")).status_code == status


async def test_what_is_no_year_or_day_is_refused(finance: httpx.AsyncClient) -> None:
    for query in ({"year": "1"}, {"year": "x"}, {"as_of": "2026-02-30"}):
        assert (await finance.get("/v1/progress", params=query)).status_code == 422


async def test_projects_without_money_have_no_progress(finance: httpx.AsyncClient) -> None:
    await created(finance, "/v1/projects", project_body(year=2035))
    assert await progress(finance, 2035) == []
