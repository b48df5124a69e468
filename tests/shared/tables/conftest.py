"""Tables as they are sent."""

import io
from collections.abc import Callable, Sequence

import msgspec
import pytest
import xlsxwriter

from shared.tables import words
from shared.tables.columns import Row, Sheet
from shared.tables.content_types import MEDIA_TYPES
from shared.tables.reading import read_table

HEADER = [
    "记录编号",
    "身份证号",
    "姓名",
    "村代码",
    "预警指标",
    "发生日期",
    "金额(元)",
    "联系电话",
    "情况说明",
]
RECORD = [
    "YB-1",
    "231226199003071238",
    "张三",
    "231226001001",
    "YB01",
    "2026-11-02",
    "15100.00",
    "13800001234",
    "住院",
]

Read = Callable[..., list[Row]]


def record(number: int = 1, **fields: object) -> dict[str, object]:
    """One record of a push, as JSON has it."""
    names = [column.name for column in words.PUSH_COLUMNS]
    return dict(zip(names, RECORD, strict=True)) | {"source_record_id": f"YB-{number}"} | fields


def json_body(*records: object) -> bytes:
    return msgspec.json.encode({"records": records})


def workbook(*sheets: Sequence[Sequence[object]]) -> bytes:
    """An XLSX file with these cells; text stays text, as other programs write it."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for line, row in enumerate(rows):
                for place, cell in enumerate(row):
                    sheet.write(line, place, cell)
    return file.getvalue()


@pytest.fixture(scope="session")
def read() -> Read:
    """All rows of a body, by its kind."""

    def read_all(body: bytes, kind: str, sheet: Sheet = Sheet(words.PUSH_COLUMNS)) -> list[Row]:
        content_type = {**MEDIA_TYPES, "csv": "text/csv"}.get(kind, kind)
        return list(read_table(io.BytesIO(body), content_type, sheet))

    return read_all
