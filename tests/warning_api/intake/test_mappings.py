"""What a department calls its columns and indicators, as the county keeps it."""

import io
from typing import Any

import httpx
import openpyxl
import orjson
import pytest

from services.warning_api.filing.staging import open_personal_data
from tests.factories.warnings import COUNTY, VILLAGE, new_id_number, record
from tests.warning_api.conftest import County, got, problem
from tests.warning_api.intake.test_forms import CSV, XLSX, send

COLUMNS = {
    "就诊流水号": "source_record_id",
    "患者": "name",
    "患者证件": "id_number",
    "住址代码": "region_code",
    "类别": "indicator",
    "出院日期": "occurred_on",
    "自付(万元)": "amount",
}
VALUES = {"indicator": {"大额住院": "YB01", "慢病/门诊": "YB02"}}


async def keep(county: County, org: str, body: dict[str, Any], if_match: str | None = "*") -> httpx.Response:
    headers = {"If-Match": if_match} if if_match else {}
    return await county.bureau.put(f"/v1/mappings/{org}", json=body, headers=headers)


def hospital_file(*rows: str) -> bytes:
    return "\n".join([",".join(COLUMNS), *rows]).encode()


async def test_a_departments_file_is_read_by_its_own_words(county: County) -> None:
    plain = hospital_file(f"H-1,张三,{new_id_number()},{VILLAGE},大额住院,2026-11-02,1.51")
    assert problem(await send(county, "B1", plain, CSV)) == (422, "header_not_found")
    assert (await keep(county, "YB", {"columns": COLUMNS, "values": VALUES})).status_code == 200
    mixed = hospital_file(
        f"H-1,张三,{new_id_number()},{VILLAGE},大额住院,2026-11-02,1.51",
        f"H-2,李四,{new_id_number()},{VILLAGE},慢病／门诊,2026-11-02,",
        f"H-3,王五,{new_id_number()},{VILLAGE},门诊自付费用较高,2026-11-02,",
        f"H-4,赵六,{new_id_number()},{VILLAGE},牙科,2026-11-02,",
    )
    batch = (await send(county, "B1", mixed, CSV)).json()
    assert (batch["accepted"], batch["rejected"], batch["mapping_version"]) == (3, 1, 1), batch
    filed = {w["source_record_id"]: (w["indicator"], w["amount"]) for w in await county.warnings(batch)}
    assert filed == {"H-1": ("YB01", "15100.00"), "H-2": ("YB02", None), "H-3": ("YB02", None)}
    general = await county.post_batch(county.yb, "B2", [record("G-1", id_number=new_id_number())])
    assert general.json()["accepted"] == 1
    other = await county.zj.post(
        "/v1/batches", params={"batch_no": "B1"}, content=plain, headers={"Content-Type": CSV}
    )
    assert problem(other) == (422, "header_not_found")


async def test_rejects_are_told_by_the_words_they_were_sent_in(county: County) -> None:
    await keep(county, "YB", {"columns": COLUMNS, "values": VALUES})
    batch = (await send(county, "B1", hospital_file(f"H-1,,,{VILLAGE},牙科,2026-11-02,"), CSV)).json()
    assert (await keep(county, "YB", {"columns": {}})).json()["version"] == 2
    (reject,) = (await got(county.yb, f"/v1/batches/{batch['id']}/rejects"))["items"]
    assert (reject["source_record_id"], reject["record"]["类别"]) == ("H-1", "牙科")
    answer = await county.yb.get(f"/v1/batches/{batch['id']}/rejects", headers={"Accept": XLSX})
    (sheet,) = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets
    headings = [cell.value for cell in sheet[1]]
    assert headings == [*COLUMNS, "联系电话", "情况说明", "退回原因"]


async def test_versions_are_added_and_the_old_ones_stay(county: County) -> None:
    empty = await county.yb.get("/v1/mappings/YB")
    assert (empty.json()["version"], empty.json()["columns"], empty.headers["ETag"]) == (0, {}, '"0"')
    first = await keep(county, "YB", {"org_code": "YB", "columns": {"患者": "name"}}, if_match=None)
    assert (first.status_code, first.json()["version"], first.headers["ETag"]) == (200, 1, '"1"')
    assert problem(await keep(county, "YB", {"columns": {}}, if_match=None)) == (428, "if_match_required")
    assert problem(await keep(county, "YB", {"columns": {}}, if_match='"0"')) == (412, "stale_version")
    second = await keep(county, "YB", {"columns": COLUMNS, "values": VALUES}, if_match='"1"')
    assert second.json()["values"] == VALUES
    await keep(county, "ZJ", {"columns": {"户主": "name"}})
    old = await got(county.yb, "/v1/mappings/YB", version=1)
    assert (old["columns"], old["version"]) == ({"患者": "name"}, 1)
    assert problem(await county.yb.get("/v1/mappings/YB", params={"version": 9})) == (404, "not_found")
    listed = await got(county.bureau, "/v1/mappings", limit=1)
    rest = await got(county.bureau, "/v1/mappings", cursor=listed["next_cursor"])
    assert [(m["org_code"], m["version"]) for m in listed["items"] + rest["items"]] == [("YB", 2), ("ZJ", 1)]
    async with county.owner() as owner:
        actions = await owner.fetch("SELECT subject FROM warning.audit_entry WHERE action = 'mapping.kept'")
    assert [row["subject"] for row in actions] == ["mapping/YB", "mapping/YB", "mapping/ZJ"]


async def test_a_department_reads_its_own_and_writes_none(common: County) -> None:
    await keep(common, "ZJ", {"columns": {"户主": "name"}})
    assert problem(await common.yb.get("/v1/mappings/ZJ")) == (404, "not_found")
    assert "ZJ" not in [m["org_code"] for m in (await got(common.yb, "/v1/mappings"))["items"]]
    assert problem(await common.yb.put("/v1/mappings/YB", json={"columns": {}}))[0] == 403
    assert problem(await common.township.get("/v1/mappings/YB"))[0] == 403
    assert problem(await keep(common, "XX", {"columns": {}})) == (404, "not_found")
    other_county = common.caller("county", "NYNC", "231281")
    assert problem(await other_county.get("/v1/mappings/ZJ"))[0] in (404, 409)


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"columns": {"年龄": "age"}}, "/columns/年龄", "unknown_field"),
        ({"columns": {}, "values": {"name": {"甲": "乙"}}}, "/values/name", "unknown_field"),
        (
            {"columns": {}, "values": {"indicator": {"a/b": "ZZ9"}}},
            "/values/indicator/a~1b",
            "unknown_indicator",
        ),
        (
            {"columns": {}, "values": {"indicator": {"危房": "ZJ01"}}},
            "/values/indicator/危房",
            "unknown_indicator",
        ),
        ({"columns": {"患者": "name", "患　者": "phone"}}, "/columns/患　者", "ambiguous_word"),
        ({"columns": {"**": "name"}}, "/columns/**", "ambiguous_word"),
        ({"columns": {}, "org_code": "ZJ"}, "/org_code", "other_department"),
    ],
)
async def test_what_is_refused(common: County, body: dict[str, Any], pointer: str, code: str) -> None:
    answer = await keep(common, "YB", body)
    assert problem(answer) == (422, "invalid_request")
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]


@pytest.mark.parametrize(
    "body",
    [{}, {"columns": []}, {"columns": {"x" * 101: "name"}}, {"columns": {"": "name"}}, {"columns": {"a": 1}}],
)
async def test_what_is_malformed(common: County, body: dict[str, Any]) -> None:
    assert problem(await keep(common, "YB", body)) == (422, "invalid_request")


async def sealed_of(county: County, batch: dict[str, Any]) -> list[Any]:
    """The personal data of a batch's warnings, opened, by line."""
    async with county.running.context.begin(COUNTY) as tx:
        rows = await tx.rows(
            "SELECT id, sealed FROM warning WHERE county_code = :county AND batch_id = :batch ORDER BY line",
            {"county": COUNTY, "batch": batch["id"]},
        )
        return open_personal_data(await tx.sealer(), COUNTY, [(row["id"], row["sealed"]) for row in rows])


async def test_disability_certificates_where_the_department_uses_them(county: County) -> None:
    number = new_id_number()
    cl = county.caller("department", "CL")
    made = [
        record("1", id_number=number + "42", indicator="CL01"),
        record("2", id_number=number, indicator="CL01"),
    ]
    batch = await county.push(cl, "B1", made)
    assert batch["accepted"] == 2
    assert [(p.id_number, p.certificate) for p in await sealed_of(county, batch)] == [
        (number, number + "42"),
        (number, None),
    ]
    # Both are one person: the certificate is indexed and matched by the ID number in it.
    assert len({w["task_id"] for w in await county.warnings(batch)}) == 1

    async def pushed_by_yb(batch_no: str) -> list[str]:
        answer = await county.post_batch(county.yb, batch_no, [record(batch_no, id_number=number + "42")])
        rejects = (await got(county.yb, f"/v1/batches/{answer.json()['id']}/rejects"))["items"]
        return [error["code"] for reject in rejects for error in reject["errors"]]

    assert await pushed_by_yb("Y1") == ["id_number_length"]
    await keep(county, "YB", {"columns": {}, "disability_certificates": True})
    assert await pushed_by_yb("Y2") == []
    await keep(county, "YB", {"columns": {}, "disability_certificates": False})
    await county.set_parameter("disability_certificate_departments", '["CL", "YB"]')
    assert await pushed_by_yb("Y3") == ["id_number_length"]
    await keep(county, "YB", {"columns": {}})
    assert await pushed_by_yb("Y4") == []


async def test_former_region_codes_are_filed_under_the_present_ones(county: County) -> None:
    await county.set_parameter("retired_regions", orjson.dumps({"232332": COUNTY}).decode())
    former = "232332" + VILLAGE[6:]
    batch = (
        await county.post_batch(
            county.yb,
            "B1",
            [
                record("1", region_code=former),
                record("2", region_code=former[:6] + "999999"),
                record("3", region_code=VILLAGE),
            ],
        )
    ).json()
    assert (batch["accepted"], batch["rejected"]) == (2, 1)
    assert {w["region_code"] for w in await county.warnings(batch)} == {VILLAGE}
    assert [p.region_as_sent for p in await sealed_of(county, batch)] == [former, None]
    (reject,) = (await got(county.yb, f"/v1/batches/{batch['id']}/rejects"))["items"]
    assert (reject["source_record_id"], reject["errors"][0]["code"]) == ("2", "unknown_region")
