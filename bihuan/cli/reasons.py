"""The rejects of a dry run as a spreadsheet: line, record, field and reason; what was in the records stays out."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bihuan.cli.terminal import heading
from shared.tables.writing import OutColumn, OutSheet, write_xlsx

COLUMNS = (
    OutColumn("line", "行", 8),
    OutColumn("record", "记录编号", 24),
    OutColumn("field", "字段", 16),
    OutColumn("reason", "原因", 60),
    OutColumn("code", "代码", 24),
)


def save_reasons(rejects: Sequence[Mapping[str, Any]], total: int, target: Path) -> None:
    """One row a reason. ``total``: how many records were rejected, of which the service told the first."""
    rows = [
        {
            "line": reject["line"],
            "record": reject["source_record_id"],
            "field": heading(error["field"]),
            "reason": error["message"],
            "code": error["code"],
        }
        for reject in rejects
        for error in reject["errors"]
    ]
    left = total - len(rejects)
    notes = (f"另有 {left} 条未列出，请先改正以上各条再试",) if left else ()
    with target.open("wb") as file:
        write_xlsx(file, [OutSheet("试推送退回原因", COLUMNS, rows, notes)])
