import io
import json
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.tables import json_records, words
from shared.tables.columns import Sheet
from shared.tables.errors import TableError
from shared.tables.json_records import read_json, read_ndjson

SHEET = Sheet(words.PUSH_COLUMNS)


def rows(body: bytes, key: str = "records") -> list[dict[str, object]]:
    return [row.original for row in read_json(io.BytesIO(body), SHEET, key)]


def refusal(body: bytes, *, lines: bool = False) -> tuple[int, str]:
    source = io.BytesIO(body)
    with pytest.raises(TableError) as caught:
        list(read_ndjson(source, SHEET) if lines else read_json(source, SHEET, "records"))
    return caught.value.status, caught.value.code


def test_an_object_and_a_bare_array() -> None:
    for body in (b'{"records":[{"name":"a"},{"name":"b"}]}', b' [ {"name":"a"} ,\n{"name":"b"} ] '):
        found = list(read_json(io.BytesIO(body), SHEET, "records"))
        assert [(row.line, row.values["name"]) for row in found] == [(1, "a"), (2, "b")]


def test_what_stands_around_the_array() -> None:
    body = b'\xef\xbb\xbf{"other":{"records":[1]},"text":"\\"records\\":[",'
    body += b'"records" : [{"name":"a"}], "more":[1]}'
    assert rows(body) == [{"name": "a"}]
    assert rows(b'{"items":[{"name":"a"}]}', "items") == [{"name": "a"}]
    assert rows(b"[]") == rows(b'{"records":[]}') == []


def test_chinese_keys_and_words() -> None:
    body = json.dumps([{"姓名": "张三", "身份证号": "1", "附加": 1}]).encode()
    row = next(read_json(io.BytesIO(body), SHEET, "records"))
    assert row.values == {"name": "张三", "id_number": "1"}
    assert row.original == {"姓名": "张三", "身份证号": "1", "附加": 1}


plain_text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=4)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | plain_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(plain_text, inner, max_size=3),
    max_leaves=8,
)
tricky = st.sampled_from(['"', '\\"', "},{", "]", "[", '\\\\"', "{", '"},{"a":"', "\\", "\\u0041", ",", "\n"])
record_lists = st.lists(
    st.dictionaries(
        plain_text,
        json_values | st.lists(tricky, max_size=5).map("".join),
        max_size=4,
    ),
    max_size=12,
)


@settings(max_examples=300)
@given(
    records=record_lists,
    chunk=st.integers(1, 64),
    indent=st.sampled_from([None, 1]),
    ascii_only=st.booleans(),
)
def test_cut_anywhere_it_is_the_same(
    records: list[dict[str, object]], chunk: int, indent: int | None, ascii_only: bool
) -> None:
    body = json.dumps(records, indent=indent, ensure_ascii=ascii_only).encode()
    expected = json.loads(body)
    with patch.object(json_records, "_CHUNK", chunk):
        assert rows(body) == expected


@settings(max_examples=200)
@given(records=record_lists.filter(len), cut=st.integers(1, 200), chunk=st.integers(16, 64))
def test_no_cut_array_is_taken(records: list[dict[str, object]], cut: int, chunk: int) -> None:
    body = json.dumps(records).encode()
    with patch.object(json_records, "_CHUNK", chunk):
        assert refusal(body[: -min(cut, len(body) - 1)]) == (400, "not_json")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "not_json"),
        (b"name,id\n1,2\n", 400, "not_json"),
        (b"PK\x03\x04", 400, "not_json"),
        (b'{"records":', 400, "not_json"),
        (b'{"records":[{"name":"a"}', 400, "not_json"),
        (b'{"records":[{"name":"a"}]', 400, "not_json"),
        (b'{"records":[{"name":"a"}]} x', 400, "not_json"),
        (b'[{"name":"a"},]', 400, "not_json"),
        (b'[,{"name":"a"}]', 400, "not_json"),
        (b'[{"name":"a"} {"name":"b"}]', 400, "not_json"),
        (b'[{"name":"a"}}]', 400, "not_json"),
        (b'[{"name":"a"}]' + b" " * 2_000_000 + b"x", 400, "not_json"),
        (b'[{"name":"\xff"}]', 400, "not_json"),
        (b'[{"name":"\x00"}]', 400, "not_json"),
        (b'[{"name":"\\ud800"}]', 400, "not_json"),
        (b'[{"name":NaN}]', 400, "not_json"),
        (b'[{"name":"\\u0000"}]', 422, "nul_character"),
        (b'[{"name":["\\\\\\u0000"]}]', 422, "nul_character"),
        (b"[1,2]", 422, "record_malformed"),
        (b'[[{"name":"a"}]]', 422, "record_malformed"),
        (b'[{"name":' + b"9" * 5000 + b"}]", 422, "record_malformed"),
        (b'{"name":"a"}', 422, "records_missing"),
        (b'{"records":{"name":"a"}}', 422, "records_missing"),
        (b'"text"', 422, "records_missing"),
        (b'{"records":[{"name":"a"}],"records":[{"name":"b"}]}', 422, "records_twice"),
        (b"[" * 10_000 + b"]" * 10_000, 422, "too_deep"),
        (b'[{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}]", 422, "too_deep"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 422, "too_deep"),
        (b'{"records":[],"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}", 422, "too_deep"),
        (b'[{"name":"' + b"x" * 3_000_000 + b'"}]', 422, "record_too_long"),
        (b"[" + b"1," * 2_000_000, 422, "record_too_long"),
        (json.dumps([{f"k{n}": n for n in range(2_000)}]).encode(), 422, "too_many_columns"),
    ],
)  # fmt: skip
def test_refusals(body: bytes, status: int, code: str) -> None:
    assert refusal(body) == (status, code)


@pytest.mark.parametrize("chunk", range(1, 20))
@pytest.mark.parametrize(
    "body", [b'[{"name":"a"},]', b'[{"name":"a"}{"name":"b"}]', b'[{"name":"a"},,{"name":"b"}]']
)
def test_commas_count_wherever_it_is_cut(body: bytes, chunk: int) -> None:
    with patch.object(json_records, "_CHUNK", chunk):
        assert refusal(body) == (400, "not_json")


def test_a_harmless_backslash_is_no_nul() -> None:
    assert rows(b'[{"name":"\\\\u0000"}]') == [{"name": "\\u0000"}]


def test_ndjson() -> None:
    body = b'\xef\xbb\xbf{"name":"a"}\r\n\n{"name":"b"}\n   \n{"name":"c"}'
    found = list(read_ndjson(io.BytesIO(body), SHEET))
    assert [(row.line, row.values["name"]) for row in found] == [(1, "a"), (3, "b"), (5, "c")]


@given(records=record_lists, chunk=st.integers(1, 64))
def test_ndjson_cut_anywhere_is_the_same(records: list[dict[str, object]], chunk: int) -> None:
    body = "\n".join(json.dumps(record) for record in records).encode()
    with patch.object(json_records, "_CHUNK", chunk):
        found = [row.original for row in read_ndjson(io.BytesIO(body), SHEET)]
    assert found == [json.loads(line) for line in body.split(b"\n") if line]


ndjson_pieces = st.sampled_from(
    [
        '{"a":1}',
        '{"b":"}"}',
        '{"a":"}\\n{"}',
        "{}",
        '{"a":{}',
        "}",
        "{",
        '{"a":[[{}]]}',
        "\n",
        "\r\n",
        " ",
        "[",
        "x",
    ]
)


@settings(max_examples=500)
@given(body=st.lists(ndjson_pieces, max_size=12).map("".join))
def test_many_lines_at_once_are_what_each_line_is(body: str) -> None:
    def read() -> list[tuple[int, object]] | tuple[int, str]:
        try:
            return [(row.line, row.original) for row in read_ndjson(io.BytesIO(body.encode()), SHEET)]
        except TableError as error:
            return error.status, error.code

    together = read()
    with patch.object(json_records, "_decode_plain_lines", lambda texts: None):
        assert together == read()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"name":"a"}\n{"name":', 400, "not_json"),
        (b'{"name":"\xff"}', 400, "not_json"),
        (b'{"name":"a"}\n[1]', 422, "record_malformed"),
        (b'{"name":"a"} {"name":"b"}', 400, "not_json"),
        (b'{"name":\n"a"}\n{"name":"b"} {"name":"c"}', 400, "not_json"),
        (b'{"name":"\\u0000"}', 422, "nul_character"),
        (b'{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}", 422, "too_deep"),
        (b'{"a":' + b"[" * 400_000, 422, "too_deep"),
        (b'{"name":"' + b"x" * 3_000_000 + b'"}', 422, "record_too_long"),
    ],
)
def test_ndjson_refusals(body: bytes, status: int, code: str) -> None:
    assert refusal(body, lines=True) == (status, code)
