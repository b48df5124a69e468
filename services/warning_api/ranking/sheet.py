"""A ranking as a table to hand out."""

from collections.abc import Mapping
from typing import Any

from services.warning_api.cycles.quarters import quarter_words
from services.warning_api.ranking.components import COMPONENTS
from shared.tables.writing import OutColumn, OutSheet


def ranking_sheet(ranking: Mapping[str, Any]) -> OutSheet:
    """A row a township: its place, its points, and each component as counted/all."""
    weights = next(each["value"] for each in ranking["used"] if each["name"] == "ranking_weights")
    columns = [
        OutColumn("rank", "名次", 7),
        OutColumn("name", "乡镇", 14),
        OutColumn("score", "得分", 9),
        *(OutColumn(name, f"{COMPONENTS[name].name}（权重{weights[name]}）", 18) for name in weights),
        OutColumn("last", "后几名", 8),
    ]
    rows = (
        {
            **line,
            **{each["component"]: _cell(each) for each in line["components"]},
            "last": "是" if line["last"] else "并列" if line["tied_at_border"] else "",
        }
        for line in ranking["lines"]
    )
    notes = [
        f"{COMPONENTS[name].name}：{COMPONENTS[name].counted}／{COMPONENTS[name].of}" for name in weights
    ]
    notes.append(
        "“－”为没有相关数据，该项不计、其余各项按权重折算；“*”为不便公开的小数；“（少）”为基数较小。"
    )
    heading = f"{quarter_words(ranking['quarter'])}乡镇工作排序（第{ranking['edition']}次计算，截至{ranking['as_of']}）"
    return OutSheet("季度排序", columns, rows, notes, heading)


def _cell(component: Mapping[str, Any]) -> str:
    if component["hidden"]:
        return "*"
    if not component["denominator"]:
        return "－"
    few = "（少）" if component["small"] else ""
    return f"{component['numerator']}/{component['denominator']}{few}"
