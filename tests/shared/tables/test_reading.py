"""What holds for a table in whichever form."""

import io
import subprocess
import zipfile
from collections.abc import Iterator
from typing import Any

import openpyxl
import pytest

from shared.tables import reading, words, xlsx_process
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
    assert [row.flaw and row.flaw.code for row in rows] == [None, "surplus_cells", None]
    beyond = list(
        reading.read_table(io.BytesIO(workbook([HEADER, [*RECORD, "旁注"]])), MEDIA_TYPES["xlsx"], SHEET)
    )
    assert [(row.flaw, row.original[f"第{len(HEADER) + 1}列"]) for row in beyond] == [(None, "旁注")]
    exact = reading.read_table(io.BytesIO(body), "text/csv", SHEET, exact=True)
    assert next(exact).line == 2
    with pytest.raises(MalformedTable, match="第3行") as caught:
        next(exact)
    assert caught.value.code == "surplus_cells"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_error_of_a_formula_is_a_flaw_where_it_is_read(form: str) -> None:
    amount = HEADER.index("金额(元)")
    failed = [*RECORD, ""]
    failed[amount] = "#DIV/0!"
    beside = [*RECORD, "#N/A"]
    lines = [[*HEADER, "本单位的列"], failed, beside, [*RECORD, ""]]
    if form == "csv":
        body = "\n".join(",".join(line) for line in lines).encode()
    else:
        book = openpyxl.Workbook()
        for line in lines:
            book.active.append(line)
        file = io.BytesIO()
        book.save(file)
        body = file.getvalue()
        assert b't="e"' in zipfile.ZipFile(io.BytesIO(body)).read("xl/worksheets/sheet1.xml")
    rows = list(reading.read_table(io.BytesIO(body), MEDIA_TYPES[form], SHEET))
    assert [row.flaw and row.flaw.code for row in rows] == ["failed_formula", None, None]
    assert rows[0].flaw is not None and "“金额(元)”" in rows[0].flaw.message
    assert [row.original["金额(元)"] for row in rows] == ["#DIV/0!", *[RECORD[amount]] * 2]


def test_no_tag_is_divided_where_a_workbook_is_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_process, "_STEP", 64)
    sheet = (
        b"<c/>"
        + b"".join(b'<c r="B%d" s="1" t="e"><v>#N/A</v></c>' % line for line in range(100))
        + b"x" * 200
    )
    pieces = list(xlsx_process._pieces(io.BytesIO(sheet)))
    assert (b"".join(pieces), len(pieces) > 20) == (sheet, True)
    assert sum(len(xlsx_process._ERROR_CELL.findall(piece)) for piece in pieces) == 100
