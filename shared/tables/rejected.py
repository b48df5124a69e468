"""The sheet of rows that were not taken: corrected, it goes in again as it is."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.tables.columns import Column
from shared.tables.words import LINE, REASONS
from shared.tables.writing import OutColumn, OutSheet


def rejected_sheet(columns: Iterable[Column], rejects: Sequence[Mapping[str, Any]]) -> OutSheet:
    """``rejects``: ``{line, errors[{message}], record}``. Columns that no row fills are left out, unless a file
    cannot do without them."""
    rows = [
        {
            **reject["record"],
            LINE.name: reject["line"],
            REASONS.name: "；".join(error["message"] for error in reject["errors"]),
        }
        for reject in rejects
    ]
    filled = {name for row in rows for name in row}
    shown = (OutColumn.of(column) for column in columns if column.required or column.name in filled)
    return OutSheet("退回行", (OutColumn.of(LINE, width=8), *shown, OutColumn.of(REASONS, width=60)), rows)
