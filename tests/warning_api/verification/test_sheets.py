"""Filled lists as people send them: sorted, filtered, with columns of their own, altered, from elsewhere, once more."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from shared.tables.content_types import MEDIA_TYPES
from tests.factories.warnings import CYCLE, OTHER_VILLAGE, registered
from tests.warning_api.conftest import County, got

XLSX = MEDIA_TYPES["xlsx"]
VISIT = {"核实结果": "无风险", "入户日期": "2026-11-08", "核实人": "王五、李四"}


class Filled:
    """A pulled list in the hands of an officer."""

    def __init__(self, content: bytes) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(content))
        self.sheet: Worksheet = self.book["核查清单"]
        self.top = next(row[0].row for row in self.sheet.iter_rows() if "任务编号" in {c.value for c in row})

    @property
    def columns(self) -> dict[str, int]:
        return {cell.value: cell.column for cell in self.sheet[self.top] if cell.value}

    def line(self, task: dict[str, Any]) -> int:
        at = self.columns["任务编号"]
        lines = range(self.top + 1, self.sheet.max_row + 1)
        return next(line for line in lines if self.sheet.cell(line, at).value == task["id"])

    def fill(self, task: dict[str, Any], **answers: Any) -> None:
        for heading, value in {**VISIT, **answers}.items():
            self.sheet.cell(self.line(task), self.columns[heading]).value = value

    def cell(self, task: dict[str, Any], heading: str) -> Any:
        return self.sheet.cell(self.line(task), self.columns[heading]).value

    @property
    def content(self) -> bytes:
        file = io.BytesIO()
        self.book.save(file)
        return file.getvalue()


async def pulled(county: County, client: Any = None, township: str = "231226100") -> Filled:
    answer = await (client or county.township).get(f"/v1/lists/{CYCLE}/{township}", headers={"Accept": XLSX})
    assert answer.status_code == 200, answer.text
    return Filled(answer.content)


async def sent(county: County, filled: Filled, client: Any = None, **params: str) -> list[dict[str, Any]]:
    answer = await (client or county.township).post(
        "/v1/verifications", params=params, content=filled.content, headers={"Content-Type": XLSX}
    )
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def codes(item: dict[str, Any]) -> list[str]:
    return [error["code"] for error in item["errors"]]


def sorted_backwards(filled: Filled) -> None:
    sheet, top = filled.sheet, filled.top
    lines = [[c.value for c in row] for row in sheet.iter_rows(min_row=top + 1, max_row=top + 4)]
    for place, line in enumerate(reversed(lines), top + 1):
        for column, value in enumerate(line, 1):
            sheet.cell(place, column).value = value


def filtered(filled: Filled) -> None:
    filled.sheet.auto_filter.ref = f"A{filled.top}:H{filled.sheet.max_row}"
    filled.sheet.row_dimensions[filled.top + 2].hidden = True


def with_columns_of_their_own(filled: Filled) -> None:
    filled.sheet.insert_cols(4, 2)
    filled.sheet.cell(filled.top, 4).value = "村民小组"
    filled.sheet.cell(filled.top, 5).value = "电话"


def with_columns_moved(filled: Filled) -> None:
    """The last column comes first."""
    sheet, last = filled.sheet, filled.sheet.max_column
    values = [sheet.cell(line, last).value for line in range(filled.top, sheet.max_row + 1)]
    sheet.delete_cols(last)
    sheet.insert_cols(1)
    for line, value in enumerate(values, filled.top):
        sheet.cell(line, 1).value = value


def with_headings_marked(filled: Filled) -> None:
    for heading in ("核实结果", "入户日期", "核实人"):
        filled.sheet.cell(filled.top, filled.columns[heading]).value = f" {heading} *"


def with_columns_deleted(filled: Filled) -> None:
    for heading in ("版本", "风险类型", "备注", "住址"):
        filled.sheet.delete_cols(filled.columns[heading])


def without_its_cover(filled: Filled) -> None:
    for name in filled.book.sheetnames:
        if name != "核查清单":
            del filled.book[name]
    filled.sheet.title = "Sheet1"
    filled.sheet.delete_rows(1, filled.top - 1)
    filled.top = 1


@pytest.mark.parametrize(
    "changed",
    [
        sorted_backwards,
        filtered,
        with_columns_of_their_own,
        with_columns_moved,
        with_headings_marked,
        with_columns_deleted,
        without_its_cover,
    ],
)
async def test_what_people_do_to_a_sheet_does_not_hurt(
    county: County, changed: Callable[[Filled], None]
) -> None:
    tasks = [await county.new_task() for _ in range(4)]
    filled = await pulled(county)
    outcomes = ("无风险", "已迁出", "查无此人")
    for task, outcome in zip(tasks, outcomes, strict=False):
        filled.fill(task, 核实结果=outcome)
    changed(filled)
    items = await sent(county, filled)
    assert {item["status"] for item in items} == {"accepted"}
    found = {o["task_id"]: o["outcome"] for o in (await got(county.yb, "/v1/outcomes", limit=500))["items"]}
    assert [found[task["id"]] for task in tasks] == ["no_risk", "moved", "not_found", None]


async def test_a_sheet_sent_again_is_skipped_where_unchanged_and_corrects_where_changed(
    county: County,
) -> None:
    kept, changed, left = [await county.new_task() for _ in range(3)]
    filled = await pulled(county)
    filled.fill(kept)
    filled.fill(changed, 备注="已走访")
    assert [item["status"] for item in await sent(county, filled)] == ["accepted", "accepted"]
    filled.fill(changed, 核实结果="已享受政策", 备注="医保已报销")
    filled.fill(left, 核实结果="已死亡")
    statuses = {item["task_id"]: item["status"] for item in await sent(county, filled)}
    assert statuses == {kept["id"]: "unchanged", changed["id"]: "accepted", left["id"]: "accepted"}
    visits = (await got(county.township, f"/v1/tasks/{changed['id']}/verifications"))["items"]
    assert [(one["outcome"], one["note"], one["verifiers"]) for one in visits] == [
        ("no_risk", "已走访", ["王五", "李四"]),
        ("already_covered", "医保已报销", ["王五", "李四"]),
    ]
    masked = (await got(county.caller("system", "SYS"), f"/v1/tasks/{changed['id']}/verifications"))["items"]
    assert {(one["note"], one["verifiers"]) for one in masked} == {(None, None)}
    assert len((await got(county.township, f"/v1/tasks/{kept['id']}/verifications"))["items"]) == 1


async def test_a_list_pulled_after_the_answers_has_them_and_takes_corrections(county: County) -> None:
    answered, corrected, fresh = [await county.new_task() for _ in range(3)]
    filled = await pulled(county)
    filled.fill(
        answered, 核实结果="需部门处置", 需处置部门="住建局", 人均年收入="6,000.5", 住房安全有保障="否"
    )
    filled.fill(corrected, 风险类型="因病、因残")
    await sent(county, filled)
    second = await pulled(county, county.caller("township", "231226100", "231226100", name="second-officer"))
    assert second.cell(answered, "核实结果") == "需部门处置"
    second.fill(corrected, 风险类型="因病", 核实人="赵六")
    second.fill(fresh)
    client = county.caller("township", "231226100", "231226100", name="second-officer")
    statuses = {item["task_id"]: item["status"] for item in await sent(county, second, client)}
    assert statuses == {
        answered["id"]: "unchanged",
        corrected["id"]: "accepted",
        fresh["id"]: "accepted",
    }


async def test_what_was_returned_is_not_answered_by_what_was_refused(county: County) -> None:
    """The list that is pulled next has the row empty; sent back with the other rows it stays returned."""
    task = await county.new_task()
    filled = await pulled(county)
    filled.fill(task)
    await sent(county, filled)
    returned = await county.bureau.post(
        f"/v1/tasks/{task['id']}/return", json={"reason": "走访记录不实"}, headers={"If-Match": "*"}
    )
    assert returned.status_code == 200, returned.text
    again = await pulled(county)
    assert "走访记录不实" in again.cell(task, "提示")
    assert [again.cell(task, heading) for heading in VISIT] == [None] * 3
    assert await sent(county, again) == []
    assert codes((await sent(county, filled))[0]) == ["stale_version"]
    assert (await got(county.township, f"/v1/tasks/{task['id']}"))["state"] == "returned"
    again.fill(task, 核实结果="已享受政策")
    assert [item["status"] for item in await sent(county, again)] == ["accepted"]


async def test_of_two_rows_of_a_task_the_first_counts_whenever_they_are_sent(county: County) -> None:
    task = await county.new_task()
    filled = await pulled(county)
    filled.fill(task)
    line = [cell.value for cell in filled.sheet[filled.line(task)]]
    line[filled.columns["核实结果"] - 1] = "确认有风险"
    filled.sheet.append(line)
    for first in ("accepted", "unchanged", "unchanged"):
        one, other = await sent(county, filled)
        assert (one["status"], other["status"], codes(other)) == (first, "rejected", ["repeated_task"])
    assert (await got(county.township, f"/v1/tasks/{task['id']}"))["outcome"] == "no_risk"


@pytest.mark.parametrize(
    ("heading", "value"),
    [("备注", "去过两次没人"), ("人均年收入", 5000), ("住房安全有保障", "是"), ("需处置部门", "住建局")],
)
async def test_a_row_with_anything_typed_is_not_passed_over(
    county: County, heading: str, value: object
) -> None:
    noted, _ = await county.new_task(), await county.new_task()
    filled = await pulled(county)
    filled.sheet.cell(filled.line(noted), filled.columns[heading]).value = value
    (item,) = await sent(county, filled)
    assert (item["task_id"], item["status"]) == (noted["id"], "rejected")
    assert {"outcome", "visited_on", "verifiers"} <= {error["field"] for error in item["errors"]}


async def test_the_error_of_a_formula_is_no_empty_cell(county: County) -> None:
    failed, good = await county.new_task(), await county.new_task()
    filled = await pulled(county)
    filled.fill(failed)
    filled.fill(good)
    filled.sheet.cell(
        filled.line(failed), filled.columns["人均年收入"]
    ).value = "#DIV/0!"  # openpyxl: an error.
    items = {item["task_id"]: item for item in await sent(county, filled)}
    assert (items[good["id"]]["status"], items[failed["id"]]["status"]) == ("accepted", "rejected")
    assert codes(items[failed["id"]]) == ["failed_formula"]
    assert "人均年收入" in items[failed["id"]]["errors"][0]["message"]


async def test_two_officers_with_the_same_list(county: County) -> None:
    """The second's row is refused with what the first has answered; the other rows are taken."""
    both, own = [await county.new_task() for _ in range(2)]
    first, second = await pulled(county), await pulled(county)
    first.fill(both)
    assert (await sent(county, first))[0]["status"] == "accepted"
    other = county.caller("township", "231226100", "231226100", name="second-officer")
    second.fill(both, 核实结果="查无此人")
    second.fill(own)
    items = {item["task_id"]: item for item in await sent(county, second, other)}
    assert (items[own["id"]]["status"], items[both["id"]]["status"]) == ("accepted", "rejected")
    assert codes(items[both["id"]]) == ["already_verified"]
    assert "无风险（2026-11-08 入户）" in items[both["id"]]["errors"][0]["message"]
    assert items[both["id"]]["answer"]["outcome"] == "no_risk"
    # Nor does it help to send it once more, or to fill another copy.
    assert {item["status"] for item in await sent(county, second, other)} == {"rejected", "unchanged"}


async def test_clues_have_outcomes_of_their_own(county: County) -> None:
    household = registered()
    await county.new_task(household)
    task = await county.new_task(household)
    first, second = (clue["warning_id"] for clue in task["clues"])
    filled = await pulled(county)
    for wrong in ("3无风险", "有的有有的没有"):
        filled.fill(task, 分线索结果=wrong)
        (item,) = await sent(county, filled)
        assert item["status"] == "rejected", wrong
        assert codes(item) == ["not_a_clue"]
        assert "应写作“1无风险、2确认有风险”" in item["errors"][0]["message"]
    filled.fill(task, 分线索结果="2：确认有风险；")
    assert (await sent(county, filled))[0]["status"] == "accepted"
    told = {o["warning_id"]: o["outcome"] for o in (await got(county.yb, "/v1/outcomes"))["items"]}
    assert told == {first: "no_risk", second: "risk_confirmed"}
    again = await pulled(county)
    assert again.cell(task, "分线索结果") == "2确认有风险"
    assert (await sent(county, again))[0]["status"] == "unchanged"


async def test_rows_that_do_not_belong_here(county: County) -> None:
    good, altered, swapped = [await county.new_task() for _ in range(3)]
    foreign = await county.new_task(registered(OTHER_VILLAGE))
    filled = await pulled(county)
    for task in (good, altered, swapped):
        filled.fill(task)
    key = filled.columns["清单行码"]
    cell = filled.sheet.cell(filled.line(altered), key)
    cell.value = cell.value[:-1] + ("A" if cell.value[-1] != "A" else "B")
    filled.sheet.cell(filled.line(swapped), key).value = filled.sheet.cell(filled.line(good), key).value
    elsewhere = await pulled(county, county.other_township, "231226101")
    row = [cell.value for cell in elsewhere.sheet[elsewhere.line(foreign)]]
    last = filled.line(good) + 20
    for column, value in enumerate(row, 1):
        filled.sheet.cell(last, column).value = value
    for heading, value in VISIT.items():
        filled.sheet.cell(last, filled.columns[heading]).value = value
    for column in range(1, filled.sheet.max_column + 1):
        twice = filled.sheet.cell(filled.line(good), column).value
        filled.sheet.cell(last + 1, column).value = twice
        county_row = filled.sheet.cell(filled.line(swapped), column).value
        filled.sheet.cell(last + 2, column).value = county_row
    of_another_county = "0a0b0c0d.2026-11.411322100." + "0" * 32 + ".1." + "x" * 16
    filled.sheet.cell(last + 2, key).value = of_another_county
    items = await sent(county, filled)
    by_task: dict[str, list[list[str]]] = {}
    for item in items:
        by_task.setdefault(item["task_id"], []).append(codes(item))
    assert by_task == {
        good["id"]: [[], ["repeated_task"]],
        altered["id"]: [["row_key_altered"]],
        swapped["id"]: [["row_key_altered"], ["sheet_of_another_county"]],
        foreign["id"]: [["sheet_of_another_township"]],
    }
    (item,) = [item for item in items if item["task_id"] == foreign["id"]]
    assert item["status"] == "not_found"
    assert "上集镇" in item["errors"][0]["message"]
    assert (await got(county.other_township, f"/v1/tasks/{foreign['id']}"))["state"] == "pending"


async def test_a_sheet_of_another_month(county: County) -> None:
    task = await county.new_task()
    filled = await pulled(county)
    filled.fill(task)
    (item,) = await sent(county, filled, cycle="2026-12")
    assert codes(item) == ["sheet_of_another_month"]
    assert (await sent(county, filled, cycle="2026-11"))[0]["status"] == "accepted"


@pytest.mark.parametrize("form", [XLSX, "text/csv"])
async def test_the_sheet_comes_back_with_a_verdict_for_each_row(county: County, form: str) -> None:
    good, wrong, left = [await county.new_task() for _ in range(3)]
    filled = await pulled(county)
    with_columns_of_their_own(filled)
    filled.fill(good)
    filled.fill(wrong, 核实结果="不知道", 入户日期="2026-11-09")
    answer = await county.township.post(
        "/v1/verifications", content=filled.content, headers={"Content-Type": XLSX, "Accept": form}
    )
    assert (answer.status_code, answer.headers["content-type"]) == (
        200,
        MEDIA_TYPES["xlsx" if form == XLSX else "csv"],
    )
    if form != XLSX:
        text = answer.content.decode("utf-8-sig")
        assert "处理结果" in text.splitlines()[0]
        assert "已受理" in text
        return
    back = Filled(answer.content)
    assert "村民小组" in back.columns
    hidden = {name for name, at in back.columns.items()
              if back.sheet.column_dimensions[openpyxl.utils.get_column_letter(at)].hidden}  # fmt: skip
    assert hidden == {"任务编号", "清单行码", "版本"}
    assert back.cell(good, "处理结果") == "已受理"
    said = back.cell(wrong, "处理结果")
    assert said.startswith("未受理：核实结果：应为确认有风险、无风险、")
    assert "risk_confirmed" not in said
    assert not back.cell(left, "处理结果")
    # It goes in again as it is, corrected; what was taken can be corrected in it as well.
    back.fill(wrong)
    back.fill(good, 核实结果="已享受政策")
    other = county.caller("township", "231226100", "231226100", name="second-officer")
    statuses = {item["task_id"]: item["status"] for item in await sent(county, back, other)}
    assert statuses == {good["id"]: "accepted", wrong["id"]: "accepted"}


async def test_a_csv_without_keys_is_judged_by_its_tasks(county: County) -> None:
    task = await county.new_task()
    text = f"任务编号,核实结果,入户日期,核实人\n{task['id']},无风险,2026年11月8日,王五\n"
    headers = {"Content-Type": "text/csv"}
    answer = await county.township.post("/v1/verifications", content=text.encode("gb18030"), headers=headers)
    assert answer.json()["accepted"] == 1, answer.text
    changed = text.replace("无风险", "已迁出").encode()
    answer = await county.township.post("/v1/verifications", content=changed, headers=headers)
    assert codes(answer.json()["items"][0]) == ["already_verified"]


async def test_a_misspelt_parameter_is_not_passed_over(county: County) -> None:
    """``cycle`` guards against another month's list."""
    task = await county.new_task()
    filled = await pulled(county)
    filled.fill(task)
    answer = await county.township.post(
        "/v1/verifications", params={"cylce": CYCLE}, content=filled.content, headers={"Content-Type": XLSX}
    )
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/cylce")
    assert [item["status"] for item in await sent(county, filled, cycle=CYCLE)] == ["accepted"]
