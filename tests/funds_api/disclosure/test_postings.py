"""What was put up on the spot, what was not in time, and the page of one village with a code to scan."""

import re
from uuid import uuid4

import httpx

from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.funds import created, make_allocation, make_source, started_project
from tests.funds_api.disclosure.test_disclosures import anybody

VILLAGE = "231226100201"


async def backdate(database: TestDatabase, days: int) -> None:
    owner = await database.connect()
    for table in ("allocation", "project"):
        await owner.execute(
            f"UPDATE funds.{table} SET created_at = created_at - make_interval(days => {days})"
        )
    await owner.close()


async def test_what_is_not_put_up_in_time_is_found(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    source = await make_source(finance, "1000.00", year=2026)
    county = await make_allocation(finance, "500.00", source_id=source["id"], region_code="231226")
    township = await make_allocation(finance, "100.00", source_id=source["id"])
    project = await started_project(finance, (county["id"], "50.00"))
    assert (await finance.get("/v1/disclosure-findings")).json()["items"] == []
    await backdate(database, 12)
    found = (await finance.get("/v1/disclosure-findings")).json()["items"]
    assert {each["subject_id"]: (each["kind"], each["overdue_days"]) for each in found} == {
        township["id"]: ("allocation", 2),
        project["id"]: ("project", 2),
    }
    posting = {
        "kind": "project",
        "subject_id": project["id"],
        "posted_on": "2026-11-08",
        "place": "村务公开栏",
    }
    made = await created(finance, "/v1/disclosure-postings", posting)
    assert made["region_code"] == VILLAGE
    found = (await finance.get("/v1/disclosure-findings")).json()["items"]
    assert [each["subject_id"] for each in found] == [township["id"]]
    future = await finance.post("/v1/disclosure-postings", json={**posting, "posted_on": "2026-11-09"})
    assert (future.status_code, future.json()["errors"][0]["code"]) == (422, "date_in_future")
    unknown = await finance.post("/v1/disclosure-postings", json={**posting, "subject_id": str(uuid4())})
    assert unknown.status_code == 404
    listed = (await finance.get("/v1/disclosure-postings")).json()["items"]
    assert [each["place"] for each in listed] == ["村务公开栏"]


async def test_the_page_of_a_village_has_a_code_to_scan(
    funds: RunningService, finance: httpx.AsyncClient
) -> None:
    async with anybody(funds) as reader:
        page = await reader.get(
            "/v1/disclosures", params={"region": VILLAGE, "limit": 1}, headers={"Accept": "text/html"}
        )
        whole = await reader.get("/v1/disclosures", headers={"Accept": "text/html"})
        nothing = await reader.get(
            "/v1/disclosures", params={"region": VILLAGE, "year": 2001}, headers={"Accept": "text/html"}
        )
        items = (await reader.get("/v1/disclosures", params={"region": VILLAGE})).json()["items"]
        province = await reader.get(
            "/v1/disclosures", params={"region": "23"}, headers={"Accept": "text/html"}
        )
    assert "<h1>黑龙江省衔接资金公告公示</h1>" in province.text
    assert "<h1>东方红村委会衔接资金公告公示</h1>" in page.text
    assert "<h1>东方红村委会衔接资金公告公示</h1>" in nothing.text
    assert page.text.count('<svg width="') == 1
    assert "http://test/v1/disclosures?region=231226100201" in page.text
    assert not re.search(r" style=|<script", page.text)
    assert "<svg" not in whole.text
    assert {item["first_shown_on"] for item in items} == {"2026-10-27"}
