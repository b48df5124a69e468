"""The pack of a departments' conference, and what it concluded."""

import asyncio
from io import BytesIO
from typing import Any

import httpx
from openpyxl import load_workbook

from services.warning_api.conferences.composition import Pack
from shared.documents import Chart, Paragraph, Table
from shared.documents.responses import MEDIA_TYPES
from tests.factories.warnings import new_id_number, record, registered
from tests.warning_api.bulletins.figures_of_a_period import busy, figures, row
from tests.warning_api.conftest import County, got, problem

QUARTER = "2026-Q4"


def month(illness: int, housing: int) -> dict[str, list[dict[str, Any]]]:
    both = illness + housing
    return {
        "department": [row("YB", "医保局", **busy(both, closed=both - 3))],
        "township": [row("231226100", "绥棱镇", **busy(both))],
        "risk_type": [
            row("illness", "因病", **busy(illness)),
            row("unsafe_housing", "住房安全", **busy(housing)),
        ],
    }


def test_kinds_and_places_stand_beside_the_last_quarter_and_a_year_ago() -> None:
    loop = {"2026-10": month(10, 1), "2026-11": month(10, 2), "2026-08": month(5, 9), "2025-12": month(2, 0)}
    pack = Pack(figures("quarterly", QUARTER, loop))
    tables = {block.title: block for block in pack.blocks() if isinstance(block, Table)}
    kinds = tables["各风险类型预警数与以前各期比较（条）"]
    assert [column.name for column in kinds.columns] == ["风险类型", "本季度", "上季度", "上年同期"]
    assert kinds.rows == (("因病", 20, 5, 2), ("住房安全", 3, 9, 0))
    assert tables["各乡镇预警数与以前各期比较（条）"].rows == (("绥棱镇", 23, 14, 2),)
    assert tables["待部门落实的预警（条）"].rows == (("医保局", 23, 17, 6),)
    said = "".join(block.text for block in pack.blocks() if isinstance(block, Paragraph))
    assert "预警最多的风险类型为因病，共20条，比上季度增加15条，增长300.0%，比上年同期增加18条" in said
    assert "尚未办结的预警6条，涉及医保局。" in said
    assert pack.agenda()[1:] == [
        "研判预警增加的风险类型：因病",
        "逐部门研究待落实事项，明确办结时限",
        "确定下一步措施和责任分工",
    ]


def test_without_earlier_periods_nothing_is_compared() -> None:
    pack = Pack(figures("quarterly", QUARTER, {"2026-11": month(10, 2)}))
    charts = [block for block in pack.blocks() if isinstance(block, Chart)]
    assert all(len(chart.series) == 1 for chart in charts)
    assert not any("上季度" in block.text for block in pack.blocks() if isinstance(block, Paragraph))
    empty = Pack(figures("quarterly", QUARTER, {}))
    assert [type(block).__name__ for block in empty.blocks()] == ["Heading", "Paragraph"]


async def prepared(county: County, **wanted: Any) -> dict[str, Any]:
    answer = await county.bureau.post("/v1/conferences", json={"quarter": QUARTER, **wanted})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_conclusions_are_recorded_and_the_pack_stays(county: County) -> None:
    number = new_id_number()
    county.registry.persons[number] = registered()
    await county.push(county.yb, "B1", [record("1", id_number=number)])
    made = await prepared(county)
    assert made["state"] == "prepared"
    assert made["agenda"][0] == "通报2026年第四季度预警推送、核查和办结情况"
    path = f"/v1/conferences/{made['id']}"
    conclusions = [{"text": "医保局月底前办结", "org_code": "YB", "due_on": "2026-11-30"}]
    early = await county.bureau.patch(path, json={"conclusions": conclusions}, headers={"If-Match": '"1"'})
    assert problem(early) == (409, "not_held_yet")
    answer = await county.bureau.patch(
        path,
        json={"held_on": "2026-11-08", "agenda": ["研究医保"], "conclusions": conclusions},
        headers={"If-Match": '"1"'},
    )
    assert answer.status_code == 200, answer.text
    held = answer.json()
    assert (held["state"], held["version"], held["conclusions"]) == ("concluded", 2, conclusions)
    blocks = held["document"]["blocks"]
    assert blocks[1]["text"] == "1．研究医保。"
    assert blocks[-1]["rows"] == [[1, "医保局月底前办结", "医保局", "2026-11-30"]]
    await county.new_task()
    again = await got(county.bureau, path)
    assert again["document"] == held["document"]
    answer = await county.bureau.get(path, headers={"Accept": MEDIA_TYPES["xlsx"]})
    book = load_workbook(BytesIO(answer.content))
    found = {sheet["A1"].value: [cell.value for cell in sheet[3]] for sheet in book.worksheets[1:]}
    assert found["各风险类型预警数与以前各期比较（条）"] == ["因病", 1]
    (line,) = (await got(county.bureau, "/v1/conferences", quarter=QUARTER))["items"]
    assert line["held_on"] == "2026-11-08"


async def test_one_pack_of_a_quarter_is_worked_on(county: County) -> None:
    """Its figures can be taken anew until it is concluded; then another may be prepared."""
    answers = await asyncio.gather(
        *(county.bureau.post("/v1/conferences", json={"quarter": QUARTER}) for _ in range(3))
    )
    (made,) = [answer.json() for answer in answers if answer.status_code == 201]
    refused = [answer for answer in answers if answer.status_code != 201]
    assert [problem(answer) for answer in refused] == [(409, "draft_exists")] * 2
    assert {answer.json()["id"] for answer in refused} == {made["id"]}
    await prepared(county, quarter="2026-Q3")
    path = f"/v1/conferences/{made['id']}"

    async def edited(**change: Any) -> httpx.Response:
        return await county.bureau.patch(path, json=change, headers={"If-Match": "*"})

    await edited(agenda=["研究医保"])
    assert "因病" not in str(made["document"])
    await county.new_task()
    fresh = (await edited(refresh=True)).json()
    assert "因病" in str(fresh["document"])
    assert (fresh["agenda"], fresh["version"]) == (["研究医保"], 3)
    await edited(held_on="2026-11-08", conclusions=[{"text": "月底前办结"}])
    assert problem(await edited(refresh=True)) == (409, "already_concluded")
    assert (await prepared(county))["id"] != made["id"]


async def test_what_is_refused(county: County) -> None:
    made = await prepared(county, agenda=[])
    assert made["agenda"] == []
    path = f"/v1/conferences/{made['id']}"

    async def refused(change: dict[str, Any], tag: str = "*") -> tuple[int, str]:
        return problem(await county.bureau.patch(path, json=change, headers={"If-Match": tag}))

    assert await refused({"held_on": "2026-11-09"}) == (409, "not_held_yet")
    assert await refused({"agenda": ["甲"]}, '"2"') == (412, "stale_version")
    assert (await refused({}))[0] == 422
    stranger = [{"text": "甲", "org_code": "XX"}]
    assert (await refused({"held_on": "2026-11-08", "conclusions": stranger}))[1] == "unknown_department"
    later = await county.bureau.post("/v1/conferences", json={"quarter": "2027-Q1"})
    assert problem(later) == (409, "quarter_not_begun")
    for other in (county.yb, county.township, county.caller("supervisor", "SH", "2312")):
        assert (await other.get(path)).status_code == 403
    neighbour = county.caller("county", "NYNC", "231225")
    assert (await neighbour.get(path)).status_code == 404
