"""Lists of problems that were filed already."""

import asyncio
import csv
import io
from typing import Any
from uuid import uuid4

import httpx
import openpyxl
import pytest

from shared.tables.content_types import MEDIA_TYPES
from tests.factories.inspection import finding
from tests.factories.warnings import OTHER_VILLAGE
from tests.warning_api.conftest import County, MakeCounty, got
from tests.warning_api.rectification.test_problems import filed, step

XLSX, CSV = MEDIA_TYPES["xlsx"], "text/csv"
ROWS = [
    ["检查名称", "发现日期", "责任乡镇", "责任部门", "问题描述", "处理结果"],
    ["市级暗访", "2026-11-03", "上集镇", "住建局", "危房未腾退", ""],
    ["市级暗访", "2026-11-03", "上集镇", "住建局", "危房未拆除", ""],
]


def table(*rows: list[str]) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


async def sent(
    county: County, content: bytes, kind: str = CSV, accept: str = "application/json"
) -> httpx.Response:
    headers = {"Content-Type": kind, "Accept": accept}
    answer = await county.bureau.post("/v1/problems", content=content, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer


async def listed(county: County, *items: Any) -> list[tuple[str, str | None]]:
    """Status and id of each item of a JSON list."""
    answer = await county.bureau.post("/v1/problems", json={"items": items})
    assert answer.status_code == 201, answer.text
    return [(item["status"], item["id"]) for item in answer.json()["items"]]


async def all_ids(county: County) -> list[str]:
    return [item["id"] for item in (await got(county.bureau, "/v1/problems", limit=500))["items"]]


@pytest.mark.parametrize("kind", [XLSX, CSV])
async def test_the_list_to_work_through_files_nothing_anew(county: County, kind: str) -> None:
    """Whatever has become of its problems, and past what day they are due."""
    mine, other = await filed(county), await filed(county, region_code=OTHER_VILLAGE, org_code="ZJ")
    await step(county.bureau, other, "withdrawn", text="重复交办")
    answer = await county.bureau.get("/v1/problems", headers={"Accept": kind})
    body = (await sent(county, answer.content, kind)).json()
    assert [(item["status"], item["id"]) for item in body["items"]] == [
        ("duplicate", mine["id"]),
        ("duplicate", other["id"]),
    ]
    assert (body["accepted"], body["duplicate"], body["rejected"]) == (0, 2, 0)
    assert await all_ids(county) == [mine["id"], other["id"]]


async def test_the_same_table_is_filed_once(county: County) -> None:
    first = (await sent(county, table(*ROWS, ROWS[1]))).json()
    assert [item["status"] for item in first["items"]] == ["accepted", "accepted", "duplicate"]
    ids = [item["id"] for item in first["items"]]
    assert ids[2] == ids[0] != ids[1]
    again = (await sent(county, table(*ROWS, ROWS[1]))).json()
    assert [(item["status"], item["id"]) for item in again["items"]] == [("duplicate", id_) for id_ in ids]
    assert await all_ids(county) == ids[:2]


async def test_the_same_table_sent_at_once_is_filed_once(county: County) -> None:
    answers = await asyncio.gather(*(sent(county, table(*ROWS)) for _ in range(4)))
    assert sorted(answer.json()["accepted"] for answer in answers) == [0, 0, 0, 2]
    assert len(await all_ids(county)) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"source": "quality"},
        {"source_name": "2026年市级督查"},
        {"found_on": "2026-11-03"},
        {"region_code": OTHER_VILLAGE},
        {"org_code": "ZJ"},
        {"description": "李四家大病救助未落实"},
        {"household_id": "018f0000-0000-7000-8000-000000000001"},
    ],
)
async def test_what_differs_is_another_problem(common: County, fields: dict[str, Any]) -> None:
    found = await filed(common)
    ((status, id_),) = await listed(common, finding(**fields))
    assert (status, id_ == found["id"]) == ("accepted", False)


async def test_a_withdrawn_problem_can_be_filed_again(common: County) -> None:
    item = finding(source_name="撤销后重报")
    found = await filed(common, **item)
    assert await listed(common, item) == [("duplicate", found["id"])]
    await step(common.bureau, found, "withdrawn", text="交办有误")
    ((status, id_),) = await listed(common, item)
    assert (status, id_ == found["id"]) == ("accepted", False)


async def test_a_number_that_is_not_ours_says_nothing(make_county: MakeCounty) -> None:
    county = await make_county()
    found = await filed(county)
    other = finding(source_name="另一次检查")
    items = [{**other, "id": id_} for id_ in ("SJ-001", 7, str(uuid4()))]
    assert [status for status, _ in await listed(county, *items)] == ["accepted", "duplicate", "duplicate"]
    assert await listed(county, {**other, "id": found["id"]}) == [("duplicate", found["id"])]


async def test_the_table_comes_back_with_what_became_of_each_row(common: County) -> None:
    wrong = ["市级暗访", "2026-11-31", "上集镇", "住建局", "", "上次的结果"]
    answer = await sent(common, table(*ROWS, ROWS[1], wrong), accept=XLSX)
    assert answer.headers["content-type"] == XLSX
    lines = [
        [cell.value for cell in row]
        for row in openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows()
    ]
    assert lines[0] == ROWS[0]
    said = [line[-1] for line in lines[1:]]
    assert said[:3] == ["已受理", "已受理", "与已上报的一致，未重复登记"]
    assert said[3].startswith("未受理：") and "发现日期：" in said[3] and "问题描述：" in said[3]
    back = await sent(common, answer.content, XLSX, CSV)
    assert back.headers["content-type"].startswith(CSV)
    assert back.content.decode("utf-8-sig").count("未重复登记") == 3


async def test_a_word_that_is_none_is_refused_with_the_words_there_are(common: County) -> None:
    rows = [["检查级别", *ROWS[0]], ["乡级", *ROWS[1]]]
    (item,) = (await sent(common, table(*rows))).json()["items"]
    assert item["errors"] == [
        {
            "field": "source_level",
            "code": "not_a_choice",
            "message": "检查级别：应为国家级、省级、市级、县级之一",
        }
    ]
