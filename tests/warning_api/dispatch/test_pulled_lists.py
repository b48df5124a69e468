"""What a pulled list tells: what is new since the last time, what was answered, how to fill it in; and as a page."""

import io
import re
from html.parser import HTMLParser
from typing import Any

import httpx
import openpyxl

from services.warning_api.dispatch.row_keys import claimed
from shared.tables.content_types import MEDIA_TYPES
from tests.factories.warnings import CYCLE, VILLAGE, registered
from tests.warning_api.conftest import County, got, problem

XLSX = MEDIA_TYPES["xlsx"]
TOWNSHIP = "231226100"
LIST = f"/v1/lists/{CYCLE}/{TOWNSHIP}"
OTHER_VILLAGE_HERE = "231226100202"


async def pulled(client: httpx.AsyncClient, path: str = LIST) -> openpyxl.Workbook:
    answer = await client.get(path, headers={"Accept": XLSX})
    assert answer.status_code == 200, answer.text
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def rows(book: openpyxl.Workbook) -> dict[str, dict[str, Any]]:
    """Cells by heading, by task id."""
    lines = book["核查清单"].iter_rows(min_row=2, values_only=True)
    headings = next(lines)
    found = (dict(zip(headings, line, strict=True)) for line in lines)
    return {row["任务编号"]: row for row in found if row["任务编号"]}


async def give_back(county: County, task_id: str, reason: str) -> None:
    answer = await county.bureau.post(
        f"/v1/tasks/{task_id}/return", json={"reason": reason}, headers={"If-Match": "*"}
    )
    assert answer.status_code == 200, answer.text


async def test_a_pull_tells_what_has_changed_since_the_last(county: County) -> None:
    household = registered()
    more, back, quiet = await county.new_task(household), await county.new_task(), await county.new_task()
    before = await got(county.township, LIST)
    assert (before["last_pulled_at"], before["changed_since_last_pull"]) == (None, None)
    await pulled(county.bureau)  # The county looks on: that is no pull.
    assert (await got(county.township, LIST))["last_pulled_at"] is None
    assert {row["提示"] for row in rows(await pulled(county.township)).values()} == {None}
    none = {"new": 0, "returned": 0, "changed": 0, "withdrawn": 0}
    assert (await got(county.township, LIST))["changed_since_last_pull"] == none
    await county.new_task(household)
    await county.verify(back, "no_risk")
    assert (await county.township.put(f"{LIST}/receipt")).status_code == 200
    summary = await got(county.township, LIST)
    assert summary["changed_since_last_pull"] == none | {"changed": 1}  # Its own doings are no news to it.
    await give_back(county, back["id"], "照片不清")
    fresh = await county.new_task()
    summary = await got(county.bureau, LIST)
    assert summary["changed_since_last_pull"] == {"new": 1, "returned": 1, "changed": 1, "withdrawn": 0}
    marked = {task_id: row["提示"] for task_id, row in rows(await pulled(county.township)).items()}
    assert marked == {
        more["id"]: "线索有变化",
        back["id"]: "退回重查（照片不清）",
        quiet["id"]: None,
        fresh["id"]: "新派发",
    }
    again = {task_id: row["提示"] for task_id, row in rows(await pulled(county.township)).items()}
    assert again == dict.fromkeys(marked) | {back["id"]: "退回重查（照片不清）"}


async def test_a_row_that_was_answered_comes_filled_in_and_goes_back_unchanged(county: County) -> None:
    task, other = await county.new_task(), await county.new_task()
    await county.verify(task, "risk_confirmed", risk_types=["illness"], verifiers=["王五", "李四"])
    book = await pulled(county.township)
    row = rows(book)[task["id"]]
    assert (row["核实结果"], row["核实人"], row["风险类型"]) == ("确认有风险", "王五、李四", "因病")
    assert row["入户日期"].date().isoformat() == "2026-11-08"
    current = await got(county.township, f"/v1/tasks/{task['id']}")
    key = claimed(row["清单行码"])
    assert key is not None
    assert (key.cycle, key.township, str(key.task_id), key.version) == (
        CYCLE,
        TOWNSHIP,
        task["id"],
        current["version"],
    )
    keys = {rows(book)[each["id"]]["清单行码"] for each in (task, other)}
    assert len({text.split(".")[0] for text in keys}) == 1
    file = io.BytesIO()
    book.save(file)
    answer = await county.township.post(
        "/v1/verifications", content=file.getvalue(), headers={"Content-Type": XLSX}
    )
    assert answer.status_code == 200, answer.text
    assert [item["status"] for item in answer.json()["items"]] == ["unchanged"]


async def test_the_workbook_says_how_to_fill_it_in(county: County) -> None:
    household = registered()
    await county.new_task(household)
    await county.new_task(household)
    book = await pulled(county.township)
    sheet, cover = book["核查清单"], book["填表说明"]
    told = {item: text for item, text in cover.iter_rows(min_row=3, values_only=True) if item}
    assert (told["月度周期"], told["范围"], told["已超期"]) == (CYCLE, "绥棱镇", "0 户")
    assert told["任务数"] == "1 户（待签收 1）"
    assert told["办理期限"] == "最早 2026-11-18，最晚 2026-11-18"
    (row,) = rows(book).values()
    assert re.fullmatch(r"1\. .+；2\. .+", row["预警线索"])
    (days,) = [rule for rule in sheet.data_validations.dataValidation if rule.type == "date"]
    # "between" is what a rule does that does not say.
    assert (days.operator, days.formula2, days.errorStyle) == (None, "TODAY()", "warning")
    assert sheet.print_title_rows == "$2:$2"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert "签字" in sheet.oddFooter.left.text
    assert "&P" in str(sheet.oddFooter.right.text) or "Page" in str(sheet.oddFooter.right.text)
    assert sheet.auto_filter.ref.startswith("A2:")
    assert cover.protection.sheet


async def test_a_village_has_a_list_of_its_own(county: County) -> None:
    here, there = await county.new_task(), await county.new_task(registered(OTHER_VILLAGE_HERE))
    path = f"/v1/lists/{CYCLE}/{VILLAGE}"
    listed = await got(county.township, path)
    assert (listed["region_code"], listed["township_code"], listed["total"]) == (VILLAGE, TOWNSHIP, 1)
    assert listed["region"].startswith("绥棱镇")
    assert set(rows(await pulled(county.township, path))) == {here["id"]}
    assert (await got(county.township, path))["changed_since_last_pull"]["new"] == 0
    assert (await got(county.township, LIST))["last_pulled_at"] is None
    assert set(rows(await pulled(county.township))) == {here["id"], there["id"]}
    assert problem(await county.other_township.get(path)) == (404, "list_not_found")
    assert problem(await county.township.put(f"{path}/receipt")) == (404, "list_not_found")


class Page(HTMLParser):
    """The texts of a page by element, and every attribute that could load or run something."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: dict[str, list[str]] = {}
        self.suspicious: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("br", "meta"):
            self._open.append(tag)
        if tag in ("script", "link", "img", "iframe"):
            self.suspicious.append(tag)
        self.suspicious += [name for name, _ in attrs if name.startswith("on") or name in ("src", "style")]

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and self._open:
            self.texts.setdefault(self._open[-1], []).append(data.strip())


async def test_the_list_as_a_page(county: County) -> None:
    urgent = await county.new_task(detail="<script>alert(1)</script>")
    await county.new_task(registered(OTHER_VILLAGE_HERE))
    await county.verify(urgent, "no_risk")
    answer = await county.township.get(LIST, headers={"Accept": "text/html,application/xhtml+xml;q=0.9"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script" not in policy
    assert answer.headers["cache-control"] == "no-store"
    page = Page()
    page.feed(answer.text)
    assert page.suspicious == []
    assert len(page.texts["h1"]) == 2  # A page for each village.
    assert any("<script>alert(1)</script>" in text for text in page.texts["td"])
    assert "231226************" in page.texts["td"]
    ticked = [text for text in page.texts["span"] if text.startswith("☑")]
    assert [text.removeprefix("☑").strip() for text in ticked] == ["无风险"]
    assert "break-after: page" in answer.text
    assert (await got(county.township, LIST))["last_pulled_at"] is not None


async def test_a_list_with_nothing_in_it_is_a_page_too(county: County) -> None:
    answer = await county.bureau.get(f"/v1/lists/{CYCLE}/231226101", headers={"Accept": "text/html"})
    assert "没有待核查的任务" in answer.text


async def test_a_part_of_the_list_is_no_pull(county: County) -> None:
    mine, other = await county.new_task(), await county.new_task()
    given = await county.township.post(
        "/v1/assignments", json={"items": [{"task_id": mine["id"], "assignee": "王五"}]}
    )
    assert given.json()["accepted"] == 1
    assert set(rows(await pulled(county.township, f"{LIST}?assignee=王五"))) == {mine["id"]}
    await county.verify(other, "no_risk")
    assert set(rows(await pulled(county.township, f"{LIST}?state=closed"))) == {other["id"]}
    assert (await got(county.township, LIST))["last_pulled_at"] is None
    assert problem(await county.township.get(f"{LIST}?state=open"))[0] == 422
