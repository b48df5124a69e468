"""The verification list as a spreadsheet: pulled, filled in, sent back."""

import csv
import io
from typing import Any

import openpyxl
import pytest

from services.warning_api.verification.sheet import SHEET
from shared.tables.content_types import MEDIA_TYPES
from shared.tables.reading import read_table
from tests.factories.warnings import CYCLE, OTHER_VILLAGE, registered
from tests.warning_api.conftest import County, got, problem

XLSX = MEDIA_TYPES["xlsx"]
LIST = f"/v1/lists/{CYCLE}/231226100"


async def pulled(county: County) -> openpyxl.Workbook:
    answer = await county.township.get(LIST, headers={"Accept": XLSX})
    assert (answer.status_code, answer.headers["content-type"]) == (200, XLSX)
    return openpyxl.load_workbook(io.BytesIO(answer.content))


def columns(book: openpyxl.Workbook) -> dict[str, int]:
    return {cell.value: cell.column for cell in book.active[2]}


def lines(book: openpyxl.Workbook) -> dict[str, int]:
    """Line by task id."""
    at = columns(book)["任务编号"]
    cells = (book.active.cell(line, at) for line in range(3, book.active.max_row + 1))
    return {cell.value: cell.row for cell in cells if cell.value}


def fill(book: openpyxl.Workbook, task_id: str, **answers: Any) -> None:
    for heading, value in answers.items():
        book.active.cell(lines(book)[task_id], columns(book)[heading]).value = value


async def upload(county: County, book: openpyxl.Workbook) -> dict[str, Any]:
    file = io.BytesIO()
    book.save(file)
    answer = await county.township.post(
        "/v1/verifications", content=file.getvalue(), headers={"Content-Type": XLSX}
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_list_is_pulled_filled_in_and_sent_back(county: County) -> None:
    tasks = [await county.new_task() for _ in range(5)]
    foreign = await county.new_task(registered(OTHER_VILLAGE))
    confirmed, plain, needs, wrong, left = (task["id"] for task in tasks)
    book = await pulled(county)
    sheet = book.active
    assert "绥棱镇" in sheet["A1"].value
    assert set(lines(book)) == {task["id"] for task in tasks}
    assert sheet.protection.sheet
    notes = [cell for row in sheet.iter_rows(min_row=8) for cell in row if "填写说明" in str(cell.value)]
    assert [sheet.column_dimensions[note.column_letter].hidden for note in notes] == [False]
    named = columns(book)
    assert sheet.cell(3, named["任务编号"]).protection.locked
    assert not sheet.cell(3, named["核实结果"]).protection.locked
    rules = {rule.formula1: rule for rule in sheet.data_validations.dataValidation}
    assert any("确认有风险" in choice and "需部门处置" in choice for choice in rules)
    (departments,) = [rule for choice, rule in rules.items() if "住建局" in choice]
    assert departments.showErrorMessage
    assert str(departments.sqref).startswith(sheet.cell(3, named["需处置部门"]).coordinate)
    (risks,) = [rule for choice, rule in rules.items() if "因病" in choice]
    assert not risks.showErrorMessage
    assert "、" in risks.prompt
    assert sheet.cell(3, named["身份证号"]).value == "231226************"
    filled = {"入户日期": "2026.11.8", "核实人": "王五、李四"}
    fill(
        book,
        confirmed,
        核实结果="确认有风险",
        风险类型="因病、因残",
        人均年收入="6,000",
        住房安全有保障="是",
        **filled,
    )
    fill(book, plain, 核实结果="无风险", 备注="已走访", **filled)
    fill(book, needs, 核实结果="需部门处置", 需处置部门="住建局", **filled)
    fill(book, wrong, 核实结果="不知道", 入户日期="明天", 核实人="王五")
    await county.township.put(f"{LIST}/receipt")
    result = await upload(county, book)
    assert (result["accepted"], result["rejected"]) == (3, 1)
    statuses = {item["task_id"]: item["status"] for item in result["items"]}
    assert statuses == {confirmed: "accepted", plain: "accepted", needs: "accepted", wrong: "rejected"}
    (refused,) = [item for item in result["items"] if item["errors"]]
    assert {error["field"] for error in refused["errors"]} == {"outcome", "visited_on"}
    outcomes = {o["task_id"]: o for o in (await got(county.yb, "/v1/outcomes"))["items"]}
    assert outcomes[confirmed]["outcome"] == "risk_confirmed"
    assert (outcomes[needs]["outcome"], outcomes[needs]["needs_org"]) == ("needs_department", "ZJ")
    assert outcomes[left]["outcome"] is None
    again = await upload(county, book)
    assert {item["status"] for item in again["items"]} == {"unchanged", "rejected"}
    totals = await got(county.township, LIST)
    assert totals["states"] == {"received": 2, "verified": 2, "closed": 1}
    assert totals["total"] == 5
    assert (await got(county.bureau, f"/v1/lists/{CYCLE}/231226101"))["total"] == 1
    assert foreign["id"] not in lines(book)


async def test_the_sheet_is_read_by_our_own_reader(county: County) -> None:
    urgent_later = await county.new_task()
    answer = await county.township.get(LIST, headers={"Accept": XLSX})
    with pytest.raises(StopIteration):
        rows = read_table(io.BytesIO(answer.content), XLSX, SHEET)
        row = next(rows)
        assert row.values["task_id"] == urgent_later["id"]
        assert row.values["version"] == str(urgent_later["version"])
        next(rows)


async def test_other_forms_of_the_list(county: County) -> None:
    task = await county.new_task()
    table = await county.township.get(LIST, headers={"Accept": "text/csv"})
    (row,) = csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")))
    assert (row["任务编号"], row["状态"]) == (task["id"], "待签收")
    row |= {"核实结果": "查无此人", "入户日期": "2026/11/8", "核实人": "王五"}
    text = io.StringIO()
    writer = csv.DictWriter(text, row)
    writer.writeheader()
    writer.writerow(row)
    answer = await county.township.post(
        "/v1/verifications", content=text.getvalue().encode("gb18030"), headers={"Content-Type": "text/csv"}
    )
    assert answer.json()["accepted"] == 1, answer.text


async def test_a_list_that_waits_for_review_is_not_shown(county: County) -> None:
    await county.set_parameter("review_dispatch", "true")
    await county.new_task()
    answer = await county.bureau.get(LIST, headers={"Accept": XLSX})
    assert lines(openpyxl.load_workbook(io.BytesIO(answer.content))) == {}


async def test_a_sheet_pulled_before_a_new_clue_is_refused_for_that_task(county: County) -> None:
    household = registered()
    task = await county.new_task(household)
    book = await pulled(county)
    await county.new_task(household)
    fill(book, task["id"], 核实结果="无风险", 入户日期="2026-11-08", 核实人="王五")
    (item,) = (await upload(county, book))["items"]
    assert [error["code"] for error in item["errors"]] == ["stale_version"]


async def test_a_sheet_of_another_kind_is_refused(county: County) -> None:
    book = openpyxl.Workbook()
    book.active.append(["姓名", "金额"])
    file = io.BytesIO()
    book.save(file)
    answer = await county.township.post(
        "/v1/verifications", content=file.getvalue(), headers={"Content-Type": XLSX}
    )
    assert problem(answer) == (422, "header_not_found")
