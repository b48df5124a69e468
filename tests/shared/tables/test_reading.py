"""What holds for a table in whichever form."""

import io
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from shared.tables import reading, words
from shared.tables.columns import Sheet
from shared.tables.content_types import MEDIA_TYPES
from shared.tables.errors import MalformedTable, TableTooLarge

from .conftest import HEADER, RECORD, json_body, record, workbook

SHEET = Sheet(words.PUSH_COLUMNS)


def bodies(count: int) -> Iterator[tuple[str, bytes]]:
    records = [record(n) for n in range(count)]
    yield MEDIA_TYPES["json"], json_body(*records)
    yield MEDIA_TYPES["ndjson"], b"\n".join(json_body(one)[12:-2] for one in records)
    yield "text/csv", "\n".join(",".join(row) for row in [HEADER, *[RECORD] * count]).encode()
    yield MEDIA_TYPES["xlsx"], workbook([HEADER, *[RECORD] * count])


def test_a_body_has_so_many_records_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_RECORDS", 3)
    for content_type, body in bodies(3):
        assert len(list(reading.read_table(io.BytesIO(body), content_type, SHEET))) == 3
    for content_type, body in bodies(4):
        with pytest.raises(TableTooLarge) as caught:
            list(reading.read_table(io.BytesIO(body), content_type, SHEET))
        assert (caught.value.status, caught.value.code) == (413, "too_many_records")


def test_closing_it_early_ends_the_reading_process(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    class Seen(subprocess.Popen[bytes]):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Seen)
    rows = reading.read_table(io.BytesIO(workbook([HEADER, *[RECORD] * 5000])), MEDIA_TYPES["xlsx"], SHEET)
    next(rows)
    assert started[0].returncode is None
    rows.close()
    assert started[0].returncode is not None


def test_a_row_beyond_its_headings_refuses_a_table_that_is_read_exactly() -> None:
    body = "\n".join(",".join(row) for row in [HEADER, RECORD, [*RECORD, "50"], [*RECORD, " "]]).encode()
    rows = list(reading.read_table(io.BytesIO(body), "text/csv", SHEET))
    assert [row.surplus for row in rows] == [0, 1, 0]
    beyond = list(
        reading.read_table(io.BytesIO(workbook([HEADER, [*RECORD, "旁注"]])), MEDIA_TYPES["xlsx"], SHEET)
    )
    assert [(row.surplus, row.original[f"第{len(HEADER) + 1}列"]) for row in beyond] == [(0, "旁注")]
    exact = reading.read_table(io.BytesIO(body), "text/csv", SHEET, exact=True)
    assert next(exact).line == 2
    with pytest.raises(MalformedTable, match="第3行") as caught:
        next(exact)
    assert caught.value.code == "surplus_cells"
