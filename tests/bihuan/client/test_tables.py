"""Pushes: streamed, compressed on the way, sent again from the start, never held in memory."""

import gzip
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard

from bihuan.client import Compression, Connection, UnknownTable
from bihuan.client.tables import table_body
from tests.bihuan.client.conftest import Answer, Server

CSV = "记录编号,姓名\n1,某人\n".encode("gb18030")


@pytest.mark.parametrize(
    ("name", "content_type", "encoding"),
    [
        ("a.csv", "text/csv", None),
        ("a.XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", None),
        ("a.jsonl", "application/x-ndjson", None),
        ("2026.11.json", "application/json", None),
        ("a.csv.gz", "text/csv", "gzip"),
        ("a.ndjson.zst", "application/x-ndjson", "zstd"),
    ],
)
def test_the_ending_tells_the_kind(
    server: Server, connection: Connection, tmp_path: Path, name: str, content_type: str, encoding: str | None
) -> None:
    path = tmp_path / name
    path.write_bytes(CSV)
    server.answers = [Answer(201, {"id": "1", "accepted": 1})]
    assert connection.push(path, "no 1")["accepted"] == 1
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.query) == ("POST", "/v1/batches", {"batch_no": "no 1"})
    assert asked.headers["content-type"] == content_type
    assert asked.headers.get("content-encoding") == encoding
    assert asked.headers["content-length"] == str(len(CSV))
    assert asked.body == CSV
    assert "idempotency-key" not in asked.headers


@pytest.mark.parametrize("compress", ["gzip", "zstd"])
def test_compression_on_the_way(
    server: Server, connection: Connection, tmp_path: Path, compress: Compression
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(CSV * 50_000)
    told: list[int] = []
    connection.push(path, "1", compress=compress, progress=told.append, urgent_reason="洪水", dry_run=True)
    (asked,) = server.asked
    assert asked.query == {"batch_no": "1", "urgent_reason": "洪水", "dry_run": "true"}
    assert asked.headers["content-encoding"] == compress
    assert asked.headers["transfer-encoding"] == "chunked"
    assert len(asked.body) < len(CSV) * 5_000
    if compress == "gzip":
        assert gzip.decompress(asked.body) == CSV * 50_000
    else:
        assert zstandard.ZstdDecompressor().decompressobj().decompress(asked.body) == CSV * 50_000
    assert sum(told) == len(CSV) * 50_000


def test_records_of_a_generator_survive_a_broken_connection(server: Server, connection: Connection) -> None:
    def records() -> Iterator[dict[str, str]]:
        yield {"source_record_id": "1", "name": "某人"}
        yield {"source_record_id": "2", "name": "𠮷某"}

    server.answers = [Answer(close=True), Answer(401), Answer(201, {"id": "1"})]
    assert connection.push(records(), "1") == {"id": "1"}
    assert len(server.asked) == 3
    for asked in server.asked:
        assert asked.headers["content-type"] == "application/x-ndjson"
        assert [json.loads(line) for line in asked.body.splitlines()] == list(records())


def test_imports_and_sheets_go_under_a_key(server: Server, connection: Connection, tmp_path: Path) -> None:
    sheet = tmp_path / "list.xlsx"
    sheet.write_bytes(b"PK")
    server.answers = [Answer(503), Answer(), Answer()]
    connection.import_registry([{"household_no": "1"}], dry_run=True)
    connection.verify(sheet)
    first, again, verification = server.asked
    assert (first.path, first.query) == ("/v1/imports", {"dry_run": "true"})
    assert first.headers["idempotency-key"] == again.headers["idempotency-key"]
    assert (verification.path, verification.body) == ("/v1/verifications", b"PK")
    assert verification.headers["idempotency-key"] != first.headers["idempotency-key"]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_bytes(CSV * 1_000_000)
    assert path.stat().st_size > 15_000_000
    tracemalloc.start()
    try:
        with table_body(path, "zstd") as body:
            assert sum(len(chunk) for chunk in body.chunks()) > 0
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000


def test_what_is_no_table(connection: Connection, tmp_path: Path) -> None:
    for name in ("a.xls", "a", "a.gz", ".csv"):
        with pytest.raises(UnknownTable, match="应以"):
            connection.push(tmp_path / name, "1")
    with pytest.raises(FileNotFoundError):
        connection.push(tmp_path / "missing.csv", "1")


def test_a_sheet_is_downloaded_to_a_file(server: Server, connection: Connection, tmp_path: Path) -> None:
    server.answers = [Answer(body=b"PK sheet")]
    target = connection.download_list("2026-11", "231226100", tmp_path / "list.xlsx")
    assert target.read_bytes() == b"PK sheet"
    (asked,) = server.asked
    assert asked.path == "/v1/lists/2026-11/231226100"
    assert asked.headers["accept"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
