"""The sheet that was sent, with a column that says what became of each row: corrected, it goes in again as it is."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from shared.tables.columns import Row, Sheet
from shared.tables.words import RESULT
from shared.tables.writing import OutColumn, OutSheet

#: Fewer than a sheet that is read may have; of rows each with other headings the rest is not shown.
MOST_HEADINGS = 500

_SAID: Final = {
    "accepted": "已受理",
    "unchanged": "与已填报的一致，未改动",
    "duplicate": "与已上报的一致，未重复登记",
}


def _message(error: Mapping[str, str]) -> str:
    return error["message"]


def verdict_words(result: Mapping[str, Any], told: Callable[[Mapping[str, str]], str] = _message) -> str:
    """What is said of a row with this ``status`` and these ``errors``, each as it is ``told``."""
    return _SAID.get(result["status"]) or "未受理：" + "；".join(told(error) for error in result["errors"])


def verdict_sheet(
    title: str,
    sheet: Sheet,
    rows: Sequence[Row],
    results: Mapping[int, str],
    *,
    hidden: Collection[str] = (),
    renewed: Mapping[int, Mapping[str, object]] | None = None,
) -> OutSheet:
    """Every row and heading as it was sent, those of an earlier verdict written anew. ``results``: by line, what is
    said of the row; ``hidden``: fields whose columns are not shown; ``renewed``: by line, fields whose cells have
    changed by what was taken."""
    headings = list(dict.fromkeys(heading for row in rows for heading in row.original))[:MOST_HEADINGS]
    columns = []
    fields: dict[str, str] = {}
    for heading in headings:
        found = sheet.recognise(heading)
        if found is not None and found.column.name == RESULT.name:
            continue
        column = OutColumn(heading, heading, 16)
        if found is not None:
            known = OutColumn.of(found.column, choose=bool(found.column.values))
            column = OutColumn(
                heading,
                heading,
                16,
                known.choices,
                hidden=found.column.name in hidden,
                several=found.column.many,
            )
            fields[found.column.name] = heading
        columns.append(column)
    shown = [
        {
            **{column.name: _text(row.original.get(column.name)) for column in columns},
            **{
                fields[name]: value
                for name, value in (renewed or {}).get(row.line, {}).items()
                if name in fields
            },
            RESULT.name: results.get(row.line, ""),
        }
        for row in rows
    ]
    return OutSheet(title, (*columns, OutColumn.of(RESULT, width=60)), shown)


def _text(value: object) -> str:
    return "" if value is None else str(value)
