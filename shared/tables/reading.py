"""Tables in, whichever of the four forms they have."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from itertools import islice
from typing import IO

from shared.tables.columns import Row, Sheet
from shared.tables.content_types import charset, table_kind
from shared.tables.csv_rows import read_csv
from shared.tables.errors import MalformedTable, TableTooLarge
from shared.tables.json_records import read_json, read_ndjson
from shared.tables.xlsx_rows import read_xlsx

#: Of one body; a county of a million people has a fraction of that to report in a month.
MOST_RECORDS = 2_000_000


def read_table(
    source: IO[bytes], content_type: str, sheet: Sheet, key: str = "records", *, exact: bool = False
) -> Generator[Row, None, None]:
    """The rows of a decoded body, one after another; memory does not grow with them.

    `source` can be sought and is left open. `key` is where a JSON object holds its array. `exact`: a row with a flaw
    refuses the table; otherwise whoever reads looks at `Row.flaw`. Raises TableError, also after some rows (413
    `too_many_records` after MOST_RECORDS): a batch is whole or absent, so that the caller must not keep what it had
    by then.
    It blocks; call it in a thread. Close the iterator when it is not read to its end.
    """
    rows = _bounded(_rows(source, content_type, sheet, key))
    return _exact(rows) if exact else rows


def _exact(rows: Generator[Row, None, None]) -> Generator[Row, None, None]:
    with closing(rows):
        for row in rows:
            if row.flaw:
                raise MalformedTable(row.flaw.code, f"第{row.line}行：{row.flaw.message}")
            yield row


def _bounded(rows: Generator[Row, None, None]) -> Generator[Row, None, None]:
    with closing(rows):
        yield from islice(rows, MOST_RECORDS)
        if next(rows, None) is not None:
            raise TableTooLarge("too_many_records", f"一次最多{MOST_RECORDS}条记录，请拆分成几个文件")


def _rows(source: IO[bytes], content_type: str, sheet: Sheet, key: str) -> Generator[Row, None, None]:
    kind = table_kind(content_type)
    source.seek(0)
    if kind == "json":
        return read_json(source, sheet, key)
    if kind == "ndjson":
        return read_ndjson(source, sheet)
    if kind == "csv":
        return read_csv(source, sheet, charset(content_type))
    return read_xlsx(source, sheet)
