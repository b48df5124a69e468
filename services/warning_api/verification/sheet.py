"""A filled verification list as items."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from shared.tables.cells import CellError, to_amount, to_bool, to_date, to_int
from shared.tables.columns import Row, Sheet
from shared.tables.verdicts import verdict_sheet, verdict_words
from shared.tables.words import (
    CLUE_OUTCOMES,
    GUARANTEE_COLUMNS,
    NEEDS_ORG,
    NOTE,
    OUTCOME,
    PER_CAPITA_INCOME,
    RESULT,
    RISKS,
    ROW_KEY,
    STATE,
    TASK_ID,
    VERIFICATION_COLUMNS,
    VERIFIERS,
    VERSION,
    VISITED_ON,
)
from shared.tables.writing import OutSheet

SHEET = Sheet((*VERIFICATION_COLUMNS, ROW_KEY, CLUE_OUTCOMES, STATE, RESULT))

_COLUMNS = {column.name: column for column in SHEET.columns}

#: What an officer fills in; empty as long as nobody has answered the task.
_ANSWERS = (
    OUTCOME.name,
    VISITED_ON.name,
    VERIFIERS.name,
    NEEDS_ORG.name,
    CLUE_OUTCOMES.name,
    RISKS.name,
    PER_CAPITA_INCOME.name,
    *(column.name for column in GUARANTEE_COLUMNS),
    NOTE.name,
)

#: What has no cell of its own for a person to look at.
HIDDEN = (TASK_ID.name, ROW_KEY.name, VERSION.name)

_GUARANTEES = tuple(column.name for column in GUARANTEE_COLUMNS)

_CONVERT = {
    "visited_on": to_date,
    "per_capita_income": to_amount,
    **dict.fromkeys(_GUARANTEES, to_bool),
    "version": to_int,
}

#: An empty cell of these says that there is nothing, where a column that is missing says nothing.
_OPTIONAL: Mapping[str, Any] = {"needs_org": None, "risk_types": [], "per_capita_income": None, "note": None}

#: ``2确认有风险``: the number of a clue in the list, and its outcome.
_NUMBERED = re.compile(r"\W*(\d{1,3})\s*[.．:：)）、]?\s*(\D.*)", re.DOTALL)


class FilledList:
    """A list as it was sent: its rows, and the lines of those that somebody has answered, as far as it was read."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.filled: list[int] = []

    def items(self, rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
        """The items of the rows that somebody has answered, as JSON would have them.

        A cell that cannot be read keeps its text, so that the item is refused for it in its own words. ``clues`` are
        ``[(number, outcome)]``, or the text where it does not say that.
        """
        for row in rows:  # Each at once: the process that reads the table is at the next ones meanwhile.
            self.rows.append(row)
            if _is_answered(row.values):
                self.filled.append(row.line)
                yield row.marked(_item(row.values))


def _is_answered(values: Mapping[str, object]) -> bool:
    """Whatever stands in a column of answers: a row with a note alone is told what it lacks, rather than skipped. A
    line without a task, as of sums below the list, may have numbers in some."""
    asked = _ANSWERS if values.get(TASK_ID.name) else _ANSWERS[:3]
    return any(values.get(name) not in (None, "", []) for name in asked)


def _item(cells: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: value for name, value in cells.items() if value not in (None, "", [])}
    for name, convert in _CONVERT.items():
        if name in values:
            try:
                values[name] = convert(values[name])
            except CellError:
                continue
    guarantees = {name: values.pop(name) for name in _GUARANTEES if name in values}
    if guarantees:
        values["guarantees"] = guarantees
    elif any(name in cells for name in _GUARANTEES):
        values["guarantees"] = None
    for name, nothing in _OPTIONAL.items():
        if name in cells:
            values.setdefault(name, nothing)
    values.pop(RESULT.name, None)
    if CLUE_OUTCOMES.name in cells:
        values["clues"] = _clues(values.pop(CLUE_OUTCOMES.name, []))
    return values


def _clues(parts: Sequence[str]) -> list[tuple[int, str]] | str:
    found = [_NUMBERED.fullmatch(part) for part in parts]
    if None in found:
        return "、".join(parts)
    return [(int(one[1]), str(OUTCOME.code(one[2].strip()))) for one in found if one]


def answered_sheet(
    rows: Sequence[Row], filled: Iterable[int], results: Sequence[Mapping[str, Any]]
) -> OutSheet:
    """The list as it was sent, with what became of each row. What was taken has its new version, so that the same
    sheet can be corrected and sent again."""
    by_line = dict(zip(filled, results, strict=True))
    return verdict_sheet(
        "核查清单",
        SHEET,
        rows,
        {line: verdict_words(result, _told) for line, result in by_line.items()},
        hidden=HIDDEN,
        renewed={
            line: {VERSION.name: str(result["version"]), STATE.name: STATE.word("verified")}
            for line, result in by_line.items()
            if result.get("version") is not None
        },
    )


def _told(error: Mapping[str, str]) -> str:
    """What is wrong in the words of the sheet: under which heading, and what could be chosen there."""
    parts = error["field"].split("/")
    column = next((_COLUMNS[part] for part in reversed(parts) if part in _COLUMNS), None)
    if column is None or error["message"].startswith(column.headers[0]):
        return error["message"]
    chosen = error["code"] == "not_a_choice" and column.words
    message = f"应为{'、'.join(column.words.values())}之一" if chosen else error["message"]
    return f"{column.headers[0]}：{message}"
