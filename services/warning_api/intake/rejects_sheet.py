"""Rejects as a spreadsheet: the original columns, and one more that says why."""

from collections.abc import Iterable, Sequence
from typing import Any

from shared.tables.columns import Sheet
from shared.tables.words import PUSH_COLUMNS, REASONS
from shared.tables.writing import OutColumn, OutSheet

REASON = REASONS.headers[0]

#: Fewer than a sheet that is pushed may have; of records each with other keys the rest is not shown.
MOST_HEADINGS = 500


def rejects_sheet(rejects: Sequence[dict[str, Any]], as_read: Sheet) -> OutSheet:
    """Every original heading in the order it first appears; all cells as text, so that no ID is damaged.

    ``as_read``: the table that the department's headings were recognised by.
    """
    headings: dict[str, None] = {}
    for reject in rejects:
        headings.update(dict.fromkeys(reject["record"]))
    # A sheet that was returned once before already has the column; it is written anew.
    headings.pop(REASON, None)
    headings = dict.fromkeys([*list(headings)[:MOST_HEADINGS], *_missing(headings, as_read)])
    columns = [OutColumn(heading, heading, 20) for heading in headings]
    rows = (
        {
            **{heading: _text(value) for heading, value in reject["record"].items()},
            REASON: "；".join(error["message"] for error in reject["errors"]),
        }
        for reject in rejects
    )
    return OutSheet("退回记录", [*columns, OutColumn(REASON, REASON, 60)], rows)


def _missing(headings: Iterable[str], as_read: Sheet) -> list[str]:
    """Headings of the fields that no record was sent with, so that they can be filled in."""
    sent = {found.column.name for heading in headings if (found := as_read.recognise(heading))}
    return [column.headers[0] for column in PUSH_COLUMNS if column.name not in sent]


def _text(value: Any) -> str:
    return "" if value is None else str(value)
