"""Projects: what they take from allocations, how they go on, and who sees them."""

import httpx

from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.funds import created, make_allocation, move, project_body


async def test_a_project_takes_from_several_allocations(finance: httpx.AsyncClient) -> None:
    first = await make_allocation(finance, "100.00")
    second = await make_allocation(finance, "50.00", region_code="231226")
    project = await created(
        finance, "/v1/projects", project_body((first["id"], "60.00"), (second["id"], "50.00"))
    )
    assert (project["state"], project["budget"], project["available"]) == ("reserve", "110.00", "110.00")
    assert [part["allocation_id"] for part in project["allocations"]] == [first["id"], second["id"]]
    left = [(await finance.get(f"/v1/allocations/{each['id']}")).json() for each in (first, second)]
    assert [each["available"] for each in left] == ["40.00", "0.00"]


async def test_nothing_is_taken_when_one_allocation_has_too_little(finance: httpx.AsyncClient) -> None:
    first = await make_allocation(finance, "100.00")
    second = await make_allocation(finance, "50.00")
    body = project_body((first["id"], "60.00"), (second["id"], "50.01"))
    refused = await finance.post("/v1/projects", json=body)
    assert refused.status_code == 409
    assert refused.json()["code"] == "insufficient_allocation"
    assert refused.json()["available"] == "50.00"
    assert refused.json()["allocation_id"] == second["id"]
    assert (await finance.get(f"/v1/allocations/{first['id']}")).json()["available"] == "100.00"


async def test_a_budget_covers_at_least_the_allocations(finance: httpx.AsyncClient) -> None:
    allocation = await make_allocation(finance, "100.00")
    body = project_body((allocation["id"], "100.00"))
    refused = await finance.post("/v1/projects", json=body | {"budget": "99.99"})
    assert (refused.status_code, refused.json()["code"]) == (422, "budget_below_allocations")
    made = await created(finance, "/v1/projects", body | {"budget": "120.00"})
    assert (made["budget"], made["available"]) == ("120.00", "100.00")


async def test_an_allocation_stands_once_in_a_project(finance: httpx.AsyncClient) -> None:
    allocation = await make_allocation(finance, "100.00")
    body = project_body((allocation["id"], "10.00"), (allocation["id"], "20.00"))
    refused = await finance.post("/v1/projects", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "duplicate_allocation")
    assert refused.json()["errors"][0]["pointer"] == "/allocations/1/allocation_id"


async def test_a_project_may_wait_in_the_library_without_money(finance: httpx.AsyncClient) -> None:
    project = await created(finance, "/v1/projects", project_body(budget="10.00"))
    assert (project["budget"], project["allocated"], project["allocations"]) == ("10.00", "0.00", [])


async def test_a_transition_needs_the_version_that_was_read(finance: httpx.AsyncClient) -> None:
    project = await created(finance, "/v1/projects", project_body())
    path = f"/v1/projects/{project['id']}/transitions"
    assert (await finance.post(path, json={"to": "started"})).status_code == 428
    moved = await finance.post(path, json={"to": "started"}, headers={"If-Match": '"1"'})
    assert (moved.status_code, moved.json()["state"], moved.headers["etag"]) == (200, "started", '"2"')
    stale = await finance.post(path, json={"to": "under_construction"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")


async def test_a_project_cannot_skip_a_state_or_go_back(finance: httpx.AsyncClient) -> None:
    project = await created(finance, "/v1/projects", project_body())
    for to in ("started", "under_construction", "completed", "accepted", "asset"):
        skipped = await move(finance, project, "reserve")
        assert (skipped.status_code, skipped.json()["code"]) == (409, "illegal_transition")
        assert skipped.json()["allowed"][0] == to
        project = (await move(finance, project, to)).json()
    assert (await move(finance, project, "started")).json()["allowed"] == []
    unknown = await move(finance, project, "abandoned")
    assert unknown.status_code == 422


async def test_an_appraisal_is_needed_only_where_the_county_says_so(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    project = await created(finance, "/v1/projects", project_body())
    owner = await database.connect()
    await owner.execute(
        "INSERT INTO funds.parameter"
        " SELECT county_code, name, 2, '2026-11-01', 'true', source, set_by, set_at FROM funds.parameter"
        " WHERE name = 'appraisal_required'"
    )
    try:
        refused = await move(finance, project, "started")
        assert (refused.status_code, refused.json()["code"]) == (409, "appraisal_required")
        moved = await move(finance, project, "started", appraisal_document_no="评审〔2026〕3号")
        assert moved.json()["appraisal_document_no"] == "评审〔2026〕3号"
        further = await move(finance, moved.json(), "under_construction")
        assert further.json()["appraisal_document_no"] == "评审〔2026〕3号"
    finally:
        await owner.execute("DELETE FROM funds.parameter WHERE name = 'appraisal_required' AND version = 2")
        await owner.close()


async def test_a_township_sees_its_own_projects(
    finance: httpx.AsyncClient, township: httpx.AsyncClient
) -> None:
    own = await created(finance, "/v1/projects", project_body(year=2031))
    other = await created(finance, "/v1/projects", project_body(year=2031, region_code="231226101200"))
    listed = (await township.get("/v1/projects", params={"year": 2031})).json()["items"]
    assert [item["id"] for item in listed] == [own["id"]]
    assert (await township.get(f"/v1/projects/{own['id']}")).status_code == 200
    assert (await township.get(f"/v1/projects/{other['id']}")).status_code == 404
    assert (await move(township, own, "started")).status_code == 403
    by_region = await finance.get("/v1/projects", params={"year": 2031, "region": "231226101"})
    assert [item["id"] for item in by_region.json()["items"]] == [other["id"]]


async def test_an_allocation_out_of_reach_is_not_found(
    funds: RunningService, finance: httpx.AsyncClient
) -> None:
    allocation = await make_allocation(finance, "10.00", region_code="231226101")
    async with funds.client("finance", "231226100", "231226100") as narrow:
        answer = await narrow.post("/v1/projects", json=project_body((allocation["id"], "1.00")))
    assert answer.status_code == 404


async def test_projects_are_listed_by_state_and_category(finance: httpx.AsyncClient) -> None:
    waiting = await created(finance, "/v1/projects", project_body(year=2032))
    going = await created(finance, "/v1/projects", project_body(year=2032, category="livelihood"))
    await move(finance, going, "started")
    for query, expected in (({"state": "reserve"}, waiting), ({"category": "livelihood"}, going)):
        items = (await finance.get("/v1/projects", params={"year": 2032, **query})).json()["items"]
        assert [item["id"] for item in items] == [expected["id"]]
