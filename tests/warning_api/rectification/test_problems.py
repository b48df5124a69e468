"""Problems from filing to acceptance, over HTTP."""

import csv
import io
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import openpyxl
import pytest

from services.warning_api import worker
from services.warning_api.deadlines import tell_deadlines
from services.warning_api.rectification import service
from shared.auth import Grant
from shared.tables.content_types import MEDIA_TYPES
from tests.factories.files import photo
from tests.factories.inspection import finding
from tests.factories.warnings import COUNTY, OTHER_VILLAGE, VILLAGE
from tests.warning_api.conftest import County, MakeCounty, got, problem

XLSX = MEDIA_TYPES["xlsx"]


def checker(county: County) -> httpx.AsyncClient:
    return county.caller("county", "NYNC", COUNTY, name="county-checker")


async def filed(county: County, **fields: Any) -> dict[str, Any]:
    answer = await county.bureau.post("/v1/problems", json=finding(**fields))
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"/v1/problems/{answer.json()['id']}"
    body: dict[str, Any] = answer.json()
    return body


async def step(
    client: httpx.AsyncClient, found: dict[str, Any], to: str, if_match: str | None = "*", **fields: Any
) -> httpx.Response:
    headers = {} if if_match is None else {"If-Match": if_match}
    body = {"to": to, "text": "已上门办理救助，附凭证", **fields}
    return await client.post(f"/v1/problems/{found['id']}/transitions", json=body, headers=headers)


async def upload(client: httpx.AsyncClient, about: str) -> httpx.Response:
    return await client.post(
        "/v1/attachments",
        params={"about": about},
        content=photo(),
        headers={"Content-Type": "image/jpeg"},
    )


async def uploaded(client: httpx.AsyncClient, about: str) -> str:
    """The id of a photo that was taken in."""
    answer = await upload(client, about)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def states(found: dict[str, Any]) -> dict[str, str]:
    return {part["party"]: part["state"] for part in found["parts"]}


async def test_both_parties_rectify_and_the_county_checks(common: County) -> None:
    found = await filed(common)
    assert (found["state"], found["due_on"], found["township_code"]) == (
        "assigned",
        "2026-12-08",
        "231226100",
    )
    assert [part["name"] for part in found["parts"]] == ["医保局", "绥棱镇"]
    assert found["description"] == "张三家大病救助未落实"
    by_department = await step(common.yb, found, "rectified")
    assert by_department.status_code == 200, by_department.text
    assert states(by_department.json()) == {"department": "rectified", "township": "assigned"}
    assert by_department.json()["state"] == "assigned"
    evidence = await uploaded(common.township, f"problem/{found['id']}")
    by_township = await step(common.township, found, "rectified", attachments=[evidence])
    assert (by_township.status_code, by_township.json()["state"]) == (200, "rectified")
    back = await step(common.bureau, found, "returned", party="township", text="缺少入户照片")
    assert states(back.json()) == {"department": "rectified", "township": "returned"}
    assert back.json()["parts"][1]["returns"] == 1
    assert back.headers["etag"] == f'"{back.json()["version"]}"'
    await step(common.township, found, "rectified")
    done = await step(common.bureau, found, "accepted")
    assert (done.json()["state"], states(done.json())) == (
        "accepted",
        {"department": "accepted", "township": "accepted"},
    )
    assert done.json()["closed_at"] is not None
    history = [(one["party"], one["state"], one["text"]) for one in done.json()["history"]]
    assert history[1:3] == [
        ("township", "rectified", "已上门办理救助，附凭证"),
        ("township", "returned", "缺少入户照片"),
    ]
    assert done.json()["history"][1]["attachments"] == [evidence]
    told = await common.events(f"problem/{found['id']}")
    assert told == [("problem.assigned", 1), ("problem.returned", 4)]


async def test_what_a_state_does_not_allow_names_what_it_does(common: County) -> None:
    found = await filed(common)
    answer = await step(common.bureau, found, "accepted")
    assert problem(answer) == (409, "transition_not_allowed")
    assert answer.json()["allowed"] == {"department": ["withdrawn"], "township": ["withdrawn"]}
    steps = "“待整改”，下一步为已整改待核查（责任部门或乡镇填报）、已撤销（县级办理）"
    assert answer.json()["detail"] == f"不能转为“已销号”：部门现为{steps}；乡镇现为{steps}"
    assert problem(await step(common.bureau, found, "accepted", None)) == (428, "if_match_required")
    assert problem(await step(common.bureau, found, "accepted", '"9"')) == (412, "stale_version")
    assert problem(await step(common.yb, found, "rectified", text="")) == (422, "text_required")
    assert problem(await step(common.bureau, found, "rectified")) == (403, "party_answers")
    assert problem(await step(common.yb, found, "rectified", party="township")) == (403, "party_answers")
    assert problem(await step(common.yb, found, "accepted")) == (403, "county_decides")
    assert problem(await step(common.zj, found, "rectified")) == (404, "problem_not_found")
    assert problem(await step(common.other_township, found, "rectified")) == (404, "problem_not_found")
    assert (await got(common.bureau, f"/v1/problems/{found['id']}"))["version"] == 1


async def test_each_is_told_what_it_may_do_itself(common: County) -> None:
    found = await filed(common)

    async def offered(client: httpx.AsyncClient) -> dict[str, list[str]]:
        told = await got(client, f"/v1/problems/{found['id']}")
        return {part["party"]: part["allowed"] for part in told["parts"]}

    both = common.caller(
        "county", "NYNC", COUNTY, name="and-township", more=[Grant("township", "231226100", "231226100")]
    )
    assert await offered(common.bureau) == {"department": ["withdrawn"], "township": ["withdrawn"]}
    assert await offered(common.yb) == {"department": ["rectified"], "township": []}
    assert await offered(common.township) == {"department": [], "township": ["rectified"]}
    assert await offered(both) == {"department": ["withdrawn"], "township": ["rectified", "withdrawn"]}
    again = await step(common.township, found, "rectified")
    assert {part["party"]: part["allowed"] for part in again.json()["parts"]} == {
        "department": [],
        "township": [],
    }
    refused = await step(common.township, found, "rectified")
    assert (problem(refused)[0], refused.json()["allowed"]) == (409, {"department": [], "township": []})
    assert (await offered(common.bureau))["township"] == ["accepted", "returned"]
    await step(common.bureau, found, "withdrawn", party="department", text="交办有误")
    over = await step(common.bureau, found, "withdrawn", party="department", text="交办有误")
    assert "部门现为“已撤销”，不再变动" in over.json()["detail"]


async def test_evidence_belongs_to_the_problem_that_names_it(common: County) -> None:
    found, other = await filed(common), await filed(common)
    unknown = await step(common.yb, found, "rectified", attachments=[str(uuid4())])
    assert problem(unknown) == (422, "evidence_unusable")
    elsewhere = await uploaded(common.yb, f"problem/{other['id']}")
    assert problem(await step(common.yb, found, "rectified", attachments=[elsewhere]))[0] == 422
    assert problem(await upload(common.zj, f"problem/{found['id']}"))[0] == 404
    assert problem(await upload(common.other_township, f"problem/{found['id']}"))[0] == 404
    evidence = await uploaded(common.yb, f"problem/{found['id']}")
    taken = await step(common.yb, found, "rectified", attachments=[evidence])
    assert taken.json()["history"][0]["attachments"] == [evidence]
    assert (await common.bureau.get(f"/v1/attachments/{evidence}")).status_code == 200
    assert (await common.zj.get(f"/v1/attachments/{evidence}")).status_code == 404


async def test_who_rectified_cannot_check(common: County) -> None:
    """One person with both jobs, as small counties have."""
    both = common.caller(
        "county",
        "NYNC",
        COUNTY,
        name="both",
        more=[Grant("township", "231226100", "231226100")],
    )
    found = await filed(common, source="quality", org_code=None)
    assert (await step(both, found, "rectified")).status_code == 200
    assert problem(await step(both, found, "accepted")) == (409, "same_person")
    assert (await step(common.bureau, found, "accepted")).json()["state"] == "accepted"


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"found_on": "2026-11-09"}, "/found_on", "date_in_future"),
        ({"due_on": "2026-11-07"}, "/due_on", "date_in_past"),
        ({"region_code": "231227100"}, "/region_code", "unknown_region"),
        ({"region_code": "231226109"}, "/region_code", "unknown_region"),
        ({"org_code": "XX"}, "/org_code", "unknown_department"),
        ({"org_code": None}, "/org_code", "two_parties_needed"),
        ({"region_code": None}, "/region_code", "two_parties_needed"),
        ({"region_code": COUNTY}, "/org_code", "two_parties_needed"),
        ({"source": "other", "org_code": None, "region_code": None}, "/region_code", "party_needed"),
        ({"description": " "}, "/description", "too_short"),
        ({"source_level": "village"}, "/source_level", "not_a_choice"),
    ],
)
async def test_what_is_wrong_with_a_problem_is_named(
    common: County, fields: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await common.bureau.post("/v1/problems", json=finding(**fields))
    assert problem(answer)[0] == 422
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


async def test_each_sees_its_own(common: County) -> None:
    mine, other = await filed(common), await filed(common, org_code="ZJ", region_code=OTHER_VILLAGE)
    seen = {}
    for name in ("yb", "zj", "township", "other_township", "bureau"):
        page = await got(getattr(common, name), "/v1/problems", limit=500)
        seen[name] = {item["id"] for item in page["items"]} & {mine["id"], other["id"]}
    assert seen["yb"] == seen["township"] == {mine["id"]}
    assert seen["zj"] == seen["other_township"] == {other["id"]}
    assert seen["bureau"] == {mine["id"], other["id"]}
    for role in ("supervisor", "system", "finance"):
        assert problem(await common.caller(role, "X").get("/v1/problems"))[0] == 403


async def test_a_table_of_problems_each_row_judged_on_its_own(common: County) -> None:
    rows = [
        ["检查名称", "检查级别", "发现日期", "责任乡镇", "责任部门", "问题描述", "整改期限"],
        ["市级暗访", "市级", "2026年11月3日", "上集镇", "住建局", "危房未腾退", "2026.12.1"],
        ["市级暗访", "市级", "20261104", "绥棱镇", "医保局", "参保未核实", ""],
        ["市级暗访", "市级", "2026-11-31", "无此镇", "无此局", "", ""],
    ]
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    answer = await common.bureau.post(
        "/v1/problems", content=file.getvalue().encode(), headers={"Content-Type": "text/csv"}
    )
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["accepted"], body["rejected"]) == (2, 1)
    assert [item["line"] for item in body["items"]] == [2, 3, 4]
    wrong = {error["field"] for error in body["items"][2]["errors"]}
    assert {"found_on", "region_code", "description"} <= wrong
    first = await got(common.bureau, f"/v1/problems/{body['items'][0]['id']}")
    assert (first["org_code"], first["township_code"], first["due_on"]) == ("ZJ", "231226101", "2026-12-01")
    assert (first["source"], first["source_level"], first["found_on"]) == ("inspection", "city", "2026-11-03")
    many = await common.bureau.post(
        "/v1/problems", json={"items": [finding(source_name="省级暗访"), {"x": 1}, "text"]}
    )
    assert [item["status"] for item in many.json()["items"]] == ["accepted", "rejected", "rejected"]


async def test_the_same_table_under_its_key_is_filed_once(common: County) -> None:
    headers = {"Idempotency-Key": str(uuid4())}
    body = {"items": [finding()]}
    first = await common.bureau.post("/v1/problems", json=body, headers=headers)
    again = await common.bureau.post("/v1/problems", json=body, headers=headers)
    assert again.json() == first.json()
    assert again.headers["idempotent-replayed"] == "true"


async def test_more_than_one_inspection_finds(common: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_PROBLEMS", 2)
    answer = await common.bureau.post("/v1/problems", json={"items": [finding()] * 3})
    assert problem(answer) == (413, "too_large")


async def test_the_list_as_a_sheet(common: County) -> None:
    await filed(common, source_name="台账检查", description="=1+1")
    answer = await common.bureau.get("/v1/problems", headers={"Accept": XLSX})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    heading, found = lines[0], next(line for line in lines if line[0] == "台账检查")
    row = dict(zip(heading, found, strict=True))
    assert (row["责任部门"], row["部门整改"], row["责任乡镇"]) == ("医保局", "待整改", "绥棱镇")
    assert (row["问题描述"], row["问题来源"]) == ("=1+1", "检查督查")


async def test_overdue_is_told_once_for_each_due_date(make_county: MakeCounty) -> None:
    county = await make_county()
    found = await filed(county, due_on="2026-11-10")
    later = await make_county(datetime.fromisoformat("2026-11-11T09:00:00+08:00"), beside=county)
    assert (await got(later.bureau, "/v1/problems", overdue=True))["items"][0]["overdue"] is True
    await step(later.yb, found, "rectified")
    for _ in range(2):
        await tell_deadlines(later.running.context, {})
    assert [kind for kind, _ in await county.events(f"problem/{found['id']}/township")] == ["problem.overdue"]
    assert await county.events(f"problem/{found['id']}/department") == []
    assert worker.SCHEDULES["tell_deadlines"][1] is tell_deadlines


async def test_counts_by_department_township_and_source(make_county: MakeCounty) -> None:
    county = await make_county()
    both, mine = await filed(county), await filed(county, source="quality", region_code=None)
    gone = await filed(county, region_code=OTHER_VILLAGE, org_code="ZJ")
    assert (await step(county.bureau, gone, "withdrawn", text="重复交办")).json()["state"] == "withdrawn"
    await step(county.yb, both, "rectified")
    await step(county.yb, mine, "rectified")
    await step(county.bureau, mine, "accepted")

    async def counted(client: httpx.AsyncClient, **params: Any) -> dict[str, dict[str, Any]]:
        items = (await got(client, "/v1/statistics/problems", **params))["items"]
        return {item["key"]: item for item in items}

    departments = await counted(county.bureau, by="department")
    yb = departments["YB"]
    assert (yb["found"], yb["rectified"], yb["checked"], yb["name"]) == (2, 2, 1, "医保局")
    assert (yb["rectified_share"], yb["rectified_met"], yb["checked_met"]) == (1.0, True, False)
    assert (departments["ZJ"]["found"], departments["ZJ"]["withdrawn"]) == (0, 1)
    townships = await counted(county.bureau, by="township")
    assert (townships["231226100"]["found"], townships["231226100"]["rectified"]) == (1, 0)
    sources = await counted(county.bureau, by="source")
    assert (sources["inspection"]["found"], sources["quality"]["checked"]) == (1, 1)
    assert await counted(county.bureau, by="source", quarter="2026-Q3") == {}
    assert set(await counted(county.yb, by="department")) == {"YB"}
    hidden = await counted(county.caller("supervisor", "SJ", "2312"), by="department")
    assert (hidden["YB"]["found"], hidden["YB"]["rectified_share"]) == (None, None)


async def test_personal_data_is_sealed(common: County) -> None:
    found = await filed(common, description="王小明家饮水不安全")
    async with common.owner() as owner:
        for table in ("problem", "problem_step", "problem_part", "audit_entry", "outbox_event"):
            rows = await owner.fetch(f"SELECT * FROM warning.{table}")
            assert "王小明" not in str([dict(row) for row in rows])
    assert (await got(common.township, f"/v1/problems/{found['id']}"))["region_code"] == VILLAGE
