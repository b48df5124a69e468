"""The same records in every form that departments send, and bodies that are no table."""

import csv
import gzip
import io
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import openpyxl
import orjson
import pytest
import xlsxwriter
import zstandard
from starlette.requests import ClientDisconnect

from services.warning_api.intake import endpoints
from shared.runtime import tables
from shared.tables.content_types import MEDIA_TYPES
from tests.factories.warnings import VILLAGE, new_id_number, record
from tests.warning_api.conftest import County, got, problem

HEADINGS = {
    "source_record_id": "记录编号",
    "id_number": "身份证号",
    "name": "姓名",
    "region_code": "村代码",
    "indicator": "预警指标",
    "occurred_on": "发生日期",
    "amount": "金额(元)",
    "detail": "情况说明",
}
JSON, NDJSON, CSV, XLSX = (MEDIA_TYPES[kind] for kind in ("json", "ndjson", "csv", "xlsx"))


async def send(
    county: County, batch_no: str, content: Any, kind: str, encoding: str = "", **params: Any
) -> httpx.Response:
    headers = {"Content-Type": kind} | ({"Content-Encoding": encoding} if encoding else {})
    return await county.yb.post(
        "/v1/batches", params={"batch_no": batch_no, **params}, content=content, headers=headers
    )


def as_csv(records: list[dict[str, Any]], encoding: str = "utf-8") -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS.values())
    writer.writerows([row.get(name, "") for name in HEADINGS] for row in records)
    return text.getvalue().encode(encoding)


def as_ndjson(records: list[dict[str, Any]]) -> bytes:
    return b"\n".join(orjson.dumps(row) for row in records)


def as_xlsx(
    rows: list[list[Any]], headings: list[str], title: str = "", notes: tuple[str, ...] = ()
) -> bytes:
    """A sheet as a department's clerk makes it: a merged title above, notes below."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"default_date_format": "yyyy/m/d"}) as book:
        sheet = book.add_worksheet()
        top = 0
        if title:
            sheet.merge_range(0, 0, 0, len(headings) - 1, title)
            top = 1
        sheet.write_row(top, 0, headings)
        for place, row in enumerate(rows, top + 1):
            sheet.write_row(place, 0, row)
        for place, note in enumerate(notes, top + 2 + len(rows)):
            sheet.write(place, 0, note)
    return file.getvalue()


def three(prefix: str) -> list[dict[str, Any]]:
    return [record(f"{prefix}-{n}", id_number=new_id_number(), name=name) for n, name in enumerate(NAMES)]


NAMES = ("张三", "阿依古丽·买买提", "𠮷田")


@pytest.mark.parametrize(
    ("form", "kind", "encoding"),
    [
        (lambda r: orjson.dumps({"records": r}), JSON, ""),
        (lambda r: orjson.dumps({"系统": "医保", "records": r}, option=orjson.OPT_INDENT_2), JSON, ""),
        (as_ndjson, NDJSON, ""),
        (as_csv, CSV, ""),
        (lambda r: as_csv(r, "utf-8-sig"), "text/csv", ""),
        (lambda r: as_csv(r, "gb18030"), "text/csv", ""),
        (lambda r: as_csv(r, "gb18030"), "text/csv; charset=gbk", ""),
        (lambda r: gzip.compress(as_csv(r, "gb18030")), "text/csv", "gzip"),
        (lambda r: zstandard.compress(as_ndjson(r)), NDJSON, "zstd"),
        (
            lambda r: as_xlsx([[row[n] for n in HEADINGS] for row in r], list(HEADINGS.values())),
            XLSX,
            "",
        ),
        (lambda r: gzip.compress(as_xlsx([list(row.values()) for row in r], list(r[0]))), XLSX, "gzip"),
    ],
)
async def test_every_form_files_the_same(
    common: County, request: pytest.FixtureRequest, form: Any, kind: str, encoding: str
) -> None:
    batch_no = request.node.name[-30:]
    records = three(batch_no)
    answer = await send(common, batch_no, form(records), kind, encoding)
    assert answer.status_code == 201, answer.text
    filed = await common.warnings(answer.json())
    assert [(w["source_record_id"], w["subject"]["name"]) for w in filed] == [
        (row["source_record_id"], row["name"]) for row in records
    ]
    assert {(w["indicator"], w["occurred_on"], w["amount"], w["region_code"]) for w in filed} == {
        ("YB01", "2026-11-02", "15100.00", VILLAGE)
    }
    assert all(w["subject"]["id_number"] == "231226************" for w in filed)


async def test_a_clerks_workbook_is_coped_with(common: County) -> None:
    number = new_id_number()
    rows = [
        ["clerk-1", number, "张 三", 231226100201, "住院自付费用较高", date(2026, 11, 2), 15100.5, "住院"],
        ["clerk-2", f"{number[:6]} {number[6:]}", "李四", VILLAGE, "ＹＢ０２", "2026.11.2", "1,234.50", ""],
        ["clerk-3", float(number[:17] + "0"), "王五", VILLAGE, "YB01", 46328, "￥800", ""],
        ["clerk-4", number, "赵六", VILLAGE, "YB01", "2026年11月2日", "", ""],
    ]
    sheet = as_xlsx(rows, list(HEADINGS.values()), "医保局2026年11月预警", ("注：金额单位为元", "填表人：甲"))
    answer = await send(common, "clerk", sheet, XLSX)
    batch = answer.json()
    assert (batch["received"], batch["accepted"], batch["rejected"]) == (4, 3, 1), answer.text
    filed = {w["source_record_id"]: w for w in await common.warnings(batch)}
    assert (filed["clerk-1"]["amount"], filed["clerk-1"]["occurred_on"]) == ("15100.50", "2026-11-02")
    assert (filed["clerk-2"]["indicator"], filed["clerk-2"]["amount"]) == ("YB02", "1234.50")
    (reject,) = (await got(common.yb, f"/v1/batches/{batch['id']}/rejects"))["items"]
    assert (reject["line"], reject["source_record_id"]) == (5, "clerk-3")
    assert [(e["field"], e["code"]) for e in reject["errors"]] == [("id_number", "id_number_lost_digits")]


@pytest.mark.parametrize("kind", ["csv", "json"])
async def test_rejects_go_back_corrected_and_file_exactly_what_was_missing(common: County, kind: str) -> None:
    good, bad = three(f"good-{kind}"), three(f"bad-{kind}")
    for row in bad:
        del row["name"]
    bad[1]["amount"] = "-5"
    content = as_csv([*good, *bad]) if kind == "csv" else orjson.dumps({"records": [*good, *bad]})
    first = await send(common, f"first-{kind}", content, CSV if kind == "csv" else JSON)
    assert (first.json()["accepted"], first.json()["rejected"]) == (3, 3)
    path = f"/v1/batches/{first.json()['id']}/rejects"
    sheet = await common.yb.get(path, headers={"Accept": XLSX})
    assert sheet.headers["content-type"] == XLSX
    book = openpyxl.load_workbook(io.BytesIO(sheet.content))
    rows = book.active
    headings = [cell.value for cell in rows[1]]
    assert headings[-1] == "退回原因"
    name_at = next(n for n, heading in enumerate(headings, 1) if heading in ("姓名", "name"))
    amount_at = next(n for n, heading in enumerate(headings, 1) if heading in ("金额(元)", "amount"))
    reasons = [rows.cell(line, len(headings)).value for line in (2, 3, 4)]
    assert reasons[0] == "缺少姓名，请补填"
    assert "金额不能为负数" in reasons[1]
    for line in (2, 3, 4):
        rows.cell(line, name_at).value = "补填"
        rows.cell(line, amount_at).value = "5.00"
    corrected = io.BytesIO()
    book.save(corrected)
    second = await send(common, f"second-{kind}", corrected.getvalue(), XLSX)
    assert (second.json()["received"], second.json()["accepted"]) == (3, 3), second.text
    filed = await common.warnings(second.json())
    assert [w["source_record_id"] for w in filed] == [row["source_record_id"] for row in bad]


async def test_rejects_are_a_list_with_lines(common: County) -> None:
    records = [record(f"lines-{n}", occurred_on="soon") for n in range(5)]
    batch = (await common.post_batch(common.yb, "lines", [record("lines-x"), *records])).json()
    path = f"/v1/batches/{batch['id']}/rejects"
    first = await got(common.yb, path, limit=3)
    rest = await got(common.yb, path, limit=3, cursor=first["next_cursor"])
    assert [reject["line"] for reject in first["items"] + rest["items"]] == [2, 3, 4, 5, 6]
    assert rest["next_cursor"] is None
    assert first["items"][0]["record"] == records[0]
    for accept, ending in (("text/csv", b"\r\n"), ("application/x-ndjson", b"\n")):
        table = await common.yb.get(path, headers={"Accept": accept})
        assert table.headers["content-type"].startswith(accept)
        assert table.content.count(ending) in (5, 6)


async def test_more_rejects_than_a_table_shows_are_not_cut_off(
    common: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = (await common.post_batch(common.yb, "many", [record(str(n), name="") for n in range(4)])).json()
    path = f"/v1/batches/{batch['id']}/rejects"
    monkeypatch.setattr(endpoints, "MOST_REJECTS", 3)
    assert problem(await common.yb.get(path, headers={"Accept": XLSX})) == (413, "too_large")
    assert len((await got(common.yb, path))["items"]) == 4


NOT_TABLES = [
    (b"", JSON, 400, "not_json"),
    (b"hello", JSON, 400, "not_json"),
    (b'{"records":[{"name":"a"},', JSON, 400, "not_json"),
    (b'{"records":[{"name":"a"}]', JSON, 400, "not_json"),
    (b'{"records":[{"name":"\\ud800"}]}', JSON, 400, "not_json"),
    (b'{"rows":[]}', JSON, 422, "records_missing"),
    (b'{"records":[1]}', JSON, 422, "record_malformed"),
    (b'{"records":[]}', JSON, 422, "no_records"),
    (b"\n\n", NDJSON, 422, "no_records"),
    (b"{not json}\n", NDJSON, 400, "not_json"),
    (b"", CSV, 422, "empty_file"),
    ("记录编号,姓名\n1,张三\n".encode(), CSV, 422, "header_not_found"),
    (as_csv([]), CSV, 422, "no_records"),
    (b"\xff\xfea\x00", CSV, 400, "not_csv"),
    (b"PK\x03\x04nothing", XLSX, 400, "not_xlsx"),
    (b"", XLSX, 422, "empty_file"),
    (as_xlsx([], list(HEADINGS.values())), XLSX, 422, "no_records"),
    (b"{}", "text/plain", 415, "unsupported_media_type"),
    (b"{}", "", 415, "unsupported_media_type"),
]


@pytest.mark.parametrize(("content", "kind", "status", "code"), NOT_TABLES)
async def test_what_is_no_table_leaves_no_batch(
    common: County, content: bytes, kind: str, status: int, code: str
) -> None:
    answer = await send(common, "nothing", content, kind)
    assert problem(answer) == (status, code)
    numbers = [batch["batch_no"] for batch in (await got(common.yb, "/v1/batches"))["items"]]
    assert "nothing" not in numbers


async def test_what_is_compressed_wrongly_is_refused(common: County) -> None:
    whole = gzip.compress(as_csv(three("gz")))
    for content, encoding, refusal in (
        (whole[:-12], "gzip", (400, "corrupt_compression")),
        (b"plain", "gzip", (400, "corrupt_compression")),
        (zstandard.compress(b"{}" * 99)[:-3], "zstd", (400, "corrupt_compression")),
        (whole, "br", (415, "unsupported_content_encoding")),
    ):
        assert problem(await send(common, "gz", content, CSV, encoding)) == refusal


async def test_limits_count_decoded_bytes(common: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "BODY_LIMIT", 5_000)
    large = orjson.dumps({"records": [record(f"large-{n}") for n in range(100)]})
    assert len(gzip.compress(large)) < 5_000
    for content, encoding in ((large, ""), (gzip.compress(large), "gzip")):
        assert problem(await send(common, "large", content, JSON, encoding)) == (413, "body_too_large")
    monkeypatch.setattr(tables, "XLSX_LIMIT", 1_000)
    sheet = as_xlsx([], list(HEADINGS.values()))
    assert problem(await send(common, "large", sheet, XLSX)) == (413, "body_too_large")


async def test_a_body_that_stops_leaves_nothing(common: County) -> None:
    async def stops() -> AsyncIterator[bytes]:
        yield b'{"records":[' + orjson.dumps(record("stops-1")) + b","
        raise ClientDisconnect

    assert problem(await send(common, "stops", stops(), JSON)) == (400, "client_disconnected")
    answer = await common.post_batch(common.yb, "stops", [record("stops-1")])
    assert (answer.status_code, answer.json()["accepted"]) == (201, 1)
