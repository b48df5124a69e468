"""Rejects as a spreadsheet: the original columns, and one more that says why."""

from collections.abc import Sequence
from typing import Any

from shared.tables.writing import OutColumn, OutSheet

REASON = "退回原因"


def rejects_sheet(rejects: Sequence[dict[str, Any]]) -> OutSheet:
    """Every original heading in the order it first appears; all cells as text, so that no ID is damaged."""
    headings: dict[str, None] = {}
    for reject in rejects:
        headings.update(dict.fromkeys(reject["record"]))
    # A sheet that was returned once before already has the column; it is written anew.
    headings.pop(REASON, None)
    columns = [OutColumn(heading, heading, 20) for heading in headings]
    rows = (
        {
            **{heading: _text(value) for heading, value in reject["record"].items()},
            REASON: "；".join(error["message"] for error in reject["errors"]),
        }
        for reject in rejects
    )
    return OutSheet("退回记录", [*columns, OutColumn(REASON, REASON, 60)], rows)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
