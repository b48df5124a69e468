"""Problems as tables: what an inspection hands over, and the list to work through."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from services.warning_api.rectification.rules import LEVELS, SOURCES, STATE_WORDS
from shared.tables.cells import CellError, to_date
from shared.tables.columns import Column, Row, Sheet
from shared.tables.verdicts import verdict_sheet, verdict_words
from shared.tables.words import DUE_ON, REGION_CODE, RESULT
from shared.tables.writing import OutColumn, OutSheet

_SOURCE_WORDS = {word: code for code, word in SOURCES.items()} | {"检查": "inspection", "督查": "inspection"}
_LEVEL_WORDS = {word: code for code, word in LEVELS.items()} | {
    "省": "province",
    "市": "city",
    "县": "county",
}

SOURCE_NAME: Final = Column("source_name", ("检查名称", "检查督查名称", "来源名称"), required=True)
DESCRIPTION: Final = Column("description", ("问题描述", "存在问题", "发现问题", "问题"), required=True)
FOUND_ON: Final = Column("found_on", ("发现日期", "检查日期"), required=True)
NUMBER: Final = Column("id", ("问题编号",))

#: ``township``: the name, where a table has no code; ``org_code``: code or name of the department.
COLUMNS: Final = (
    SOURCE_NAME,
    FOUND_ON,
    DESCRIPTION,
    Column("source", ("问题来源", "来源"), values=_SOURCE_WORDS),
    Column("source_level", ("检查级别", "级别"), values=_LEVEL_WORDS),
    REGION_CODE,
    Column("township", ("责任乡镇", "乡镇", "乡镇名称")),
    Column("org_code", ("责任部门", "牵头部门", "部门")),
    Column("due_on", ("整改期限", *DUE_ON.headers)),
    NUMBER,
    RESULT,
)

SHEET: Final = Sheet(COLUMNS)

_COLUMNS: Final = {column.name: column for column in COLUMNS}

_LIST: Final = (
    OutColumn("source_name", "检查名称", 22),
    OutColumn("source", "问题来源", 12, words=SOURCES),
    OutColumn("source_level", "检查级别", 9, words=LEVELS),
    OutColumn("found_on", "发现日期", 12),
    OutColumn("address", "乡镇村", 22),
    OutColumn("subject", "涉及人员", 10),
    OutColumn("description", "问题描述", 50),
    OutColumn("department", "责任部门", 12),
    OutColumn("department_state", "部门整改", 14, words=STATE_WORDS),
    OutColumn("township", "责任乡镇", 12),
    OutColumn("township_state", "乡镇整改", 14, words=STATE_WORDS),
    OutColumn("due_on", "整改期限", 12),
    OutColumn("overdue", "是否逾期", 9),
    OutColumn.of(NUMBER, width=38),
)


def item_of(row: Row, *, whole: bool) -> dict[str, Any]:
    """An item as JSON would have it, ``whole`` with what no column has (a line of NDJSON); a date that cannot be
    read keeps its text, to be refused in its own words."""
    values = dict(row.original) if whole else {}
    values |= {name: value for name, value in row.values.items() if value not in (None, "")}
    for name in ("found_on", "due_on"):
        if name in values:
            try:
                values[name] = to_date(values[name])
            except CellError:
                continue
    return row.marked(values)


def problems_sheet(problems: Iterable[Mapping[str, Any]]) -> OutSheet:
    """A row a problem, each party with its state."""
    rows = []
    for problem in problems:
        row = dict(problem)
        for part in problem["parts"]:
            row[part["party"]] = part["name"]
            row[f"{part['party']}_state"] = part["state"]
        rows.append(row)
    return OutSheet("问题整改台账", _LIST, rows, heading="问题整改台账（双交办）")


def in_words(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """``schemas.FiledItem`` of a table, what is wrong told by its headings and words."""
    return [{**item, "errors": [_told(error) for error in item["errors"]]} for item in items]


def _told(error: Mapping[str, str]) -> dict[str, str]:
    column = _COLUMNS.get(error["field"])
    # A code may have come from the column with the township's name.
    if column is None or column is REGION_CODE:
        return dict(error)
    chosen = error["code"] == "not_a_choice" and column.words
    message = f"应为{'、'.join(column.words.values())}之一" if chosen else error["message"]
    return {**error, "message": f"{column.headers[0]}：{message}"}


def answered_sheet(rows: Sequence[Row], items: Sequence[Mapping[str, Any]]) -> OutSheet:
    """The table as it was sent, with what became of each row; what was filed has its number."""
    return verdict_sheet(
        "问题整改台账",
        SHEET,
        rows,
        {item["line"]: verdict_words(item) for item in items},
        renewed={item["line"]: {NUMBER.name: str(item["id"])} for item in items if item["id"] is not None},
    )
