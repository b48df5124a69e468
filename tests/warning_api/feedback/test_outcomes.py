"""What departments pull of outcomes, refer to others, and answer by sheet."""

import io
from datetime import datetime
from typing import Any

import openpyxl
import pytest

from shared.tables.content_types import MEDIA_TYPES
from tests.factories.warnings import CYCLE
from tests.warning_api.conftest import County, MakeCounty, got, problem
from tests.warning_api.verification.test_corrections import now

XLSX = MEDIA_TYPES["xlsx"]
ANY = {"If-Match": "*"}


async def pulled(county: County, client: Any, **params: Any) -> dict[str, Any]:
    """Warning id to outcome, over all pages, and the token for the next time."""
    items: dict[str, Any] = {}
    cursor: dict[str, str] = {}
    while True:
        page = await got(client, "/v1/outcomes", limit=2, **params, **cursor)
        assert not items.keys() & {item["warning_id"] for item in page["items"]}
        items |= {item["warning_id"]: item for item in page["items"]}
        if page["next_cursor"] is None:
            return {"items": items, "token": page["updated_until"]}
        cursor = {"cursor": page["next_cursor"]}


async def test_a_department_pulls_what_was_decided_since_its_last_pull(county: County) -> None:
    tasks = [await county.new_task() for _ in range(5)]
    ids = [task["clues"][0]["warning_id"] for task in tasks]
    first = await pulled(county, county.yb)
    assert set(first["items"]) == set(ids)
    assert (await pulled(county, county.yb, updated_after=first["token"]))["items"] == {}
    await county.verify(tasks[0], "no_risk")
    await county.verify(tasks[1], "risk_confirmed")
    await county.verify(tasks[2], "risk_confirmed")
    second = await pulled(county, county.yb, updated_after=first["token"])
    assert {id_: item["outcome"] for id_, item in second["items"].items()} == {
        ids[0]: "no_risk",
        ids[1]: "risk_confirmed",
        ids[2]: "risk_confirmed",
    }
    await county.answer(county.yb, ids[1])
    await county.bureau.post(f"/v1/tasks/{tasks[0]['id']}/return", json={"reason": "重核"}, headers=ANY)
    third = await pulled(county, county.yb, updated_after=second["token"])
    assert {id_: (item["outcome"], item["state"]) for id_, item in third["items"].items()} == {
        ids[0]: (None, "dispatched"),
        ids[1]: ("risk_confirmed", "closed"),
    }
    assert (await pulled(county, county.yb, updated_after=third["token"]))["items"] == {}
    later = "2026-11-08T10:00:00+08:00"
    assert (await pulled(county, county.yb, updated_after=later))["items"] == {}
    earlier = "2026-11-08T08:00:00+08:00"
    assert set((await pulled(county, county.yb, updated_after=earlier))["items"]) == set(ids[:3])
    assert problem(await county.yb.get("/v1/outcomes", params={"updated_after": "yesterday"}))[0] == 422


async def test_states(county: County, make_county: MakeCounty) -> None:
    _, harmless, waiting, answered, needs = [await county.new_task() for _ in range(5)]
    await county.verify(harmless, "no_risk")
    for task in (waiting, answered):
        await county.verify(task, "risk_confirmed")
    await county.verify(needs, "needs_department", needs_org="SW")
    named = {"harmless": harmless, "waiting": waiting, "answered": answered, "needs": needs}
    ids = {name: task["clues"][0]["warning_id"] for name, task in named.items()}
    await county.answer(county.yb, ids["answered"])
    then = await make_county(now=datetime.fromisoformat("2026-11-24T09:00:00+08:00"), beside=county)
    water = then.caller("department", "SW")

    async def of(client: Any, state: str) -> set[str]:
        return set((await pulled(then, client, state=state))["items"])

    assert await of(county.yb, "overdue") == set()
    assert await of(then.yb, "waiting") == await of(then.yb, "overdue") == {ids["waiting"]}
    assert await of(then.yb, "answered") == {ids["answered"]}
    assert await of(then.yb, "closed") == {ids["answered"], ids["harmless"]}
    assert await of(water, "waiting") == await of(water, "overdue") == {ids["needs"]}
    assert await of(then.bureau, "overdue") == {ids["waiting"], ids["needs"]}
    told = (await pulled(then, then.bureau))["items"]
    assert {id_: item["waits_for"] for id_, item in told.items() if item["waits_for"]} == {
        ids["waiting"]: "YB",
        ids["needs"]: "SW",
    }
    assert problem(await county.yb.get("/v1/outcomes", params={"state": "lost"}))[0] == 422


async def test_a_department_declines_and_the_county_redirects(
    county: County, make_county: MakeCounty
) -> None:
    await county.set_parameter("needs_department_days", "7")
    task = await county.new_task()
    warning = task["clues"][0]["warning_id"]
    water, civil = county.caller("department", "SW"), county.caller("department", "MZ")
    path = f"/v1/outcomes/{warning}"
    reason = {"reason": "属农村供水公司管理"}
    await county.verify(task, "needs_department", needs_org="SW", note="水泵损坏")
    asked = await got(water, path)
    assert (asked["answer_due_on"], asked["waits_for"], asked["version"]) == ("2026-11-15", "SW", 1)
    # Who is to help is told whom, where, and what the township has seen; who has pushed it knows.
    assert asked["referred"]["name"] == task["subject"]["name"]
    assert (asked["referred"]["address"], asked["referred"]["note"]) == (
        task["subject"]["address"],
        "水泵损坏",
    )
    assert "*" in asked["referred"]["id_number"]
    assert (await got(county.yb, path))["referred"] is None
    assert (await got(county.bureau, path))["referred"] is None
    assert problem(await civil.post(f"{path}/declination", json=reason, headers=ANY))[0] == 404
    assert problem(await county.yb.post(f"{path}/declination", json=reason, headers=ANY)) == (
        409,
        "not_needed",
    )
    assert problem(await water.post(f"{path}/declination", json=reason)) == (428, "if_match_required")
    assert problem(await water.post(f"{path}/declination", json={}, headers=ANY))[0] == 422
    assert problem(await county.township.post(f"{path}/declination", json=reason, headers=ANY))[0] == 403
    declined = await water.post(f"{path}/declination", json=reason, headers={"If-Match": '"1"'})
    assert (declined.status_code, declined.headers["etag"]) == (200, '"2"'), declined.text
    assert declined.json()["declined_on"] == "2026-11-08"
    assert problem(await water.post(f"{path}/declination", json=reason, headers=ANY)) == (409, "not_needed")
    # Its clock stands still; the county sees it on a list of its own.
    late = await make_county(now=datetime.fromisoformat("2026-11-20T09:00:00+08:00"), beside=county)
    assert (await pulled(late, late.caller("department", "SW"), state="overdue"))["items"] == {}
    assert set((await pulled(late, late.bureau, state="declined"))["items"]) == {warning}
    to = {"needs_org": "MZ", "reason": "由民政牵头"}
    assert problem(await late.bureau.post(f"{path}/redirection", json=to, headers={"If-Match": '"1"'})) == (
        412,
        "stale_version",
    )
    assert (
        problem(await late.bureau.post(f"{path}/redirection", json={**to, "needs_org": "XX"}, headers=ANY))[0]
        == 422
    )
    assert problem(await water.post(f"{path}/redirection", json=to, headers=ANY))[0] == 403
    moved = await late.bureau.post(f"{path}/redirection", json=to, headers={"If-Match": '"2"'})
    assert moved.status_code == 200, moved.text
    assert (moved.json()["waits_for"], moved.json()["answer_due_on"]) == ("MZ", "2026-11-27")
    seen = await got(late.caller("department", "MZ"), path)
    assert [(one["kind"], one["from_org"], one["to_org"], one["reason"]) for one in seen["referrals"]] == [
        ("redirected", "SW", "MZ", "由民政牵头")
    ]
    assert [one["reason"] for one in (await got(late.bureau, path))["referrals"]] == [
        reason["reason"],
        "由民政牵头",
    ]
    assert problem(await late.caller("department", "SW").get(path))[0] == 404
    assert (await late.answer(late.caller("department", "MZ"), warning))["status"] == "accepted"
    assert (await now(late, task))["state"] == "closed"
    assert problem(await late.bureau.post(f"{path}/redirection", json=to, headers=ANY)) == (
        409,
        "nothing_to_redirect",
    )


class Sheet:
    """The sheet of outcomes in the hands of a department."""

    def __init__(self, content: bytes) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(content))
        self.sheet = self.book.active
        self.top = next(row[0].row for row in self.sheet.iter_rows() if "预警编号" in {c.value for c in row})
        self.columns = {cell.value: cell.column for cell in self.sheet[self.top]}

    def line(self, warning: str) -> int:
        at = self.columns["预警编号"]
        lines = range(self.top + 1, self.sheet.max_row + 1)
        return next(line for line in lines if self.sheet.cell(line, at).value == warning)

    def fill(self, warning: str, **cells: Any) -> None:
        for heading, value in cells.items():
            self.sheet.cell(self.line(warning), self.columns[heading]).value = value

    @property
    def content(self) -> bytes:
        file = io.BytesIO()
        self.book.save(file)
        return file.getvalue()


async def test_receipts_by_the_sheet_of_outcomes(county: County) -> None:
    tasks = [await county.new_task() for _ in range(4)]
    for task in tasks:
        await county.verify(task, "risk_confirmed")
    good, wrong, foreign, left = (task["clues"][0]["warning_id"] for task in tasks)
    answer = await county.yb.get(
        "/v1/outcomes", params={"cycle": CYCLE, "state": "waiting"}, headers={"Accept": XLSX}
    )
    assert (answer.status_code, answer.headers["content-type"]) == (200, XLSX)
    sheet = Sheet(answer.content)
    hidden = openpyxl.utils.get_column_letter(sheet.columns["预警编号"])
    assert sheet.sheet.column_dimensions[hidden].hidden
    assert sheet.sheet.cell(sheet.line(good), sheet.columns["核实结果"]).value == "确认有风险"
    sheet.fill(good, 落实措施="医疗救助", 落实日期="2026.11.8", 金额="1,800.50", 备注="已到账")
    sheet.fill(wrong, 落实措施="医疗救助", 落实日期="2026年11月9日", 金额="若干")
    sheet.fill(
        foreign, 落实措施="医疗救助", 落实日期="20261108", 预警编号="01a20000-0000-7000-8000-000000000000"
    )
    sent = {"content": sheet.content, "headers": {"Content-Type": XLSX}}
    body = (await county.yb.post("/v1/policy-receipts", **sent)).json()
    statuses = [item["status"] for item in body["items"]]
    assert statuses == ["accepted", "rejected", "not_found"], body
    assert (body["accepted"], body["rejected"]) == (1, 2)
    again = await county.yb.post(
        "/v1/policy-receipts", content=sheet.content, headers={"Content-Type": XLSX, "Accept": XLSX}
    )
    back = Sheet(again.content)
    said = {w: back.sheet.cell(back.line(w), back.columns["处理结果"]).value for w in (good, wrong, left)}
    assert said[good].startswith("与已填报的一致")
    assert said[wrong].startswith("未受理：")
    assert not said[left]
    back.fill(wrong, 落实日期="2026-11-08", 金额=None)
    fixed = await county.yb.post("/v1/policy-receipts", content=back.content, headers={"Content-Type": XLSX})
    assert [item["status"] for item in fixed.json()["items"]] == ["unchanged", "accepted", "not_found"]
    states = {id_: item["state"] for id_, item in (await pulled(county, county.yb))["items"].items()}
    assert states == {good: "closed", wrong: "closed", foreign: "fed_back", left: "fed_back"}
    async with county.owner() as owner:
        kept = await owner.fetch(
            "SELECT amount, done_on FROM warning.policy_receipt WHERE warning_id = $1", good
        )
    assert [(str(row["amount"]), str(row["done_on"])) for row in kept] == [("1800.50", "2026-11-08")]


async def test_the_sheet_says_whom_another_departments_warning_is_about(county: County) -> None:
    task = await county.new_task()
    warning = task["clues"][0]["warning_id"]
    await county.verify(task, "needs_department", needs_org="SW", note="水泵损坏")

    async def told(client: Any) -> list[Any]:
        answer = await client.get("/v1/outcomes", params={"cycle": CYCLE}, headers={"Accept": XLSX})
        sheet = Sheet(answer.content)
        line = sheet.line(warning)
        return [sheet.sheet.cell(line, sheet.columns[name]).value for name in ("姓名", "住址", "乡镇说明")]

    subject = task["subject"]
    water = county.caller("department", "SW")
    assert await told(water) == [subject["name"], subject["address"], "水泵损坏"]
    async with county.owner() as owner:
        read = (
            "SELECT count(*) FROM warning.audit_entry WHERE action = 'warning.referred_read' AND subject = $1"
        )
        assert await owner.fetchval(read, f"warning/{warning}") == 1
    assert set(await told(county.yb)) <= {None, ""}


async def test_a_receipt_with_the_error_of_a_formula_holds_up_no_other(county: County) -> None:
    tasks = [await county.new_task() for _ in range(2)]
    for task in tasks:
        await county.verify(task, "risk_confirmed")
    good, failed = (task["clues"][0]["warning_id"] for task in tasks)
    answer = await county.yb.get(
        "/v1/outcomes", params={"cycle": CYCLE, "state": "waiting"}, headers={"Accept": XLSX}
    )
    sheet = Sheet(answer.content)
    sheet.fill(good, 落实措施="医疗救助", 落实日期="2026-11-08")
    sheet.fill(failed, 落实措施="医疗救助", 落实日期="2026-11-08", 金额="#DIV/0!")
    sent = {"content": sheet.content, "headers": {"Content-Type": XLSX}}
    body = (await county.yb.post("/v1/policy-receipts", **sent)).json()
    told = {item["warning_id"]: [error["code"] for error in item["errors"]] for item in body["items"]}
    assert told == {good: [], failed: ["failed_formula"]}
    assert (body["accepted"], body["rejected"]) == (1, 1)


async def test_receipts_as_csv(common: County) -> None:
    task = await common.new_task()
    await common.verify(task, "risk_confirmed")
    text = f"预警编号,落实措施,落实日期,金额\n{task['clues'][0]['warning_id']},临时救助,2026/11/8,800\n"
    answer = await common.yb.post(
        "/v1/policy-receipts", content=text.encode("gb18030"), headers={"Content-Type": "text/csv"}
    )
    assert answer.json()["accepted"] == 1, answer.text


@pytest.mark.parametrize(
    ("content", "kind", "refusal"),
    [
        (b"x", "text/html", (415, "unsupported_media_type")),
        (b"x", XLSX, (400, "not_xlsx")),
        ("姓名,金额\n".encode(), "text/csv", (422, "header_not_found")),
        (b"{", "application/json", (400, "malformed")),
    ],
)
async def test_bodies_that_are_no_receipts(
    common: County, content: bytes, kind: str, refusal: tuple[int, str]
) -> None:
    answer = await common.yb.post("/v1/policy-receipts", content=content, headers={"Content-Type": kind})
    assert problem(answer) == refusal
