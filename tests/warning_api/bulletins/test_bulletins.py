"""Drafting, correcting and issuing bulletins through the API."""

from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import docx
import httpx
import pytest_asyncio
from pypdfium2 import PdfDocument

from shared.documents.responses import MEDIA_TYPES
from tests.factories.warnings import CYCLE, OTHER_VILLAGE, VILLAGE, new_id_number, record, registered
from tests.warning_api.conftest import County, got, problem

MONTHLY = {"kind": "monthly", "cycle": CYCLE}


@pytest_asyncio.fixture
async def busy(county: County) -> AsyncIterator[County]:
    """A month with eight warnings in one township, two in another, one of which was verified."""
    rows = []
    for n in range(10):
        number = new_id_number()
        county.registry.persons[number] = registered(VILLAGE if n < 8 else OTHER_VILLAGE)
        rows.append(record(f"r{n}", id_number=number))
    await county.push(county.yb, "B1", rows)
    (task, *_) = await county.tasks(county.township)
    await county.verify(task, "risk_confirmed")
    yield county


def checker(county: County) -> httpx.AsyncClient:
    return county.caller("county", "NYNC", name="county-checker")


async def drafted(county: County, **wanted: Any) -> dict[str, Any]:
    answer = await county.bureau.post("/v1/bulletins", json={**MONTHLY, **wanted})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/v1/bulletins/{body['id']}"
    return body


async def issue(client: httpx.AsyncClient, draft: dict[str, Any], **wanted: Any) -> httpx.Response:
    return await client.post(f"/v1/bulletins/{draft['id']}/issue", json=wanted, headers={"If-Match": "*"})


def cells(bulletin: dict[str, Any], title: str) -> list[list[Any]]:
    (table,) = [
        b for b in bulletin["document"]["blocks"] if b["type"] == "table" and b["title"].startswith(title)
    ]
    rows: list[list[Any]] = table["rows"]
    return rows


async def test_a_draft_tells_the_month_in_numbers_and_marks_itself(busy: County) -> None:
    draft = await drafted(busy, assessment="总体平稳。")
    assert (draft["state"], draft["number"], draft["version"]) == ("draft", None, 1)
    assert draft["title"] == "绥棱县2026年11月防止返贫预警核查工作调度情况通报"
    assert draft["document"]["mark"] == "草稿"
    said = "".join(block.get("text", "") for block in draft["document"]["blocks"])
    assert "本月全县共接收行业部门预警10条，备案10条，派发核查10条。" in said
    assert "已核查1条，核查率10.0%，确认存在风险1条" in said
    assert "推送期内尚未推送9个" in said
    assert "总体平稳。" in said
    assert [row[2] for row in cells(draft, "各乡镇")] == [8, 2]


async def test_it_comes_as_word_and_pdf_too(busy: County) -> None:
    draft = await drafted(busy)
    path = f"/v1/bulletins/{draft['id']}"
    answer = await busy.bureau.get(path, headers={"Accept": MEDIA_TYPES["docx"]})
    assert answer.headers["content-type"] == MEDIA_TYPES["docx"]
    assert answer.headers["etag"] == '"1"'
    assert 'filename="bulletin-2026-11.docx"' in answer.headers["content-disposition"]
    word = docx.Document(BytesIO(answer.content))
    assert draft["title"] in [paragraph.text.replace("\n", "") for paragraph in word.paragraphs]
    answer = await busy.bureau.get(path, headers={"Accept": "text/html, application/pdf;q=0.9"})
    with PdfDocument(answer.content) as pdf:
        assert "绥棱县农业农村局文件" in pdf[0].get_textpage().get_text_range()
    assert (await got(busy.bureau, path))["id"] == draft["id"]


async def test_another_officer_issues_it_and_then_it_never_changes(busy: County) -> None:
    draft = await drafted(busy)
    assert problem(await issue(busy.bureau, draft)) == (409, "same_person")
    answer = await issue(checker(busy), draft)
    assert answer.status_code == 200, answer.text
    issued = answer.json()
    assert (issued["state"], issued["number"], issued["issued_on"]) == (
        "issued",
        "农监〔2026〕1号",
        "2026-11-08",
    )
    assert issued["document"]["mark"] == ""
    await busy.new_task()
    await busy.set_parameter("bulletin_form", '{"number": "改"}')
    assert (await got(busy.bureau, f"/v1/bulletins/{draft['id']}"))["document"] == issued["document"]
    assert problem(await issue(checker(busy), draft)) == (409, "already_issued")
    answer = await busy.bureau.patch(
        f"/v1/bulletins/{draft['id']}", json={"assessment": "改"}, headers={"If-Match": "*"}
    )
    assert problem(answer) == (409, "already_issued")
    async with busy.owner() as owner:
        granted = await owner.fetch(
            "SELECT privilege_type FROM information_schema.role_table_grants"
            " WHERE table_name = 'bulletin_issue' AND grantee = 'bihuan_warning'"
        )
    assert {row["privilege_type"] for row in granted} == {"SELECT", "INSERT"}


async def test_who_wrote_on_it_last_does_not_issue_it_either(busy: County) -> None:
    draft = await drafted(busy)
    other = checker(busy)
    answer = await other.patch(
        f"/v1/bulletins/{draft['id']}", json={"assessment": "补充。"}, headers={"If-Match": '"1"'}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["version"] == 2
    assert problem(await issue(other, draft)) == (409, "same_person")
    third = busy.caller("county", "NYNC", name="county-third")
    assert (await issue(third, draft)).status_code == 200


async def test_numbers_are_taken_anew_only_when_asked(busy: County) -> None:
    draft = await drafted(busy)
    await busy.new_task()
    path = f"/v1/bulletins/{draft['id']}"
    assert cells(await got(busy.bureau, path), "各部门") == cells(draft, "各部门")
    answer = await busy.bureau.patch(path, json={"refresh": True}, headers={"If-Match": '"1"'})
    assert cells(answer.json(), "各部门")[0][1] == 11


async def test_a_later_bulletin_corrects_and_numbers_go_on(busy: County) -> None:
    first = await drafted(busy)
    answer = await busy.bureau.post("/v1/bulletins", json=MONTHLY)
    assert problem(answer) == (409, "draft_exists")
    assert answer.json()["id"] == first["id"]
    await issue(checker(busy), first)
    second = await drafted(busy)
    assert second["corrects"] == first["id"]
    assert second["title"].endswith("（更正）")
    assert (await issue(checker(busy), second)).json()["number"] == "农监〔2026〕2号"
    third = await drafted(busy)
    assert problem(await issue(checker(busy), third, number="农监〔2026〕2号")) == (409, "number_taken")
    by_hand = await issue(checker(busy), third, number="农监〔2026〕3号")
    assert by_hand.json()["number"] == "农监〔2026〕3号"
    assert (await issue(checker(busy), await drafted(busy))).json()["number"] == "农监〔2026〕4号"


async def test_others_read_what_was_issued_without_small_cells(busy: County) -> None:
    draft = await drafted(busy)
    supervisor = busy.caller("supervisor", "SH", "2312")
    readers = (busy.yb, busy.township, supervisor)
    for reader in readers:
        assert (await reader.get(f"/v1/bulletins/{draft['id']}")).status_code == 404
        assert (await got(reader, "/v1/bulletins"))["items"] == []
        assert (await reader.post("/v1/bulletins", json=MONTHLY)).status_code == 403
    await issue(checker(busy), draft)
    for reader in readers:
        (line,) = (await got(reader, "/v1/bulletins", state="issued", cycle=CYCLE))["items"]
        assert line["issued_by"] is None
        read = await got(reader, f"/v1/bulletins/{line['id']}")
        assert {row[2] for row in cells(read, "各乡镇")} == {"＊"}
        said = "".join(block.get("text", "") for block in read["document"]["blocks"])
        assert "确认存在风险不足5条" in said
    stranger = busy.caller("supervisor", "QT", "110101")
    assert (await stranger.get(f"/v1/bulletins/{draft['id']}")).status_code == 404
    assert (await got(stranger, "/v1/bulletins"))["items"] == []


async def test_what_bad_input_gets(busy: County) -> None:
    async def refused(**wanted: Any) -> tuple[int, str]:
        return problem(await busy.bureau.post("/v1/bulletins", json=wanted))

    assert await refused(kind="monthly", quarter="2026-Q4") == (422, "wrong_period")
    assert await refused(kind="quarterly", cycle=CYCLE) == (422, "wrong_period")
    assert await refused(kind="monthly", cycle=CYCLE, quarter="2026-Q4") == (422, "wrong_period")
    assert await refused(kind="monthly", cycle="2026-12") == (409, "period_not_begun")
    assert await refused(kind="quarterly", quarter="2027-Q1") == (409, "period_not_begun")
    assert (await refused(kind="weekly", cycle=CYCLE))[0] == 422
    draft = await drafted(busy)
    path = f"/v1/bulletins/{draft['id']}"
    assert problem(await busy.bureau.patch(path, json={"refresh": True})) == (428, "if_match_required")
    stale = {"If-Match": '"7"'}
    assert problem(await busy.bureau.patch(path, json={"refresh": True}, headers=stale)) == (
        412,
        "stale_version",
    )
    answer = await busy.bureau.patch(path, json={}, headers={"If-Match": "*"})
    assert answer.status_code == 422


async def test_odd_characters_of_an_assessment_break_no_document(busy: County) -> None:
    draft = await drafted(busy, assessment="甲\u0001乙\u200d丙\t丁\ue000𱍐\n=1+1")
    for form in ("docx", "pdf", "xlsx"):
        answer = await busy.bureau.get(
            f"/v1/bulletins/{draft['id']}",
            headers={"Accept": MEDIA_TYPES[form]},  # type: ignore[index]
        )
        assert answer.status_code == 200, form
    with PdfDocument(
        (await busy.bureau.get(f"/v1/bulletins/{draft['id']}", headers={"Accept": "application/pdf"})).content
    ) as pdf:
        text = "".join(page.get_textpage().get_text_range() for page in pdf)
    assert "甲乙丙 丁〓〓" in text
    assert "U+E000、U+31350" in "".join(text.split())


async def test_a_quarter_takes_its_months_together(busy: County) -> None:
    answer = await busy.bureau.post("/v1/bulletins", json={"kind": "quarterly", "quarter": "2026-Q4"})
    assert answer.status_code == 201, answer.text
    quarterly = answer.json()
    assert quarterly["period"] == "2026-Q4"
    said = "".join(block.get("text", "") for block in quarterly["document"]["blocks"])
    assert "本季度全县共接收行业部门预警10条" in said
    assert "申报无预警0部门次" in said
