import io
from collections.abc import Sequence

import pytest

from shared.tables.columns import Column, Sheet
from shared.tables.errors import TableError
from shared.tables.reading import read_table

from .conftest import HEADER, RECORD, Read


def csv_text(*lines: Sequence[str], delimiter: str = ",", end: str = "\r\n") -> str:
    return "".join(delimiter.join(line) + end for line in lines)


def refusal(read: Read, body: bytes, kind: str = "csv") -> tuple[int, str]:
    with pytest.raises(TableError) as caught:
        read(body, kind)
    return caught.value.status, caught.value.code


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_encodings_delimiters_and_line_ends(read: Read, encoding: str, delimiter: str, end: str) -> None:
    body = csv_text(HEADER, RECORD, delimiter=delimiter, end=end).encode(encoding)
    (row,) = read(body, "csv")
    assert row.line == 2
    assert row.values == {
        "source_record_id": "YB-1",
        "id_number": "231226199003071238",
        "name": "张三",
        "region_code": "231226001001",
        "indicator": "YB01",
        "occurred_on": "2026-11-02",
        "amount": "15100.00",
        "phone": "13800001234",
        "detail": "住院",
    }
    assert row.original == dict(zip(HEADER, RECORD, strict=True))


def test_rare_characters_of_gb18030(read: Read) -> None:
    body = csv_text(HEADER, [*RECORD[:2], "𠮷㛃䶮𬱟", *RECORD[3:]]).encode("gb18030")
    assert read(body, "csv")[0].values["name"] == "𠮷㛃䶮𬱟"


def test_gb18030_after_much_that_is_ascii(read: Read) -> None:
    header = ["source_record_id", "name", "indicator", "occurred_on"]
    lines = [["a" * 90, "b", "c", "2026-11-02"]] * 3_000 + [["x", "张三", "c", "2026-11-02"]]
    body = csv_text(header, *lines).encode("gb18030")
    assert read(body, "csv")[-1].values["name"] == "张三"


def test_charset_is_honoured(read: Read) -> None:
    body = csv_text(HEADER, RECORD).encode("gb18030")
    assert read(body, "text/csv; charset=gbk")[0].values["name"] == "张三"
    assert refusal(read, body, "text/csv; charset=utf-8") == (400, "broken_encoding")


def test_a_file_as_departments_send_it(read: Read) -> None:
    body = csv_text(
        ["绥棱县医保局2026年11月预警名单", *[""] * 9],
        [""] * 10,
        ["序号", *HEADER],
        ["1", *RECORD],
        [""] * 10,
        ["2", "YB-2", *RECORD[1:6], '"1,234.50"', '"139\n0000"', '"说 ""好"""'],
        ["3", "YB-3", *RECORD[1:]],
        ["序号", *HEADER],
        ["4", "YB-4"],
        ["5"],
        ["合计", "", "", "", "", "", "", "31434.50"],
        ["注：金额为个人自付部分", *[""] * 9],
        ["填报人：李四", "", "审核人：王五"],
    ).encode("gb18030")
    rows = read(body, "csv")
    assert [(row.line, row.values["source_record_id"]) for row in rows] == [
        (4, "YB-1"),
        (6, "YB-2"),
        (8, "YB-3"),
        (10, "YB-4"),
    ]
    assert rows[1].values["amount"] == "1,234.50"
    assert rows[1].values["phone"] == "139\n0000"
    assert rows[1].values["detail"] == '说 "好"'
    assert rows[3].values["name"] == ""
    assert rows[0].original["序号"] == "1"


def test_a_note_in_the_first_required_column_is_a_note(read: Read) -> None:
    body = csv_text(HEADER, RECORD, ["说明：以上为十一月数据"], ["制表人：李四", "", "审核：王五"])
    assert len(read(body.encode(), "csv")) == 1


def test_what_looks_like_a_note_among_records_is_not_lost(read: Read) -> None:
    body = csv_text(HEADER, RECORD, ["说明"], RECORD)
    assert [row.values["source_record_id"] for row in read(body.encode(), "csv")] == ["YB-1", "说明", "YB-1"]
    body = csv_text(HEADER, *[["说明"]] * 51)
    assert len(read(body.encode(), "csv")) == 51


def test_amounts_in_ten_thousands(read: Read) -> None:
    header = [*HEADER[:6], "金额（万元）", *HEADER[7:]]
    body = csv_text(header, [*RECORD[:6], "1.51", *RECORD[7:]], [*RECORD[:6], "200元", *RECORD[7:]])
    assert [row.values["amount"] for row in read(body.encode(), "csv")] == ["1.51万元", "200元"]


def test_the_escape_is_undone(read: Read) -> None:
    body = csv_text(HEADER, [*RECORD[:8], "'=1+1"], [*RECORD[:8], "'引号"])
    rows = read(body.encode(), "csv")
    assert [row.values["detail"] for row in rows] == ["=1+1", "'引号"]
    assert rows[0].original["情况说明"] == "=1+1"


def test_header_names_that_are_missing_are_named(read: Read) -> None:
    body = csv_text(HEADER[:5], RECORD[:5]).encode()
    with pytest.raises(TableError, match="缺少列：发生日期") as caught:
        read(body, "csv")
    assert (caught.value.status, caught.value.code) == (422, "header_not_found")
    for empty in (b"", b"\xef\xbb\xbf", b" \r\n\n", b",,,\n,,,\n"):
        assert refusal(read, empty) == (422, "empty_file")
    assert refusal(read, csv_text(*[["x"]] * 20, HEADER, RECORD).encode()) == (422, "header_not_found")
    assert len(read(csv_text(*[["x"]] * 19, HEADER, RECORD).encode(), "csv")) == 1


def test_headings_that_were_seen_are_told(read: Read) -> None:
    cells = ["就诊流水号", "患者", *(f"列{number}" for number in range(9))]
    for line in (cells, ["记录编号", *cells]):
        with pytest.raises(TableError, match="请以这些列名为准") as caught:
            read(csv_text(["某局"], line, ["1"] * len(line)).encode(), "csv")
        shown = "、".join(line[:10])
        assert f"看到的列名：{shown}……" in caught.value.message
    with pytest.raises(TableError) as caught:
        read(csv_text(["YB-1", "张三", "231226198002299013", "2026-11-02"]).encode(), "csv")
    assert "231226" not in caught.value.message


def test_the_fuller_header_wins(read: Read) -> None:
    body = csv_text(["", "", "姓名", "", "预警指标"], HEADER, RECORD)
    assert read(body.encode(), "csv")[0].line == 3


def test_one_column_is_enough() -> None:
    sheet = Sheet([Column("name", ("姓名",), required=True)])
    rows = list(read_table(io.BytesIO("姓名\n张三\n李四\n".encode()), "text/csv", sheet))
    assert [row.values["name"] for row in rows] == ["张三", "李四"]


def good(count: int) -> bytes:
    return csv_text(HEADER, *[RECORD] * count).encode()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"PK\x03\x04....", 400, "not_csv"),
        (b"\xd0\xcf\x11\xe0....", 400, "not_csv"),
        ("姓名".encode("utf-16"), 400, "not_csv"),
        (good(100) + b"\xff\xff\xff\n", 400, "broken_encoding"),
        (good(100) + "张三\n".encode("gb18030"), 400, "broken_encoding"),
        (good(100) + "张".encode()[:2], 400, "broken_encoding"),
        (csv_text(HEADER, RECORD).encode("gb18030") + b"\xff\xff\n", 400, "broken_encoding"),
        (good(1) + b"a,\0,b\n", 422, "nul_character"),
        (good(1) + b"," * 900_000 + b"\n", 422, "too_many_columns"),
        (b"," * 900_000 + b"\n" + good(1), 422, "header_not_found"),
        (good(1) + b"x" * 3_000_000, 422, "line_too_long"),
        (b"x" * 3_000_000, 422, "header_not_found"),
        (good(1) + b'"' + b"x\n" * 600_000, 422, "csv_malformed"),
        (good(1) + b'"\n",' * 500_000, 422, "line_too_long"),
        (good(1) + b'"unclosed\n', 422, "csv_malformed"),
        (good(1) + b'"a"b,c\n', 422, "csv_malformed"),
    ],
)
def test_refusals(read: Read, body: bytes, status: int, code: str) -> None:
    assert refusal(read, body) == (status, code)


def test_unknown_types_are_refused(read: Read) -> None:
    assert refusal(read, b"", "application/pdf") == (415, "unsupported_media_type")


def test_the_source_stays_open(read: Read) -> None:
    source = io.BytesIO(good(1))
    next(read_table(source, "text/csv", Sheet([Column("name", ("姓名",))])))
    assert not source.closed
