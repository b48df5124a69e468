"""Figures of published notices, to the fen: what a notice gives in 万元 with six decimals is exact in yuan."""

from decimal import Decimal
from typing import Any

import httpx
import pytest

from shared.testing.databases import TestDatabase
from tests.factories.funds import created, make_allocation, make_source, project_body
from tests.funds_api.recount import assert_balances_are_the_entries

TEN_THOUSAND = Decimal(10_000)

#: 26 projects of 7,359 (万元): category, 万元, how many.
PROJECTS = (
    ("industry", "6172.241508", 10),
    ("infrastructure", "1082.631485", 14),
    ("other", "104.127007", 2),
)
TOTAL = "7359"

#: 7,739 (万元) by level.
LEVELS = (("central", "3138"), ("province", "2501"), ("county", "2100"))


def yuan(ten_thousands: str) -> str:
    """A figure in 万元 as we keep it: six decimals of 万元 are two of yuan."""
    return f"{Decimal(ten_thousands) * TEN_THOUSAND:.2f}"


def shared_out(amount: str, count: int) -> list[str]:
    """An amount in parts that differ by a fen at most and come to it exactly."""
    fen = int(Decimal(amount) * 100)
    parts = [fen // count + (place < fen % count) for place in range(count)]
    return [f"{Decimal(part) / 100:.2f}" for part in parts]


async def listed(client: httpx.AsyncClient, path: str, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get(path, params={"limit": 500, **query})
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_26_projects_of_7359_are_the_sum_of_their_kinds(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    year = 2023
    source = await make_source(finance, yuan(TOTAL), year=year)
    for category, amount, count in PROJECTS:
        allocation = await make_allocation(
            finance, yuan(amount), source_id=source["id"], region_code="231226", purpose=category
        )
        for part in shared_out(yuan(amount), count):
            body = project_body((allocation["id"], part), category=category, year=year)
            await created(finance, "/v1/projects", body)
    found = (await finance.get(f"/v1/sources/{source['id']}")).json()
    assert (found["allocated"], found["available"]) == ("73590000.00", "0.00")
    projects = await listed(finance, "/v1/projects", year=year)
    assert len(projects) == 26
    assert sum(Decimal(project["allocated"]) for project in projects) == Decimal("73590000.00")
    for category, amount, count in PROJECTS:
        of_kind = [project for project in projects if project["category"] == category]
        assert len(of_kind) == count
        together = sum((Decimal(project["allocated"]) for project in of_kind), Decimal(0))
        assert together / TEN_THOUSAND == Decimal(amount)
    (share,) = await listed(finance, "/v1/industry-share", year=year)
    assert (share["industry"], share["total"]) == ("61722415.08", "73590000.00")
    assert (share["share"], share["required"], share["met"]) == ("0.8387", "0.65", True)
    await assert_balances_are_the_entries(database)


async def test_7739_is_the_sum_of_its_levels(finance: httpx.AsyncClient, database: TestDatabase) -> None:
    year = 2022
    for level, amount in LEVELS:
        source = await make_source(finance, yuan(amount), level=level, year=year)
        await make_allocation(finance, yuan(amount), source_id=source["id"], region_code="231226")
    sources = await listed(finance, "/v1/sources", year=year)
    assert {source["level"]: source["amount"] for source in sources} == {
        "central": "31380000.00",
        "province": "25010000.00",
        "county": "21000000.00",
    }
    allocations = await listed(finance, "/v1/allocations", year=year)
    assert sum(Decimal(allocation["amount"]) for allocation in allocations) == 7739 * TEN_THOUSAND
    await assert_balances_are_the_entries(database)


@pytest.mark.parametrize("ten_thousands", ["6172.2415085", "0.0000001"])
async def test_what_is_finer_than_a_fen_is_refused_not_rounded(
    finance: httpx.AsyncClient, ten_thousands: str
) -> None:
    amount = f"{Decimal(ten_thousands) * TEN_THOUSAND:f}"
    body = {"level": "city", "year": 2022, "document_no": "1", "amount": amount}
    refused = await finance.post("/v1/sources", json=body)
    assert refused.status_code == 422
    assert [error["code"] for error in refused.json()["errors"]] == ["amount_too_precise"]
