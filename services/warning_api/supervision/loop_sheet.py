"""The loop in numbers as a table to print and to calculate with."""

from collections.abc import Sequence
from typing import Any, Final

from shared.tables.writing import OutColumn, OutSheet

#: What the rows are by, in Chinese.
KEYS: Final = {
    "township": "乡镇",
    "village": "村",
    "department": "部门",
    "indicator": "预警指标",
    "household_type": "户类型",
    "risk_type": "风险类型",
    "month": "月份",
}

COLUMNS: Final = (
    OutColumn("pushed", "推送", 9),
    OutColumn("rejected", "退回", 9),
    OutColumn("filed", "备案", 9),
    OutColumn("compared", "已比对", 9),
    OutColumn("dispatched", "已派发", 9),
    OutColumn("received", "已签收", 9),
    OutColumn("verified", "已核查", 9),
    OutColumn("fed_back", "已反馈", 9),
    OutColumn("closed", "已办结", 9),
    OutColumn("overdue", "逾期未核查", 11),
    OutColumn("answer_overdue", "部门逾期未答复", 14),
    OutColumn("withdrawn", "撤回", 9),
    OutColumn("risk_confirmed", "确认有风险", 11),
    OutColumn("needs_department", "需部门处置", 11),
    OutColumn("no_risk", "无风险", 9),
    OutColumn("already_covered", "已纳入帮扶", 11),
    OutColumn("not_found", "查无此人", 9),
    OutColumn("moved", "已迁出", 9),
    OutColumn("deceased", "已死亡", 9),
    OutColumn("tasks", "入户任务", 9),
    OutColumn("tasks_verified", "已入户", 9),
    OutColumn("tasks_closed", "任务办结", 9),
    OutColumn("tasks_overdue", "任务逾期", 9),
    OutColumn("median_days", "核查天数（中位数）", 12),
    OutColumn("on_time", "按期核查", 9),
    OutColumn("on_time_share", "按期率", 9),
)

COMPARED: Final = {
    "filed": "备案",
    "verified": "已核查",
    "risk_confirmed": "确认有风险",
    "needs_department": "需部门处置",
    "closed": "已办结",
    "overdue": "逾期未核查",
    "tasks": "入户任务",
}


def loop_sheet(by: str, cycle: str, rows: Sequence[dict[str, Any]], *, hidden: bool) -> OutSheet:
    """``hidden``: small cells are left empty."""
    notes = ["小于 5 的数及可推算出它的数不显示"] if hidden else []
    columns = (OutColumn("key", "代码", 15), OutColumn("name", KEYS[by], 24), *COLUMNS)
    return OutSheet("闭环统计", columns, rows, notes=notes, heading=f"防返贫监测预警闭环统计（{cycle}）")


def comparison_sheet(by: str, rows: Sequence[dict[str, Any]]) -> OutSheet:
    """Of each count: the month, the earlier one, the change."""
    sides = (("now", "本期"), ("before", "上期"), ("change", "增减"))
    columns = [OutColumn("key", "代码", 15), OutColumn("name", KEYS[by], 24)]
    columns += [
        OutColumn(f"{name}_{side}", f"{word}（{which}）", 12)
        for name, word in COMPARED.items()
        for side, which in sides
    ]
    flat = [
        {**row, **{f"{name}_{side}": row[side][name] for name in COMPARED for side, _ in sides}}
        for row in rows
    ]
    months = f"{rows[0]['cycle']} 与 {rows[0]['before_cycle']}" if rows else ""
    return OutSheet("比较", columns, flat, heading=f"防返贫监测预警比较 {months}".strip())
