"""Findings as a spreadsheet that a township works through."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.household_api.quality.rules import RULES
from services.household_api.quality.service import SEVERITY_WORDS
from shared.tables.writing import OutColumn, OutSheet

STATES: Final = {
    "open": "待整改",
    "corrected": "已整改待复核",
    "explained": "已说明待认可",
    "accepted": "说明已认可",
    "closed": "已销号",
}
LEVELS: Final = {"village": "村", "township": "乡镇", "county": "县"}

COLUMNS: Final = (
    OutColumn("id", "问题编号", 38),
    OutColumn("place_name", "责任单位", 22),
    OutColumn("responsible", "责任层级", 10, words=LEVELS),
    OutColumn("household_no", "户编号", 22),
    OutColumn("name", "姓名", 10),
    OutColumn("title", "问题", 28),
    OutColumn("severity", "严重程度", 10, words=SEVERITY_WORDS),
    OutColumn("message", "依据", 44),
    OutColumn("explanation", "如何核实和整改", 60),
    OutColumn("state", "状态", 14, words=STATES),
    OutColumn("found_on", "发现日期", 12),
    OutColumn("due_on", "整改期限", 12),
    OutColumn("overdue", "是否超期", 10),
    OutColumn("times_found", "查出次数", 10),
    OutColumn("done", "整改情况", 40),
)

NOTES: Final = (
    "请在登记簿或档案中改正，下次筛查时自动复核；确非错误的，在系统中说明理由，由县认可。",
    "“整改情况”供手工记录，不必上传。",
)


def findings_sheet(findings: Sequence[Mapping[str, Any]]) -> OutSheet:
    """One row a finding."""
    rows = (
        {
            **finding,
            "place_name": finding["place"]["name"],
            "explanation": RULES[finding["rule"]].explanation if finding["rule"] in RULES else "",
        }
        for finding in findings
    )
    return OutSheet("数据质量问题", COLUMNS, rows, NOTES, heading="数据质量问题整改清单")
