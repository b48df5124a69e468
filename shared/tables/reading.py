"""Tables in, whichever of the four forms they have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from shared.tables.columns import Row, Sheet
from shared.tables.content_types import charset, table_kind
from shared.tables.csv_rows import read_csv
from shared.tables.json_records import read_json, read_ndjson
from shared.tables.xlsx_rows import read_xlsx


def read_table(source: IO[bytes], content_type: str, sheet: Sheet, key: str = "records") -> Iterator[Row]:
    """The rows of a decoded body, one after another; memory does not grow with them.

    `source` can be sought and is left open. `key` is where a JSON object holds its array. Raises TableError,
    also after some rows: a batch is whole or absent, so that the caller must not keep what it had by then.
    It blocks; call it in a thread. Close the iterator when it is not read to its end.
    """
    kind = table_kind(content_type)
    source.seek(0)
    if kind == "json":
        return read_json(source, sheet, key)
    if kind == "ndjson":
        return read_ndjson(source, sheet)
    if kind == "csv":
        return read_csv(source, sheet, charset(content_type))
    return read_xlsx(source, sheet)
