"""The national system's export, as it comes: title rows, months, places by name."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import openpyxl
import pytest

from services.household_api.imports.layouts import SHIPPED, recognised
from shared.testing.databases import TestDatabase
from tests.factories.registry import VILLAGE, id_number, person
from tests.household_api.conftest import PURPOSE, Load, household_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

HEADINGS = (
    *(
        "省",
        "市",
        "县",
        "乡",
        "村",
        "户编号",
        "姓名",
        "证件号码",
        "与户主关系",
        "民族",
        "文化程度",
        "在校生状况",
    ),
    *("健康状况", "劳动技能", "是否参加医保", "低保", "特困", "户类型", "监测对象类别", "风险是否已消除"),
    *(
        "识别监测时间",
        "致贫/返贫风险1",
        "致贫/返贫风险2",
        "致贫/返贫风险3",
        "致贫/返贫风险4",
        "致贫/返贫风险5",
    ),
    *("风险消除方式", "消除监测时间", "工资性收入", "经营净收入", "财产净收入", "转移净收入", "合规自付支出"),
    *("人均纯收入",),
)

HEAD = {
    **{
        "省": "黑龙江省",
        "市": "绥化市",
        "县": "绥棱县",
        "乡": "绥棱镇",
        "村": "东方红村",
        "与户主关系": "户主",
    },
    **{"民族": "汉族", "文化程度": "小学", "健康状况": "患有大病", "劳动技能": "弱劳动力或半劳动力"},
    **{
        "是否参加医保": "是",
        "低保": "是",
        "特困": "否",
        "户类型": "一般农户",
        "监测对象类别": "边缘易致贫户",
    },
    **{"风险是否已消除": "是", "识别监测时间": "202103", "致贫/返贫风险1": "因病", "致贫/返贫风险2": "因灾"},
    **{"风险消除方式": "自然消除", "消除监测时间": "202211", "工资性收入": 12000, "经营净收入": -300.5},
    **{"财产净收入": 0, "转移净收入": 2400, "合规自付支出": 5100, "人均纯收入": 7049.75},
}


def head(household_no: str, name: str, number: int, **more: Any) -> dict[str, Any]:
    return HEAD | {"户编号": household_no, "姓名": name, "证件号码": id_number("19660101", number)} | more


def export(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """The header on the third row, two merged title rows above it."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["监测对象信息导出"])
    sheet.append(["导出单位：绥棱县  导出时间：2026-11-05"])
    sheet.merge_cells("A1:H1")
    sheet.merge_cells("A2:H2")
    sheet.append(HEADINGS)
    for row in rows:
        sheet.append([row.get(heading) for heading in HEADINGS])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


async def send(county: httpx.AsyncClient, rows: Sequence[Mapping[str, Any]], **query: Any) -> dict[str, Any]:
    answer = await county.post(
        "/v1/imports", params=query, content=export(rows), headers={"Content-Type": XLSX}
    )
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, Any] = answer.json()
    return found


async def rows_of(database: TestDatabase, table: str, household_no: str) -> list[dict[str, Any]]:
    owner = await database.connect()
    found = await owner.fetch(
        f"SELECT r.* FROM household.{table} r JOIN household.household h ON h.id = r.household_id"
        " WHERE h.household_no = $1",
        household_no,
    )
    await owner.close()
    return [dict(row) for row in found]


async def errors_of(
    county: httpx.AsyncClient, imported: Mapping[str, Any]
) -> dict[int, list[tuple[str, str]]]:
    listed = (await county.get(f"/v1/imports/{imported['id']}/rejects")).json()["items"]
    return {row["line"]: [(error["code"], error["message"]) for error in row["errors"]] for row in listed}


async def test_an_export_is_recognised_and_fills_registry_incomes_and_the_national_record(
    county: httpx.AsyncClient, database: TestDatabase
) -> None:
    spouse = {"户编号": "N1", "姓名": "国妻", "与户主关系": "配偶", "证件号码": id_number("19680101", 102)}
    rows = [head("N1", "国主", 101), spouse]
    imported = await send(county, rows, as_of="2026-10-31")
    assert (imported["layout"], imported["accepted"], imported["rejected"]) == ("national", 2, 0)
    assert (imported["added"], imported["changed"]) == (2, 2)
    household = await household_of(county, "N1")
    assert (household["region_code"], household["monitoring_type"]) == (VILLAGE, "marginal")
    assert household["social_assistance"] == "minimum_living"
    assert household["self_paid_medical"] == "5100.00"
    assert household["members"][0]["labour"] == "weak" and household["members"][0]["insured"] is True
    (income,) = await rows_of(database, "income_record", "N1")
    assert [str(income[name]) for name in ("wages", "business", "transfers")] == [
        "12000.00",
        "-300.50",
        "2400.00",
    ]
    assert (str(income["as_of"]), income["members"], income["source"]) == ("2026-10-31", 2, "national")
    (national,) = await rows_of(database, "national_record", "N1")
    assert (str(national["identified_on"]), str(national["eliminated_on"])) == ("2021-03-01", "2022-11-01")
    assert (national["elimination_kind"], national["risk_types"]) == ("natural", ["illness", "disaster"])
    assert (national["risk_eliminated"], str(national["per_capita_income"])) == (True, "7049.75")

    # The same file twice changes nothing, dated or not.
    for query in ({"as_of": "2026-10-31"}, {}):
        again = await send(county, rows, **query)
        assert (again["changed"], again["unchanged"]) == (0, 2)
    assert await rows_of(database, "income_record", "N1") == [income]
    assert await rows_of(database, "national_record", "N1") == [national]

    # An income that has become another is a new entry; the old one stands.
    raised = await send(county, [head("N1", "国主", 101, 工资性收入=15000), spouse], as_of="2026-10-31")
    assert raised["changed"] == 2
    assert [str(row["wages"]) for row in await rows_of(database, "income_record", "N1")] == [
        "12000.00",
        "15000.00",
    ]


async def test_what_a_case_here_has_decided_is_not_overwritten(
    county: httpx.AsyncClient, database: TestDatabase, load: Load
) -> None:
    await load(
        [person("N2", "案主", monitoring_type="sudden_hardship", id_number=id_number("19660101", 110))]
    )
    owner = await database.connect()
    await owner.execute(
        "UPDATE household.household SET monitoring_case_id = gen_random_uuid() WHERE household_no = 'N2'"
    )
    await owner.close()
    assert (await send(county, [head("N2", "案主", 110)]))["rejected"] == 0
    household = await household_of(county, "N2")
    assert (household["monitoring_type"], household["risk_eliminated"]) == ("sudden_hardship", False)
    (national,) = await rows_of(database, "national_record", "N2")
    assert (national["monitoring_type"], national["risk_eliminated"]) == ("marginal", True)


async def test_bad_rows_are_rejected_with_what_would_be_right_and_go_again_corrected(
    county: httpx.AsyncClient,
) -> None:
    rows = [
        head("N10", "外县", 120, 县="北林区"),
        head("N11", "错村", 121, 村="东方洪村"),
        head("N12", "逗号", 122, 人均纯收入=7049750),
        head("N13", "将来", 123, 识别监测时间="203001"),
        head("N14", "倒序", 124, 识别监测时间="202212", 消除监测时间="202101"),
        head("N15", "风险", 125, **{"致贫/返贫风险1": "因懒"}),
        head("", "无户", 126),
        head("N16", "负数", 127, 工资性收入=-1),
        head("N17", "好人", 128),
        head("N18", "百万", 129, 工资性收入=15_000_000),
    ]
    imported = await send(county, rows)
    assert imported["accepted"] == 1
    found = await errors_of(county, imported)
    assert {line: [code for code, _ in errors] for line, errors in found.items()} == {
        4: ["region_other_county"],
        5: ["region_unknown"],
        6: ["income_per_head_limit"],
        7: ["date_in_future", "eliminated_before_identified"],
        8: ["eliminated_before_identified"],
        9: ["risk_1_unknown"],
        10: ["household_no_missing"],
        11: ["wages_negative"],
        13: ["income_per_head_limit"],
    }
    assert "东方红村委会" in found[5][0][1]
    workbook = await county.get(f"/v1/imports/{imported['id']}/rejects", headers={"Accept": XLSX, **PURPOSE})
    book = openpyxl.load_workbook(io.BytesIO(workbook.content))
    sheet = book.active
    headings = [cell.value for cell in sheet[1]]
    assert headings[-1] == "退回原因" and {"识别监测时间", "乡", "证件号码"} <= set(headings)
    village = headings.index("村") + 1
    assert sheet.cell(3, village).value == "东方洪村"
    sheet.cell(3, village).value = "东方红"
    sheet.delete_rows(4, 20)
    sheet.delete_rows(2)
    buffer = io.BytesIO()
    book.save(buffer)
    corrected = await county.post("/v1/imports", content=buffer.getvalue(), headers={"Content-Type": XLSX})
    assert (corrected.json()["layout"], corrected.json()["accepted"]) == ("national", 1)
    assert (await household_of(county, "N11"))["region_code"] == VILLAGE


async def test_a_layout_tells_every_heading_that_it_understands(county: httpx.AsyncClient) -> None:
    standard = (await county.get("/v1/import-layouts/standard")).json()
    fields = {field["name"]: field for field in standard["fields"]}
    assert [name for name, field in fields.items() if field["required"]] == [
        "household_no",
        "relationship",
        "name",
        "region_code",
        "household_type",
    ]
    assert "公民身份号码" in fields["id_number"]["headings"]
    assert fields["household_type"]["words"]["脱贫户"] == "lifted"
    assert fields["phone"]["words"] is None
    listed = (await county.get("/v1/import-layouts")).json()["items"]
    national = next(item for item in listed if item["name"] == "national")
    (risk,) = [field for field in national["fields"] if field["name"] == "risk_1"]
    assert "致贫/返贫风险1" in risk["headings"] and risk["words"]["缺劳力"] == "labour_shortage"


async def test_rows_of_one_household_that_contradict_each_other(county: httpx.AsyncClient) -> None:
    imported = await send(
        county,
        [
            head("N20", "主人", 130),
            head("N20", "子人", 131, 与户主关系="之子", 工资性收入=999),
            head("N21", "乡同", 132),
            head("N21", "乡异", 133, 与户主关系="之子", 乡="上集镇", 村="大兴村"),
        ],
    )
    found = await errors_of(county, imported)
    assert {line: [code for code, _ in errors] for line, errors in found.items()} == {
        5: ["household_differs"],
        7: ["household_differs"],
    }


async def test_a_county_keeps_its_own_words(county: httpx.AsyncClient, database: TestDatabase) -> None:
    path = "/v1/import-layouts/old_system"
    assert (await county.get(path)).status_code == 404
    layout = {
        "columns": {"档案号": "household_no", "何人": "name", "关系": "relationship", "属地": "region_code"},
        "values": {"household_type": {"甲类": "lifted"}},
    }
    kept = await county.put(path, json=layout)
    assert (kept.status_code, kept.json()["version"], kept.headers["etag"]) == (200, 1, '"1"')
    assert (await county.put(path, json=layout)).status_code == 428
    wrong = layout | {"columns": {"档案号": "no_such"}, "values": {"household_type": {"甲类": "rich"}}}
    refused = await county.put(path, json=wrong, headers={"If-Match": '"1"'})
    assert [error["code"] for error in refused.json()["errors"]] == ["unknown_field", "unknown_code"]
    table = f"档案号,关系,何人,属地,户类型\nL1,户主,旧档,{VILLAGE},甲类\n"
    answer = await county.post("/v1/imports", content=table.encode(), headers={"Content-Type": "text/csv"})
    assert (answer.json()["layout"], answer.json()["layout_version"]) == ("old_system", 1)
    assert (await household_of(county, "L1"))["household_type"] == "lifted"
    second = await county.put(path, json=layout | {"values": {}}, headers={"If-Match": '"1"'})
    assert second.json()["version"] == 2
    assert (await county.get(path, params={"version": 1})).json()["values"] == layout["values"]
    listed = (await county.get("/v1/import-layouts")).json()["items"]
    assert [item["name"] for item in listed] == ["standard", "national", "old_system"]
    unknown = await county.post("/v1/imports?layout=nothing", json={"records": []})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "layout_unknown")


async def test_incomes_of_our_own_sheet_are_recorded_too(
    load: Load, database: TestDatabase, county: httpx.AsyncClient
) -> None:
    imported = await load([person("N30", "标准", wages="9000", transfers="100.5", members="3")])
    assert (imported["layout"], imported["rejected"]) == ("standard", 0)
    (income,) = await rows_of(database, "income_record", "N30")
    assert (str(income["wages"]), income["members"], income["source"]) == ("9000.00", 3, "import")
    assert await rows_of(database, "national_record", "N30") == []
    future = await county.post("/v1/imports?as_of=2027-01-01", json={"records": [person("N31", "某")]})
    assert (future.status_code, future.json()["code"]) == (422, "as_of_in_future")


@pytest.mark.parametrize(
    ("headings", "name"),
    [
        (["户编号", "姓名", "与户主关系", "乡镇", "村", "村代码", "户类型", "人均纯收入"], "standard"),
        (["户编号", "姓名", "与户主关系", "识别监测时间"], "national"),
        (["household_no", "name", "relationship", "identified_on"], "national"),
        (["备注"], None),
    ],
)
def test_a_layout_is_recognised_by_its_headings(headings: list[str], name: str | None) -> None:
    found = recognised(SHIPPED.values(), headings)
    assert (found and found.name) == name
