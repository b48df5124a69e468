"""Outcomes as a sheet in which a department writes what it did, and the way back in."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from shared.tables.cells import CellError, to_amount, to_date
from shared.tables.columns import Row, Sheet
from shared.tables.verdicts import verdict_sheet, verdict_words
from shared.tables.words import AMOUNT, DONE_ON, MEASURE, NOTE, OUTCOME, RESULT, SOURCE_RECORD_ID, WARNING_ID
from shared.tables.writing import OutColumn, OutSheet

HOW_TO = (
    "填写说明：只填“落实措施”及其后各列；前面各列请勿改动。一条预警落实了几项措施的，复制该行分别填写。",
    "“落实日期”写作 2026-11-08，不得晚于今天；“金额”以元计，可不填。没有填写的行不会上传。",
    "不属本部门的，请在系统中说明原因退回，由县里改派，不在本表填写。",
    "其他部门推送、需本部门处置的，写明姓名、住址和乡镇的说明；本部门推送的，以记录编号为准。",
)

SHEET = Sheet((WARNING_ID.as_required(), MEASURE.as_required(), DONE_ON.as_required(), AMOUNT, NOTE, RESULT))

COLUMNS = (
    OutColumn.of(WARNING_ID, width=8, locked=True, hidden=True),
    OutColumn("filing_no", "备案号", 26, locked=True),
    OutColumn.of(SOURCE_RECORD_ID, width=20, locked=True),
    OutColumn("indicator_name", "预警指标", 20, locked=True),
    OutColumn("occurred_on", "发生日期", 12, locked=True),
    OutColumn("name", "姓名", 10, locked=True),
    OutColumn("address", "住址", 24, locked=True),
    OutColumn("said", "乡镇说明", 30, locked=True, wrap=True),
    OutColumn.of(OUTCOME, width=14, locked=True),
    OutColumn("decided_on", "反馈日期", 12, locked=True),
    OutColumn("answer_due_on", "答复期限", 12, locked=True),
    OutColumn.of(MEASURE, width=30),
    OutColumn.of(DONE_ON, width=12),
    OutColumn.of(AMOUNT, width=12),
    OutColumn.of(NOTE, width=30),
)

_CONVERT = {"done_on": to_date, "amount": to_amount}


def outcome_sheet(rows: Sequence[Mapping[str, Any]], org: str, cycle: str | None) -> OutSheet:
    month = f" {cycle} 月" if cycle else ""
    return OutSheet("落实情况", COLUMNS, rows, HOW_TO, f"{org}{month}预警核实结果与落实情况")


def filled_rows(rows: Iterable[Row]) -> tuple[list[Row], dict[int, dict[str, Any]]]:
    """The rows, and by their lines the items of those that are filled in; a cell that cannot be read keeps its text."""
    kept = list(rows)
    return kept, {row.line: row.marked(_item(row.values)) for row in kept if _is_filled(row.values)}


def _is_filled(values: Mapping[str, object]) -> bool:
    return any(values.get(name) not in (None, "") for name in ("measure", "done_on", "amount", "note"))


def _item(cells: Mapping[str, object]) -> dict[str, Any]:
    values: dict[str, Any] = {
        name: value for name, value in cells.items() if value not in (None, "") and name != RESULT.name
    }
    for name, convert in _CONVERT.items():
        if name in values:
            try:
                values[name] = convert(values[name])
            except CellError:
                continue
    return values


def answered_sheet(
    rows: Sequence[Row], filled: Iterable[int], results: Sequence[Mapping[str, Any]]
) -> OutSheet:
    """The sheet as it was sent, with what became of each row."""
    said = {line: verdict_words(result) for line, result in zip(filled, results, strict=True)}
    return verdict_sheet("落实情况", SHEET, rows, said, hidden=(WARNING_ID.name,))
