"""The week's, month's and quarter's tables, as people open them."""

import io
from typing import Any

import httpx
import openpyxl
import pytest
import pytest_asyncio
from pypdf import PdfReader

from shared.documents.responses import MEDIA_TYPES
from tests.factories.funds import (
    created,
    make_allocation,
    make_payment,
    make_source,
    project_body,
    started_project,
)

WAN = "0000.00"


async def read(client: httpx.AsyncClient, kind: str, as_of: str, form: Any = "json") -> httpx.Response:
    answer = await client.get(
        f"/v1/fund-reports/{kind}", params={"as_of": as_of}, headers={"Accept": MEDIA_TYPES[form]}
    )
    assert answer.status_code == 200, answer.text
    return answer


def blocks(report: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [block for block in report["blocks"] if block["type"] == kind]


@pytest_asyncio.fixture(scope="module", autouse=True)
async def money(finance: httpx.AsyncClient) -> None:
    """504.22 million of which 211.8583 million are paid by the end of April, as a published notice has it."""
    source = await make_source(finance, "504220000.00", year=2026)
    first = await make_allocation(finance, "400000000.00", source_id=source["id"])
    second = await make_allocation(finance, "104220000.00", source_id=source["id"], region_code="231226101")
    project = await started_project(finance, (first["id"], "400000000.00"))
    await make_payment(finance, project["id"], "200000000.00", paid_on="2026-03-31")
    await make_payment(finance, project["id"], "11858300.00", paid_on="2026-04-28")
    await started_project(finance, (second["id"], "104220000.00"), region_code="231226101", name="饮水管网")
    await created(finance, "/v1/projects", project_body())


async def test_the_month(finance: httpx.AsyncClient) -> None:
    report = (await read(finance, "monthly", "2026-04-30")).json()
    assert report["title"] == "绥棱县2026年4月衔接资金支出进度月通报"
    said = blocks(report, "paragraph")[0]["text"]
    assert said == (
        "截至4月30日，2026年度共下达指标50,422.00万元，已支付21,185.83万元，支付率42.02%，"
        "快于序时进度8.68个百分点。4月底应支付30.00%，已达到节点要求。4月1日以来支付1,185.83万元。"
    )
    tables = {table["title"]: table for table in blocks(report, "table")}
    assert tables["各级资金支付进度"]["rows"][-1] == ["合计", "50422.00", "21185.83", 0.4202]
    units = tables["各单位支付进度"]["rows"]
    assert [row[:3] for row in units] == [[1, "绥棱镇", "40000.00"], [2, "上集镇", "10422.00"]]
    assert [row[:2] for row in tables["按规则提示的单位（发不发牌由人决定）"]["rows"]] == [["上集镇", "红牌"]]
    assert "项目进展" not in tables
    (chart,) = blocks(report, "chart")
    assert chart["labels"] == ["绥棱镇", "上集镇"]


async def test_the_week_and_the_quarter(finance: httpx.AsyncClient) -> None:
    week = (await read(finance, "weekly", "2026-04-30")).json()
    tables = {table["title"]: table for table in blocks(week, "table")}
    assert tables["项目进展"]["rows"] == [["储备", 1], ["开工", 2]]
    assert tables["已安排资金尚未支付的项目"]["rows"] == [["饮水管网", "上集镇", "10422.00"]]
    assert "4月24日以来支付1,185.83万元" in blocks(week, "paragraph")[0]["text"]
    quarter = (await read(finance, "quarterly", "2026-06-30")).json()
    assert quarter["title"] == "绥棱县2026年第二季度衔接资金和项目季调度表"
    tables = {table["title"]: table for table in blocks(quarter, "table")}
    assert tables["各级资金用于产业的比例"]["rows"] == [["中央", "50422.00", 1.0, 0.65, "是"]]


async def test_a_year_without_money(finance: httpx.AsyncClient) -> None:
    report = (await read(finance, "monthly", "2019-04-30")).json()
    assert blocks(report, "paragraph")[0]["text"] == "截至4月30日，2019年度尚未下达衔接资金指标。"


@pytest.mark.parametrize("form", ["xlsx", "pdf", "docx"])
async def test_as_documents(finance: httpx.AsyncClient, form: str) -> None:
    answer = await read(finance, "quarterly", "2026-04-30", form)
    assert answer.headers["content-type"] == MEDIA_TYPES[form]  # type: ignore[index]
    if form == "xlsx":
        cells = {
            cell.value
            for sheet in openpyxl.load_workbook(io.BytesIO(answer.content))
            for row in sheet.iter_rows()
            for cell in row
        }
        assert {"绥棱镇", "上集镇", "饮水管网"} <= cells
    elif form == "pdf":
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)
        plain = text.replace("\x00", "").replace("\n", "")
        assert "21,185.83" in plain
        assert "季调度表" in plain


async def test_a_township_reads_of_itself(township: httpx.AsyncClient) -> None:
    report = (await read(township, "monthly", "2026-04-30")).json()
    units = next(table for table in blocks(report, "table") if table["title"] == "各单位支付进度")
    assert [row[1] for row in units["rows"]] == ["绥棱镇"]
