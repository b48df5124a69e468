"""Imports through the API, in every form, with what real files hold."""

import asyncio
import gzip
import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import openpyxl
import orjson
import pytest

from services.household_api.imports import service
from services.household_api.imports.tasks import apply_import
from shared.pagination.cursors import encode
from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.registry import OTHER_VILLAGE, VILLAGE, id_number, person
from tests.household_api.conftest import Load, household_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def rejects_of(client: httpx.AsyncClient, imported: dict[str, Any]) -> dict[int, list[str]]:
    """Line -> codes."""
    listed = (await client.get(f"/v1/imports/{imported['id']}/rejects")).json()["items"]
    return {row["line"]: [error["code"] for error in row["errors"]] for row in listed}


def counts(imported: dict[str, Any]) -> tuple[int, ...]:
    names = ("received", "accepted", "rejected", "households", "persons", "changed", "unchanged")
    return tuple(imported[name] for name in names)


async def count(database: TestDatabase, table: str) -> int:
    owner = await database.connect()
    found: int = await owner.fetchval(f"SELECT count(*) FROM household.{table}")
    await owner.close()
    return found


async def test_importing_again_changes_only_what_differs(
    county: httpx.AsyncClient, load: Load, database: TestDatabase
) -> None:
    family = [
        person("F1", "刘洋", id_number=id_number("19700101", 1), phone="13800138000", annual_income="15100"),
        person("F1", "王芳", relationship="配偶", id_number=id_number("19710101", 2)),
        person("F1", "刘小宝", relationship="子"),
    ]
    assert counts(first := await load(family)) == (3, 3, 0, 1, 3, 3, 0)
    assert first["state"] == "applied"
    histories = await count(database, "person_history"), await count(database, "household_history")
    assert counts(await load(family)) == (3, 3, 0, 1, 3, 0, 3)
    assert (await count(database, "person_history"), await count(database, "household_history")) == histories
    family[1]["labour"] = "weak"
    assert counts(await load(family)) == (3, 3, 0, 1, 3, 1, 2)
    assert await count(database, "person_history") == histories[0] + 1
    household = await household_of(county, "F1")
    assert household["version"] == 2
    assert [m["version"] for m in household["members"]] == [1, 2, 1]
    assert household["members"][0]["annual_income"] == "15100.00"


async def test_two_imports_of_one_file_at_once(load: Load) -> None:
    family = [
        person("Q1", "同时主", id_number=id_number("19790101", 61)),
        person("Q1", "同时子", relationship="子"),
    ]
    both = await asyncio.gather(load(family), load(family))
    assert sorted(imported["changed"] for imported in both) == [0, 2]


async def test_what_a_file_does_not_say_stays(county: httpx.AsyncClient, load: Load) -> None:
    number = id_number("19720101", 3)
    await load([person("K1", "赵强", id_number=number, phone="13800138001", labour="skilled")])
    # The same man from a file without telephone and number: known by household and name.
    assert counts(await load([person("K1", "赵强")]))[5:] == (0, 1)
    # A number that has come to be known later belongs to the same person.
    await load([person("K2", "钱进", monitoring_type="marginal")])
    await load([person("K2", "钱进", id_number=id_number("19730101", 4))])
    household = await household_of(county, "K2")
    assert [m["id_number"][:6] for m in household["members"]] == ["231226"]
    assert household["monitoring_type"] == "marginal"
    await load([person("K2", "钱进", monitoring_type="")])
    assert (await household_of(county, "K2"))["monitoring_type"] is None


async def test_rejects_are_read_page_by_page(county: httpx.AsyncClient, load: Load) -> None:
    imported = await load([person("PG1", "翻页主"), *[person("PG1", "", relationship="子")] * 3])
    path = f"/v1/imports/{imported['id']}/rejects"
    lines: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        found = (await county.get(path, params={"limit": 2} | ({"cursor": cursor} if cursor else {}))).json()
        lines += [row["line"] for row in found["items"]]
        cursor = found["next_cursor"]
    assert lines == [2, 3, 4]
    for foreign in (["²"], ["99999999999999999999"], [2**31], [-1], ["1"], [1.5], [True], []):
        refused = await county.get(path, params={"cursor": encode(foreign)})
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_cursor"), foreign


async def test_a_bad_row_is_rejected_alone_and_said_so(county: httpx.AsyncClient, load: Load) -> None:
    imported = await load(
        [
            person("B1", "吴刚", id_number=id_number("19740101", 5)),
            person("B1", "", relationship="配偶", id_number="2.31226E+17", phone="13800138002"),
        ]
    )
    assert counts(imported)[:5] == (2, 1, 1, 1, 1)
    assert await rejects_of(county, imported) == {2: ["name_missing", "id_number_lost_digits"]}
    assert [(note["code"], note["households"]) for note in imported["notes"]] == [("household_incomplete", 1)]
    again = await county.get(f"/v1/imports/{imported['id']}")
    assert again.json() == imported and again.headers["etag"] == '"1"'


async def test_households_must_hold_together(county: httpx.AsyncClient, load: Load) -> None:
    same = id_number("19750101", 6)
    imported = await load(
        [
            person("H1", "一户主", id_number=same),
            person("H1", "二户主", id_number=id_number("19750101", 7)),
            person("H2", "重号", id_number=same),
            person("H3", "无户主", relationship="子"),
            person("H3", "无户主妻", relationship="配偶"),
            person("H4", "异村主"),
            person("H4", "异村人", relationship="子", region_code=OTHER_VILLAGE),
            person("H5", "同名", relationship="户主"),
            person("H5", "同名", relationship="子"),
        ]
    )
    assert await rejects_of(county, imported) == {
        2: ["two_heads"],
        3: ["id_number_twice"],
        4: ["head_missing"],
        5: ["head_missing"],
        7: ["household_differs"],
        9: ["member_twice"],
    }
    listed = await county.get(f"/v1/imports/{imported['id']}/rejects")
    second = listed.json()["items"][0]
    assert "第1行" in second["errors"][0]["message"]
    assert second["record"]["name"] == "二户主"
    assert second["record"]["id_number"] == "231226" + "*" * 12


async def test_a_dead_head_is_accepted_with_a_note(county: httpx.AsyncClient, load: Load) -> None:
    imported = await load(
        [
            person("D1", "遗孀", relationship="配偶"),
            person("D1", "故户主", status="死亡"),
        ]
    )
    assert counts(imported)[:3] == (2, 2, 0)
    assert [note["code"] for note in imported["notes"]] == ["head_deceased"]
    successor = await load(
        [
            person("D1", "遗孀", relationship="户主"),
            person("D1", "故户主", status="死亡"),
        ]
    )
    assert successor["rejected"] == 0 and successor["notes"] == []


async def test_a_head_that_the_registry_has_is_not_passed_over(county: httpx.AsyncClient, load: Load) -> None:
    await load([person("P1", "老户主"), person("P1", "小王", relationship="子")])
    imported = await load([person("P1", "小王")])
    assert await rejects_of(county, imported) == {1: ["two_heads"]}
    assert (await load([person("P1", "小王"), person("P1", "老户主", relationship="父母")]))["rejected"] == 0


async def test_one_number_in_two_households(county: httpx.AsyncClient, load: Load) -> None:
    number = id_number("19760101", 8)
    await load([person("M1", "母家主"), person("M1", "出嫁女", relationship="女", id_number=number)])
    bride = [
        person("M2", "婆家主"),
        person("M2", "出嫁女", relationship="儿媳", id_number=number, region_code=VILLAGE),
    ]
    imported = await load(bride)
    assert await rejects_of(county, imported) == {2: ["id_number_in_other_household"]}
    await load(
        [
            person("M1", "母家主"),
            person("M1", "出嫁女", relationship="女", id_number=number, status="moved"),
        ]
    )
    bride[1]["status"] = "living"
    assert (await load(bride))["rejected"] == 0
    assert [m["name"] for m in (await household_of(county, "M2"))["members"]] == ["婆家主", "出嫁女"]
    assert [m["name"] for m in (await household_of(county, "M1"))["members"]] == ["母家主"]


async def test_members_that_a_file_leaves_out_move_with_the_household(
    county: httpx.AsyncClient, load: Load, other_township: httpx.AsyncClient
) -> None:
    await load([person("V1", "搬家主"), person("V1", "搬家子", relationship="子")])
    await load([person("V1", "搬家主", region_code=OTHER_VILLAGE)])
    household = await household_of(other_township, "V1")
    assert [m["name"] for m in household["members"]] == ["搬家主", "搬家子"]


async def test_a_spreadsheet_as_a_clerk_sends_it(county: httpx.AsyncClient) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["绥棱镇农户信息登记表"])
    sheet.append(["户编号", "与户主关系", "姓名", "身份证号", "行政区划代码", "户类型", "年收入(元)"])
    number = id_number("19770101", 9)
    sheet.append(["S1", "户主", "买买提·艾力", " ".join(number), VILLAGE, "脱贫户", 15100.5])
    sheet.append(["S1", "妻", "古丽", float(number[:17] + "0"), VILLAGE, "脱贫户", 0])
    sheet.append(["填表人：某某"])
    buffer = io.BytesIO()
    book.save(buffer)
    answer = await county.post(
        "/v1/imports",
        content=gzip.compress(buffer.getvalue()),
        headers={"Content-Type": XLSX, "Content-Encoding": "gzip"},
    )
    imported = answer.json()
    assert counts(imported)[:3] == (2, 1, 1)
    path = f"/v1/imports/{imported['id']}/rejects"
    purpose = {"X-Purpose": f"import-rejects:{imported['id']}"}
    workbook = await county.get(path, headers={"Accept": XLSX, **purpose})
    assert workbook.headers["content-type"] == XLSX
    rows = list(openpyxl.load_workbook(io.BytesIO(workbook.content)).active.values)
    assert rows[0][:3] == ("行号", "户编号", "与户主关系") and rows[0][-1] == "退回原因"
    assert rows[1][3] == "古丽" and "后几位已丢失" in rows[1][-1]


async def test_ndjson_and_gb18030(county: httpx.AsyncClient) -> None:
    table = f"户编号,与户主关系,姓名,行政区划代码,户类型\nG1,户主,𠮷䶮,{VILLAGE},一般农户\n"
    answer = await county.post(
        "/v1/imports", content=table.encode("gb18030"), headers={"Content-Type": "text/csv"}
    )
    assert counts(answer.json())[:3] == (1, 1, 0)
    assert (await household_of(county, "G1"))["members"][0]["name"] == "𠮷䶮"
    line = orjson.dumps(person("G2", "某", relationship="02"))
    answer = await county.post("/v1/imports", content=line, headers={"Content-Type": "application/x-ndjson"})
    assert counts(answer.json())[:3] == (1, 1, 0)


async def test_an_amount_with_a_bare_comma_is_not_read_short(county: httpx.AsyncClient) -> None:
    table = (
        "户编号,与户主关系,姓名,行政区划代码,户类型,家庭人均纯收入\n"
        f"G3,户主,某,{VILLAGE},一般农户,12,345.00\nG4,户主,某,{VILLAGE},一般农户,12345.00\n"
    )
    answer = await county.post("/v1/imports", content=table.encode(), headers={"Content-Type": "text/csv"})
    assert counts(answer.json())[:3] == (2, 1, 1)
    (reject,) = (await county.get(f"/v1/imports/{answer.json()['id']}/rejects")).json()["items"]
    assert (reject["line"], [error["code"] for error in reject["errors"]]) == (2, ["surplus_cells"])


async def test_a_dry_run_shows_and_keeps_nothing(
    county: httpx.AsyncClient, database: TestDatabase, load: Load
) -> None:
    await load([person("T1", "已有人", labour="ordinary")])
    tables = ("person", "household", "registry_import", "import_reject", "audit_entry", "person_history")
    before = [await count(database, table) for table in tables]
    records = [
        person("T1", "已有人", labour="weak"),
        person("T2", "新人"),
        person("T3", "", phone="13800138003"),
    ]
    answer = await county.post("/v1/imports?dry_run=true", json={"records": records})
    assert answer.status_code == 200
    tried = answer.json()
    assert counts(tried) == (3, 2, 1, 2, 2, 2, 0)
    assert (tried["id"], tried["dry_run"], tried["state"]) == (None, True, "applied")
    assert tried["changes"] == [
        {"line": 1, "household_no": "T1", "change": "changed"},
        {"line": 2, "household_no": "T2", "change": "new"},
    ]
    assert [row["line"] for row in tried["rejects"]] == [3]
    assert tried["rejects"][0]["record"]["phone"] == "*******8003"
    assert [await count(database, table) for table in tables] == before
    purpose = {"X-Purpose": "import-rejects:dry-run"}
    full = await county.post("/v1/imports?dry_run=true", json={"records": records}, headers=purpose)
    assert full.json()["rejects"][0]["record"]["phone"] == "13800138003"
    owner = await database.connect()
    said = await owner.fetchval(
        "SELECT detail::text FROM household.audit_entry WHERE action = 'import.rejects_disclosed'"
        " AND subject = 'import/dry-run'"
    )
    await owner.close()
    assert "import-rejects:dry-run" in said


@pytest.fixture
async def few_rows_need_review(database: TestDatabase) -> AsyncIterator[None]:
    owner = await database.connect()
    change = "UPDATE household.parameter SET value = $1::text::jsonb WHERE name = 'import_review_rows'"
    await owner.execute(change, "1")
    yield
    await owner.execute(change, "20000")
    await owner.close()


@pytest.mark.usefixtures("few_rows_need_review")
async def test_a_large_import_waits_for_another_officer(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load, database: TestDatabase
) -> None:
    records = [person("R1", "复核主", id_number=id_number("19780101", 10)), person("R2", "")]
    imported = await load(records)
    assert imported["state"] == "review"
    assert counts(imported) == (2, 1, 1, 1, 1, 1, 0)
    assert (await county.get("/v1/households", params={"household_no": "R1"})).json()["items"] == []
    path = f"/v1/imports/{imported['id']}/approval"
    assert (await checker.post(path)).status_code == 428
    assert (await checker.post(path, headers={"If-Match": '"7"'})).status_code == 412
    own = await county.post(path, headers={"If-Match": '"1"'})
    assert (own.status_code, own.json()["code"]) == (409, "same_person")
    approved = await checker.post(path, headers={"If-Match": '"1"'})
    assert approved.status_code == 200 and approved.json()["state"] == "applied"
    assert (await household_of(county, "R1"))["members"][0]["name"] == "复核主"
    assert await rejects_of(county, imported) == {2: ["name_missing"]}
    assert await count(database, "import_row") == 0
    twice = await checker.post(path, headers={"If-Match": "*"})
    assert (twice.status_code, twice.json()["code"]) == (409, "not_in_review")


@pytest.fixture
def everything_is_the_worker_s(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.household_api.imports.rules.APPLY_AT_ONCE", 0)


@pytest.mark.usefixtures("everything_is_the_worker_s")
async def test_a_very_large_import_is_the_worker_s_and_runs_once(
    county: httpx.AsyncClient, load: Load, running: RunningService, database: TestDatabase
) -> None:
    imported = await load([person("W1", "后台主")])
    assert imported["state"] == "received"
    owner = await database.connect()
    payload = await owner.fetchval(
        "SELECT payload FROM household.pgqueuer WHERE entrypoint = $1", service.APPLY
    )
    await owner.close()
    assert imported["id"] in payload.decode()
    job = {"county": "231226", "import_id": imported["id"]}
    await apply_import(running.context, job)
    await apply_import(running.context, job)
    after = (await county.get(f"/v1/imports/{imported['id']}")).json()
    assert (after["state"], after["version"]) == ("applied", 2)
    assert (await household_of(county, "W1"))["version"] == 1


@pytest.mark.usefixtures("everything_is_the_worker_s")
async def test_an_import_that_cannot_be_applied_is_failed(
    county: httpx.AsyncClient, load: Load, running: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = await load([person("W2", "失败主")])

    async def broken(*_: object) -> None:
        raise ValueError("broken")

    monkeypatch.setattr(service, "apply", broken)
    await apply_import(running.context, {"county": "231226", "import_id": imported["id"]})
    assert (await county.get(f"/v1/imports/{imported['id']}")).json()["state"] == "failed"
    assert (await county.get("/v1/households", params={"household_no": "W2"})).json()["items"] == []


async def test_townships_do_not_import_and_do_not_see_imports(
    county: httpx.AsyncClient, township: httpx.AsyncClient, running: RunningService, load: Load
) -> None:
    answer = await township.post("/v1/imports", json={"records": [person("Y1", "某")]})
    assert answer.status_code == 403
    imported = await load([person("Y2", "某")])
    async with running.client("township", "", "231226100", name="bold", scopes=["imports:write"]) as bold:
        assert (await bold.get(f"/v1/imports/{imported['id']}")).status_code == 404
        assert (await bold.post("/v1/imports", json={"records": [person("Y1", "某")]})).status_code == 404


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b'{"records": 5}', "application/json", 422),
        (b'{"records": [5]}', "application/json", 422),
        (b'{"records": [{"name": "\\ud800"}]}', "application/json", 400),
        (
            b'{"records": [{"name": {"a": [1]}, "household_no": ["x"], "id_number": 1e400}]}',
            "application/json",
            422,
        ),
        ("姓名\n王伟\n".encode(), "text/csv", 422),
        (b"\xff\xfe\x00", "text/csv", 400),
        (b"PK\x03\x04nonsense", XLSX, 400),
        (b"x", "image/png", 415),
    ],
)
async def test_what_is_no_table_leaves_no_import(
    county: httpx.AsyncClient, database: TestDatabase, content: bytes, content_type: str, status: int
) -> None:
    before = await count(database, "registry_import")
    answer = await county.post("/v1/imports", content=content, headers={"Content-Type": content_type})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert await count(database, "registry_import") == before


async def test_cells_of_any_make_are_rejected_rows(county: httpx.AsyncClient, load: Load) -> None:
    odd: list[object] = [{"a": 1}, ["x"], 1.5, True, 10**30, "x" * 5000]
    fields = (
        "household_no",
        "name",
        "id_number",
        "region_code",
        "phone",
        "birth_date",
        "annual_income",
        "status",
    )
    records = [{**person("O1", "某"), field: value} for field in fields for value in odd]
    imported = await load(records)
    assert imported["received"] == len(records)
    assert imported["rejected"] > len(records) / 2
