"""A quarter's telephone survey, over HTTP and by spreadsheet."""

import asyncio
import io
from typing import Any
from uuid import uuid4

import httpx
import openpyxl
import pytest

from services.warning_api.sampling import draw
from shared.tables.content_types import MEDIA_TYPES
from tests.factories.warnings import OTHER_VILLAGE, registered, visit
from tests.warning_api.conftest import County, got, problem

XLSX = MEDIA_TYPES["xlsx"]
SCRIPT = [
    {"question": "医保报销是否到账", "kind": "yes_no", "problem_when": False, "org_code": "YB"},
    {
        "question": "对帮扶是否满意",
        "kind": "choice",
        "choices": ["满意", "一般", "不满意"],
        "problem_when": ["不满意"],
    },
    {"question": "还有什么困难", "kind": "text", "problem_when": "answered"},
]
GOOD = [{"question": 1, "answer": True}, {"question": 2, "answer": "满意"}]
BAD = [{"question": 1, "answer": False}, {"question": 2, "answer": "一般"}]


async def verified(county: County, village: str | None = None, **fields: Any) -> dict[str, Any]:
    """A household that was visited, with a telephone unless ``fields`` say otherwise."""
    person = registered(village) if village else registered()
    task = await county.new_task(person, **{"phone": "13912340001", **fields})
    client = county.other_township if village == OTHER_VILLAGE else county.township
    answer = await client.post("/v1/verifications", json={"items": [visit(task)]})
    assert answer.json()["accepted"] == 1, answer.text
    return task


async def drawn(county: County, **fields: Any) -> dict[str, Any]:
    body = {"quarter": "2026-Q4", "script": SCRIPT, **(fields or {"share": "1"})}
    answer = await county.bureau.post("/v1/surveys", json=body)
    assert answer.status_code == 201, answer.text
    survey: dict[str, Any] = answer.json()
    return survey


async def samples(county: County, survey: dict[str, Any], **params: Any) -> list[dict[str, Any]]:
    found = await got(county.bureau, f"/v1/surveys/{survey['id']}/samples", limit=500, **params)
    items: list[dict[str, Any]] = found["items"]
    return items


async def call(
    county: County, survey: dict[str, Any], sample: dict[str, Any], state: str = "reached", **fields: Any
) -> httpx.Response:
    path = f"/v1/surveys/{survey['id']}/samples/{sample['id']}"
    headers = {"If-Match": fields.pop("if_match", "*")}
    return await county.bureau.put(path, json={"state": state, **fields}, headers=headers)


async def problems(county: County) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await got(county.bureau, "/v1/problems", source="survey"))["items"]
    return items


async def test_the_sample_is_in_proportion_and_can_be_drawn_again(county: County) -> None:
    nobody = await county.bureau.post("/v1/surveys", json={"quarter": "2026-Q4", "script": SCRIPT, "size": 3})
    assert problem(nobody) == (409, "nobody_to_call")
    here = [await verified(county) for _ in range(4)]
    mute = await verified(county, phone=None)
    there = [await verified(county, OTHER_VILLAGE) for _ in range(2)]
    await county.new_task(phone="13912340002")  # not verified
    gone = await county.new_task(phone="13912340003")
    await county.verify(gone, "moved")
    survey = await drawn(county, size=4)
    first, second = survey["drawn"]["231226100"], survey["drawn"]["231226101"]
    assert (first["held"], first["wanted"], first["drawn"]) == (5, 3, 3)
    assert second == {"held": 2, "wanted": 1, "drawn": 1, "without_phone": 0}
    order = draw(
        {"231226100": [t["id"] for t in [*here, mute]], "231226101": [t["id"] for t in there]},
        survey["seed"],
        size=7,
    )
    callable_ = [id_ for id_ in order["231226100"] if id_ != mute["id"]]
    expected = callable_[:3] + order["231226101"][:1]
    assert [sample["task_id"] for sample in await samples(county, survey)] == expected
    rest = await drawn(county, share="1", region_code="231226101", strata=["outcome", "household_type"])
    assert rest["drawn"] == {"no_risk|lifted": {"held": 1, "wanted": 1, "drawn": 1, "without_phone": 0}}
    everybody = await drawn(county, share="1")
    assert everybody["drawn"]["231226100"] == {"held": 2, "wanted": 2, "drawn": 1, "without_phone": 1}


async def test_a_household_is_drawn_once_in_a_quarter(county: County) -> None:
    """What was asked in another quarter says nothing."""
    tasks = [await verified(county) for _ in range(6)]
    order = {"quarter": "2026-Q4", "script": SCRIPT, "size": 3}
    answers = await asyncio.gather(*(county.bureau.post("/v1/surveys", json=order) for _ in range(3)))
    surveys = [answer.json() for answer in answers if answer.status_code == 201]
    assert [problem(answer) for answer in answers if answer.status_code != 201] == [(409, "nobody_to_call")]
    called = [sample["task_id"] for survey in surveys for sample in await samples(county, survey)]
    assert sorted(called) == sorted(task["id"] for task in tasks)
    async with county.owner() as owner:
        await owner.execute("UPDATE warning.survey SET quarter = '2026-Q3'")
    assert (await drawn(county))["drawn"]["231226100"]["drawn"] == 6


async def test_telephones_are_masked_until_a_purpose_is_stated(county: County) -> None:
    await verified(county, phone="13912347788")
    survey = await drawn(county)
    (sample,) = await samples(county, survey)
    assert (sample["name"], sample["phone"]) == ("张三", "*******7788")
    path = f"/v1/surveys/{survey['id']}/samples"
    shown = await county.bureau.get(path, headers={"X-Purpose": f"survey:{survey['id']}"})
    assert shown.json()["items"][0]["phone"] == "13912347788"
    async with county.owner() as owner:
        rows = await owner.fetch(
            "SELECT subject, detail FROM warning.audit_entry WHERE action = 'survey.numbers_read'"
        )
    assert [row["subject"] for row in rows] == [f"survey/{survey['id']}"]
    assert "13912347788" not in str(rows)
    unpermitted = county.caller("county", "NYNC", name="no-pii", scopes=["surveys:read"])
    refused = await unpermitted.get(path, headers={"X-Purpose": "survey:1"})
    assert problem(refused) == (403, "insufficient_scope")
    assert problem(await county.township.get(path))[0] == 403


async def test_problems_follow_from_answers_and_their_corrections(county: County) -> None:
    await verified(county)
    survey = await drawn(county)
    (sample,) = await samples(county, survey)
    bad = await call(
        county, survey, sample, answers=[*BAD, {"question": 3, "answer": "屋顶漏雨"}], note="长子接听"
    )
    assert (bad.status_code, bad.json()["problems"]) == (200, 2), bad.text
    assert bad.json()["answers"][2] == {"question": 3, "answer": "屋顶漏雨"}
    found = await problems(county)
    assert [(one["description"], one["org_code"]) for one in found] == [
        ("医保报销是否到账：否", "YB"),
        ("还有什么困难：屋顶漏雨", None),
    ]
    assert {one["source_name"] for one in found} == {"2026年第四季度电话抽查"}
    assert found[0]["due_on"] == "2026-11-23"
    assert [part["party"] for part in found[0]["parts"]] == ["department", "township"]
    again = await call(county, survey, sample, answers=[*BAD, {"question": 3, "answer": "屋顶漏雨"}])
    assert len(await problems(county)) == 2, again.text
    good = await call(county, survey, sample, answers=[*GOOD, {"question": 3, "answer": "屋顶漏雨"}])
    assert good.json()["problems"] == 1
    assert [one["state"] for one in await problems(county)] == ["withdrawn", "assigned"]
    back = await call(county, survey, sample, answers=BAD)
    assert back.json()["problems"] == 1
    assert [one["state"] for one in await problems(county)] == ["withdrawn", "withdrawn", "assigned"]
    counted = await got(county.bureau, f"/v1/surveys/{survey['id']}")
    assert counted["calls"] == {"waiting": 0, "reached": 1, "unreachable": 0, "refused": 0}
    assert counted["with_problems"] == 1
    assert [question["answers"] for question in counted["script"]] == [{"false": 1}, {"一般": 1}, {}]
    async with county.owner() as owner:
        for table in ("survey_sample", "problem", "problem_step", "audit_entry"):
            assert "屋顶漏雨" not in str(await owner.fetch(f"SELECT * FROM warning.{table}"))


async def test_a_problem_says_who_was_called(county: County) -> None:
    await verified(county)
    survey = await drawn(county)
    (sample,) = await samples(county, survey)
    await call(county, survey, sample, answers=[*BAD, {"question": 3, "answer": ""}])
    (found, *_) = await problems(county)
    name = found["subject"]
    assert name == sample["name"]

    async def told(client: Any) -> str:
        shown: str = (await got(client, f"/v1/problems/{found['id']}"))["subject"]
        return shown

    assert await told(county.township) == name
    assert await told(county.caller("department", found["org_code"])) == f"{name[0]}*"


async def test_what_an_answer_may_not_be(county: County) -> None:
    await verified(county)
    survey = await drawn(county)
    (sample,) = await samples(county, survey)
    partial = await call(county, survey, sample, answers=GOOD[:1])
    assert problem(partial) == (422, "answers_unusable")
    assert partial.json()["errors"][0]["code"] == "missing"
    for fields in (
        {"state": "refused", "answers": GOOD},
        {"answers": [*GOOD, *GOOD]},
        {"answers": GOOD, "called_on": "2026-11-09"},
        {"answers": GOOD, "called_on": "2026-11-07"},
        {"answers": [GOOD[0], {"question": 2, "answer": "好"}]},
    ):
        assert problem(await call(county, survey, sample, **fields)) == (422, "answers_unusable"), fields
    assert problem(await call(county, survey, sample, if_match='"7"', answers=GOOD))[0] == 412
    assert problem(await call(county, survey, {"id": str(uuid4())}, answers=GOOD))[0] == 404
    assert problem(await call(county, {"id": str(uuid4())}, sample, answers=GOOD))[0] == 404
    path = f"/v1/surveys/{survey['id']}/transitions"
    assert problem(await county.bureau.post(path, json={"to": "closed"}))[0] == 428
    closed = await county.bureau.post(path, json={"to": "closed"}, headers={"If-Match": "*"})
    assert closed.json()["state"] == "closed"
    assert problem(await call(county, survey, sample, answers=GOOD)) == (409, "survey_closed")
    again = await county.bureau.post(path, json={"to": "closed"}, headers={"If-Match": "*"})
    assert problem(again) == (409, "survey_closed")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"quarter": "2027-Q1"}, (409, "quarter_to_come")),
        ({"quarter": "2026-5"}, (422, "invalid_request")),
        ({"size": 3}, (422, "invalid_request")),
        ({"script": []}, (422, "invalid_request")),
        ({"script": [{"question": "问", "kind": "choice"}]}, (422, "script_unusable")),
        ({"region_code": "411322"}, (422, "invalid_request")),
    ],
)
async def test_what_is_no_survey(common: County, fields: dict[str, Any], code: tuple[int, str]) -> None:
    body = {"quarter": "2026-Q4", "share": "0.5", "script": SCRIPT, **fields}
    assert problem(await common.bureau.post("/v1/surveys", json=body)) == code


async def test_the_callers_sheet_goes_out_and_comes_back(county: County) -> None:
    for _ in range(4):
        await verified(county)
    survey = await drawn(county)
    path = f"/v1/surveys/{survey['id']}"
    answer = await county.bureau.get(
        f"{path}/samples", headers={"Accept": XLSX, "X-Purpose": f"survey:{survey['id']}"}
    )
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book.active
    at = {cell.value: cell.column for cell in sheet[2]}
    assert sheet.cell(3, at["联系电话"]).value == "13912340001"
    assert sheet.column_dimensions["A"].hidden

    def fill(line: int, **said: Any) -> None:
        for heading, value in said.items():
            column = next(number for name, number in at.items() if heading in name)
            sheet.cell(line, column).value = value

    fill(3, 通话结果="已接通", 通话日期="2026.11.8", 报销="否", 满意="满意", 困难="", 备注="再来电")
    fill(4, 通话结果="未接通")
    fill(5, 通话结果="已接通", 报销="也许", 满意="很好")

    async def upload() -> dict[str, Any]:
        file = io.BytesIO()
        book.save(file)
        uploaded = await county.bureau.post(
            f"{path}/answers", content=file.getvalue(), headers={"Content-Type": XLSX}
        )
        assert uploaded.status_code == 200, uploaded.text
        body: dict[str, Any] = uploaded.json()
        return body

    first = await upload()
    assert [item["status"] for item in first["items"]] == ["accepted", "accepted", "rejected"]
    assert [item["line"] for item in first["items"]] == [3, 4, 5]
    codes = {error["code"] for error in first["items"][2]["errors"]}
    assert codes == {"not_yes_or_no", "not_a_choice"}
    fill(5, 通话结果="接通了")
    (wrong,) = (await upload())["items"][2]["errors"]
    assert wrong["message"] == "通话结果：应为已接通、未接通、拒绝接受之一"
    fill(5, 通话结果="已接通")
    fill(5, 报销="是", 满意="一般")
    second = await upload()
    assert [item["status"] for item in second["items"]] == ["unchanged", "unchanged", "accepted"]
    fill(4, 通话结果="已接通", 报销="是", 满意="一般")
    third = await upload()
    assert third["items"][1]["errors"][0]["code"] == "stale_version"
    counted = await got(county.bureau, path)
    assert counted["calls"] == {"waiting": 1, "reached": 2, "unreachable": 1, "refused": 0}
    assert len(await problems(county)) == 1


async def test_the_callers_sheet_comes_back_with_a_verdict_for_each_row(county: County) -> None:
    """Corrected, it goes in again as it came."""
    for _ in range(3):
        await verified(county)
    survey = await drawn(county)
    path = f"/v1/surveys/{survey['id']}"
    answer = await county.bureau.get(f"{path}/samples", headers={"Accept": XLSX})
    content = answer.content

    def filled(content: bytes, head: int, **cells: dict[int, str]) -> bytes:
        book = openpyxl.load_workbook(io.BytesIO(content))
        at = {cell.value: cell.column for cell in book.active[head]}
        for heading, said in cells.items():
            column = next(number for name, number in at.items() if heading in str(name))
            for line, value in said.items():
                book.active.cell(line, column).value = value
        file = io.BytesIO()
        book.save(file)
        return file.getvalue()

    async def sent(content: bytes) -> tuple[bytes, list[Any]]:
        headers = {"Content-Type": XLSX, "Accept": XLSX}
        answer = await county.bureau.post(f"{path}/answers", content=content, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (200, XLSX)
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        head = [cell.value for cell in sheet[1]]
        assert sheet.column_dimensions["A"].hidden and sheet.column_dimensions["B"].hidden
        return answer.content, [row[head.index("处理结果")].value for row in sheet.iter_rows(min_row=2)]

    content = filled(content, 2, 通话结果={3: "已接通", 4: "未接通"}, 报销={3: "也许"}, 满意={3: "很好"})
    content, said = await sent(content)
    assert said[0].startswith("未受理：") and "是" in said[0]
    assert said[1:] == ["已受理", ""]
    content = filled(content, 1, 通话结果={3: "已接通"}, 报销={2: "是", 3: "是"}, 满意={2: "一般", 3: "一般"})
    _, said = await sent(content)
    assert said == ["已受理", "已受理", ""]
    counted = await got(county.bureau, path)
    assert counted["calls"] == {"waiting": 1, "reached": 2, "unreachable": 0, "refused": 0}


async def test_many_calls_as_json_each_judged_on_its_own(county: County) -> None:
    await verified(county)
    survey = await drawn(county)
    (sample,) = await samples(county, survey)
    item = {"sample_id": sample["id"], "state": "reached", "answers": GOOD}
    items = [item, item, {**item, "sample_id": str(uuid4())}, {"sample_id": "x"}, None]
    answer = await county.bureau.post(f"/v1/surveys/{survey['id']}/answers", json={"items": items})
    statuses = [one["status"] for one in answer.json()["items"]]
    assert statuses == ["accepted", "not_found", "not_found", "rejected", "rejected"]
    line = await county.bureau.post(
        f"/v1/surveys/{survey['id']}/answers",
        content=httpx.Request("POST", "http://x", json=item).content,
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert [one["status"] for one in line.json()["items"]] == ["unchanged"]
