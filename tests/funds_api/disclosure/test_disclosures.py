"""What anybody may read: the named columns, of one county, and nobody's name."""

import io
import re
from base64 import b64encode
from hashlib import sha256
from html import unescape

import httpx
import openpyxl

from shared.tables.content_types import MEDIA_TYPES
from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.funds import make_allocation, make_payment, make_source, started_project

#: Adding one needs thought: what is published cannot be taken back.
COLUMNS = {
    "kind",
    "id",
    "county_code",
    "year",
    "region_code",
    "region_name",
    "level",
    "document_no",
    "name",
    "purpose",
    "state",
    "amount",
    "paid",
    "first_shown_on",
}

PAYEE = "司马长风"


def anybody(funds: RunningService) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(funds.app), base_url="http://test")


async def one_of_each(finance: httpx.AsyncClient, year: int) -> dict[str, str]:
    source = await make_source(finance, "100.00", year=year)
    allocation = await make_allocation(finance, "60.00", source_id=source["id"])
    project = await started_project(finance, (allocation["id"], "50.00"), year=year)
    await make_payment(finance, project["id"], "20.00", payee=PAYEE, reference=f"付{PAYEE}")
    return {"source": source["id"], "allocation": allocation["id"], "project": project["id"]}


async def test_all_levels_and_uses_are_public_and_the_payee_is_not(
    funds: RunningService, finance: httpx.AsyncClient
) -> None:
    ids = await one_of_each(finance, 2026)
    async with anybody(funds) as reader:
        answer = await reader.get("/v1/disclosures", params={"county": "231226000000", "year": 2026})
    assert answer.status_code == 200
    items = answer.json()["items"]
    assert {item["kind"]: item["id"] for item in items} == ids
    assert all(set(item) == COLUMNS for item in items)
    assert [(item["amount"], item["paid"]) for item in items] == [
        ("100.00", None),
        ("60.00", "20.00"),
        ("50.00", "20.00"),
    ]
    assert items[1]["region_name"] == "绥棱镇"
    assert items[2]["state"] == "started"
    assert PAYEE not in answer.text


async def test_every_county_or_the_named_one_or_a_place_in_it(
    funds: RunningService, finance: httpx.AsyncClient
) -> None:
    ids = await one_of_each(finance, 2029)
    async with anybody(funds) as reader:

        async def found(**query: str) -> dict[str, str]:
            answer = await reader.get("/v1/disclosures", params={"year": "2029", **query})
            assert {item["county_code"] for item in answer.json()["items"]} <= {"231226"}
            return {item["kind"]: item["id"] for item in answer.json()["items"]}

        assert await found() == await found(county="231226") == await found(region="2312") == ids
        town = {kind: ids[kind] for kind in ("allocation", "project")}
        assert await found(region="231226100") == town
        assert await found(region="231226100", county="231226") == town
        assert await found(county="231225") == await found(region="41") == {}
        assert await found(county="231226", region="231225100") == {}
        refused = await reader.get("/v1/disclosures", params={"county": "2312"})
        assert (refused.status_code, refused.json()["code"]) == (422, "county_required")
        assert (await reader.get("/v1/disclosures?county=x")).status_code == 422


async def test_a_browser_gets_a_page_to_print(funds: RunningService, finance: httpx.AsyncClient) -> None:
    await one_of_each(finance, 2030)
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    query = {"year": "2030", "limit": "2"}
    async with anybody(funds) as reader:
        first = await reader.get("/v1/disclosures", params=query, headers=browser)
        assert first.headers["content-type"] == "text/html; charset=utf-8"
        assert first.text.count("<tr>") == 1 + 2
        [address] = re.findall(r'<a href="([^"]+)"', first.text)
        last = await reader.get(f"/v1/disclosures{unescape(address)}", headers=browser)
        none = await reader.get("/v1/disclosures?year=2031", headers=browser)
    assert "木耳大棚建设" in last.text
    assert "下一页" not in last.text
    assert PAYEE not in first.text + last.text
    [style] = re.findall("<style>(.*)</style>", first.text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in first.headers["content-security-policy"]
    assert first.headers["vary"] == "Accept"
    assert "没有符合条件" in none.text


async def test_pages_and_kinds(funds: RunningService, finance: httpx.AsyncClient) -> None:
    ids = await one_of_each(finance, 2027)
    query = {"county": "231226", "year": "2027", "limit": "1"}
    seen = []
    async with anybody(funds) as reader:
        while True:
            answer = (await reader.get("/v1/disclosures", params=query)).json()
            seen += [item["id"] for item in answer["items"]]
            if answer["next_cursor"] is None:
                break
            query["cursor"] = answer["next_cursor"]
        only = await reader.get("/v1/disclosures?county=231226&year=2027&kind=project")
    assert seen == [ids["source"], ids["allocation"], ids["project"]]
    assert [item["id"] for item in only.json()["items"]] == [ids["project"]]


async def test_the_spreadsheet_has_the_same_rows_in_words(
    funds: RunningService, finance: httpx.AsyncClient
) -> None:
    await one_of_each(finance, 2028)
    async with anybody(funds) as reader:
        answer = await reader.get(
            "/v1/disclosures?county=231226&year=2028", headers={"Accept": MEDIA_TYPES["xlsx"]}
        )
    assert answer.headers["content-type"] == MEDIA_TYPES["xlsx"]
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    header, source, allocation, project = rows
    assert header[:4] == ("类别", "年度", "区划代码", "单位")
    assert (source[0], source[4], source[9]) == ("资金来源", "中央", 100)
    assert (allocation[0], allocation[3], allocation[7]) == ("指标", "绥棱镇", "产业")
    assert (project[0], project[6], project[8], project[10]) == ("项目", "木耳大棚建设", "开工", 20)
    assert PAYEE not in str(rows)


async def test_no_token_is_needed_only_here(funds: RunningService, database: TestDatabase) -> None:
    async with anybody(funds) as reader:
        for path in ("sources", "allocations", "projects", "payments", "progress", "industry-share"):
            assert (await reader.get(f"/v1/{path}")).status_code == 401
