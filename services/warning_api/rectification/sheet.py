"""Problems as tables: what an inspection hands over, and the list to work through."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from services.warning_api.rectification.rules import LEVELS, SOURCES, STATE_WORDS
from shared.tables.cells import CellError, to_date
from shared.tables.columns import Column, Row, Sheet
from shared.tables.words import DUE_ON, REGION_CODE
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
)

SHEET: Final = Sheet(COLUMNS)

_LIST: Final = (
    OutColumn("source_name", "检查名称", 22),
    OutColumn("source", "问题来源", 12, words=SOURCES),
    OutColumn("source_level", "检查级别", 9, words=LEVELS),
    OutColumn("found_on", "发现日期", 12),
    OutColumn("address", "乡镇村", 22),
    OutColumn("description", "问题描述", 50),
    OutColumn("department", "责任部门", 12),
    OutColumn("department_state", "部门整改", 14, words=STATE_WORDS),
    OutColumn("township", "责任乡镇", 12),
    OutColumn("township_state", "乡镇整改", 14, words=STATE_WORDS),
    OutColumn("due_on", "整改期限", 12),
    OutColumn("overdue", "是否逾期", 9),
    OutColumn("id", "问题编号", 38),
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
