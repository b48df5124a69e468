"""The verification list as pages to print, one village after the other, to take along and tick."""

from collections.abc import Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from services.warning_api.dispatch.list_contents import ListContents, ListRow
from services.warning_api.dispatch.list_sheet import SIGNATURES, marks, numbered_clues
from shared.runtime.printed import page_headers, template
from shared.tables.words import OUTCOME

HERE = Path(__file__).resolve().parent
STYLE = (HERE / "list_page.css").read_text(encoding="utf-8")
TEMPLATE = template(HERE / "list_page.html")

#: The list names people: it is not kept on the way.
HEADERS = {**page_headers(STYLE), "Cache-Control": "no-store"}

#: What can be ticked, in the order of the sheet's drop-down.
CHOICES = tuple(OUTCOME.words.items())


def page(contents: ListContents) -> str:
    """HTML; urgent tasks stand on top of their village."""
    by_village = sorted(contents.rows, key=lambda row: row.task["region_code"])
    villages = [
        (rows[0].task["subject"]["address"], [_shown(row) for row in rows])
        for rows in (list(group) for _, group in groupby(by_village, key=lambda row: row.task["region_code"]))
    ]
    return TEMPLATE.render(
        style=STYLE,
        summary=contents.summary,
        today=contents.today,
        villages=villages,
        choices=CHOICES,
        signatures=SIGNATURES,
    )


def _shown(row: ListRow) -> Mapping[str, Any]:
    task = row.task
    return {
        "name": task["subject"]["name"],
        "id_number": task["subject"]["id_number"] or "",
        "marks": marks(row),
        "clues": numbered_clues(task["clues"]),
        "due_on": task["due_on"],
        "assignee": task["assignee"] or "",
        "outcome": row.answer.get("outcome"),
        "visited_on": row.answer.get("visited_on") or "",
        "verifiers": "、".join(row.answer.get("verifiers") or ()),
    }
