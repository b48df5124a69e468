"""Progress by unit, source, level, project and in all, and against the year before."""

from typing import Any

import httpx

from shared.testing.databases import TestDatabase
from tests.factories.funds import created, make_allocation, make_payment, make_source, started_project


async def rows(
    client: httpx.AsyncClient, by: str, year: int = 2031, **query: Any
) -> dict[str, dict[str, Any]]:
    answer = await client.get("/v1/progress", params={"by": by, "year": year, **query})
    assert answer.status_code == 200, answer.text
    return {each["key"]: each for each in answer.json()["items"]}


async def test_the_same_money_in_every_grouping(finance: httpx.AsyncClient) -> None:
    central = await make_source(finance, "1000.00", year=2031)
    county = await make_source(finance, "1000.00", year=2031, level="county")
    first = await make_allocation(finance, "400.00", source_id=central["id"])
    second = await make_allocation(finance, "100.00", source_id=county["id"])
    third = await make_allocation(finance, "500.00", source_id=county["id"], region_code="231226101")
    project = await started_project(finance, (first["id"], "300.00"), (second["id"], "100.00"), year=2031)
    other = await started_project(finance, (third["id"], "500.00"), year=2031, name="饮水管网")
    await make_payment(finance, project["id"], "350.00", paid_on="2026-03-01")
    wrong = await make_payment(finance, other["id"], "50.00", paid_on="2026-06-01")
    await make_payment(finance, other["id"], "20.00", paid_on="2026-06-01")
    await created(finance, f"/v1/payments/{wrong['id']}/reversal", {"reason": "误"})
    (total,) = (await rows(finance, "total")).values()
    assert (total["allocated"], total["paid"], total["share"]) == ("1000.00", "370.00", "0.3700")
    for by in ("unit_source", "unit", "source", "level"):
        found = (await rows(finance, by)).values()
        assert sum(float(each["paid"]) for each in found) == 370
    levels = await rows(finance, "level")
    assert {key: each["paid"] for key, each in levels.items()} == {"central": "300.00", "county": "70.00"}
    units = await rows(finance, "unit")
    assert {key: (each["region_name"], each["paid"]) for key, each in units.items()} == {
        "231226100": ("绥棱镇", "350.00"),
        "231226101": ("上集镇", "20.00"),
    }
    projects = await rows(finance, "project")
    assert projects[project["id"]]["project_name"] == "木耳大棚建设"
    assert {each["project_name"]: (each["allocated"], each["paid"]) for each in projects.values()} == {
        "木耳大棚建设": ("400.00", "350.00"),
        "饮水管网": ("500.00", "20.00"),
    }
    in_spring = await rows(finance, "project", as_of="2026-05-31")
    assert [each["paid"] for each in in_spring.values()] == ["350.00", "0.00"]
    assert (await rows(finance, "total", as_of="2026-02-28"))["total"]["paid"] == "0.00"


async def test_pages_of_projects_follow_each_other(finance: httpx.AsyncClient) -> None:
    source = await make_source(finance, "1000.00", year=2032)
    allocation = await make_allocation(finance, "500.00", source_id=source["id"])
    made = [(await started_project(finance, (allocation["id"], "10.00"), year=2032))["id"] for _ in range(5)]
    query: dict[str, Any] = {"by": "project", "year": 2032, "limit": 2}
    seen: list[str] = []
    while True:
        answer = (await finance.get("/v1/progress", params=query)).json()
        seen += [each["key"] for each in answer["items"]]
        if answer["next_cursor"] is None:
            break
        query["cursor"] = answer["next_cursor"]
    assert seen == sorted(made)


async def test_against_the_same_day_of_the_year_before(finance: httpx.AsyncClient) -> None:
    for year, paid, day in ((2024, "330.00", "2024-06-30"), (2025, "420.00", "2025-06-30")):
        source = await make_source(finance, "900.00", year=year)
        allocation = await make_allocation(finance, "900.00", source_id=source["id"])
        project = await started_project(finance, (allocation["id"], "900.00"), year=year)
        await make_payment(finance, project["id"], paid, paid_on=day)
        await make_payment(
            finance, project["id"], "100.00", paid_on=f"{year}-12-01" if year == 2024 else "2025-12-01"
        )
    (unit,) = (await rows(finance, "unit", 2025, as_of="2025-06-30")).values()
    assert (unit["share"], unit["previous_share"], unit["year_on_year_points"]) == (
        "0.4667",
        "0.3667",
        "10.00",
    )
    (first,) = (await rows(finance, "unit", 2024, as_of="2024-06-30")).values()
    assert (first["previous_share"], first["year_on_year_points"]) == (None, None)


async def test_management_fee_and_settlement_areas(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    owner = await database.connect()
    await owner.execute(
        "UPDATE funds.parameter SET value = '[\"231226100201\"]' WHERE name = 'settlement_areas'"
    )
    await owner.close()
    ordinary = await make_source(finance, "10000.00", year=2033)
    await make_allocation(finance, "100.01", source_id=ordinary["id"], purpose="management")
    special = await make_source(finance, "1000.00", year=2033, fund="relocation")
    allocation = await make_allocation(finance, "800.00", source_id=special["id"], region_code="231226")
    await started_project(finance, (allocation["id"], "200.00"), year=2033)
    await started_project(finance, (allocation["id"], "100.00"), year=2033, region_code="231226100202")
    answer = await finance.get("/v1/fund-shares", params={"year": 2033})
    found = {item["key"]: (item["amount"], item["share"], item["met"]) for item in answer.json()["items"]}
    assert found == {
        "relocation:management": ("0.00", "0.0000", True),
        "relocation:settlement": ("200.00", "0.2000", True),
        "transition:management": ("100.01", "0.0100", False),
    }
