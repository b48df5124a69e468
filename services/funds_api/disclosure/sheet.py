"""The disclosures as a spreadsheet that people can open and print."""

import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

from shared.tables.writing import OutColumn, OutSheet, write_xlsx

KINDS = {
    "source": "资金来源",
    "allocation": "指标",
    "project": "项目",
    "asset": "资产",
    "income": "光伏收益分配",
}
LEVELS = {"central": "中央", "province": "省", "city": "市", "county": "县"}
PURPOSES = {
    "industry": "产业",
    "infrastructure": "基础设施",
    "livelihood": "民生",
    "management": "管理",
    "other": "其他",
}
STATES = {
    "reserve": "储备",
    "started": "开工",
    "under_construction": "在建",
    "completed": "竣工",
    "accepted": "验收",
    "asset": "资产",
    "suspended": "暂停",
    "terminated": "终止",
    "in_use": "在用",
    "disposed": "已处置",
    "open": "执行中",
    "closed": "已结束",
}

HEADING = "衔接资金公告公示"

COLUMNS = (
    OutColumn("kind", "类别", words=KINDS),
    OutColumn("year", "年度", width=8),
    OutColumn("region_code", "区划代码"),
    OutColumn("region_name", "单位", width=20),
    OutColumn("level", "资金级次", width=10, words=LEVELS),
    OutColumn("document_no", "文号", width=28),
    OutColumn("name", "名称", width=36),
    OutColumn("purpose", "用途", width=12, words=PURPOSES),
    OutColumn("state", "状态", width=10, words=STATES),
    OutColumn("amount", "金额(元)", width=18),
    OutColumn("paid", "已支付(元)", width=18),
    OutColumn("first_shown_on", "首次公开日期", width=14),
)


def workbook(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """An XLSX file of ``DisclosureOut`` rows."""
    with tempfile.TemporaryFile() as file:
        write_xlsx(file, [OutSheet("公告公示", COLUMNS, rows, heading=HEADING)])
        file.seek(0)
        return file.read()
