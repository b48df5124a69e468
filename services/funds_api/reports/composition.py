"""A report from figures: what stands in it, in which order, in whole sentences. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

from services.funds_api.disclosure.sheet import LEVELS, STATES
from shared.documents import Block, Chart, Column, Document, Heading, Paragraph, Series, Table

Kind = Literal["weekly", "monthly", "quarterly"]

TITLES: Final[Mapping[Kind, str]] = {
    "weekly": "衔接资金和项目周调度表",
    "monthly": "衔接资金支出进度月通报",
    "quarterly": "衔接资金和项目季调度表",
}
CARDS: Final = {"none": "", "yellow": "黄牌", "red": "红牌"}
#: Units in a chart; the table has them all.
MOST_BARS: Final = 20
_TEN_THOUSAND: Final = 10_000

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a report is made of: rows of progress (``ProgressOut``), of industry share, of proposals, projects by state
    and, of a week, what was paid in it."""

    county: str
    issuer: str
    year: int
    as_of: date
    total: Row | None
    levels: Sequence[Row]
    units: Sequence[Row]
    projects: Sequence[Row]
    industry: Sequence[Row]
    proposals: Sequence[Row]
    states: Mapping[str, int]
    paid_before: Decimal
    since: date
    names: Mapping[str, str]


def report(kind: Kind, figures: Figures) -> Document:
    """The week's: what was paid since and which projects are slow; the month's: progress by level and unit; the
    quarter's: both, with the industry share."""
    blocks: list[Block] = [Heading(1, "总体进度"), Paragraph(_overall(figures))]
    if figures.total is not None:
        blocks += _by_level(figures, figures.total)
        blocks += _by_unit(figures)
    if kind != "monthly":
        blocks += _projects(figures)
    if kind != "weekly":
        blocks += _industry(figures)
    blocks += _slow(figures)
    lines = (f"{figures.county}{_period(kind, figures.as_of)}", TITLES[kind])
    return Document(
        title="".join(lines),
        title_lines=lines,
        issuer=figures.issuer,
        date=figures.as_of,
        blocks=tuple(blocks),
    )


def _period(kind: Kind, day: date) -> str:
    if kind == "weekly":
        return f"{day.year}年{day.month}月{day.day}日"
    return (
        f"{day.year}年{day.month}月"
        if kind == "monthly"
        else f"{day.year}年第{_QUARTERS[(day.month - 1) // 3]}季度"
    )


_QUARTERS: Final = "一二三四"


def wan(amount: Decimal) -> str:
    """Yuan as 万元 with two places."""
    return f"{amount / _TEN_THOUSAND:,.2f}"


def _overall(figures: Figures) -> str:
    day = f"{figures.as_of.month}月{figures.as_of.day}日"
    total = figures.total
    if total is None:
        return f"截至{day}，{figures.year}年度尚未下达衔接资金指标。"
    ahead = total["ahead_points"]
    said = [
        f"截至{day}，{figures.year}年度共下达指标{wan(total['allocated'])}万元，已支付{wan(total['paid'])}万元，",
        f"支付率{_percent(total['share'])}，{_compared(ahead)}。",
    ]
    milestone = total["milestone"]
    if milestone["due"]:
        met = "已达到" if milestone["met"] else "未达到"
        said.append(f"{milestone['month']}月底应支付{_percent(milestone['required'])}，{met}节点要求。")
    if total["year_on_year_points"] is not None:
        points = total["year_on_year_points"]
        word = "高" if points >= 0 else "低"
        said.append(f"比上年同日{word}{abs(points)}个百分点。")
    since = figures.since
    paid = total["paid"] - figures.paid_before
    said.append(f"{since.month}月{since.day}日以来支付{wan(paid)}万元。")
    return "".join(said)


def _compared(points: Decimal) -> str:
    if points == 0:
        return "与序时进度持平"
    return f"{'快于' if points > 0 else '慢于'}序时进度{abs(points)}个百分点"


def _percent(share: Decimal) -> str:
    return f"{share * 100:.2f}%"


_MONEY: Final = (
    Column("指标（万元）", "amount"),
    Column("已支付（万元）", "amount"),
    Column("支付率", "share"),
)


def _cells(row: Row) -> tuple[str, str, float]:
    return (
        f"{row['allocated'] / _TEN_THOUSAND:.2f}",
        f"{row['paid'] / _TEN_THOUSAND:.2f}",
        float(row["share"]),
    )


def _by_level(figures: Figures, total: Row) -> list[Block]:
    rows = [(LEVELS[row["level"]], *_cells(row)) for row in figures.levels]
    rows.append(("合计", *_cells(total)))
    table = Table("各级资金支付进度", (Column("资金级次"), *_MONEY), tuple(rows), total=True)
    return [Heading(1, "分级次进度"), table]


def _by_unit(figures: Figures) -> list[Block]:
    units = sorted(figures.units, key=lambda row: (-row["share"], row["key"]))
    rows = tuple(
        (
            place,
            row["region_name"],
            *_cells(row),
            CARDS[row["card"]],
        )
        for place, row in enumerate(units, 1)
    )
    columns = (Column("位次", "count"), Column("单位"), *_MONEY, Column("发牌"))
    shown = units[:MOST_BARS]
    chart = Chart(
        "各单位支付率",
        "bar",
        tuple(str(row["region_name"]) for row in shown),
        (Series("支付率", tuple(float(row["share"]) for row in shown)),),
        "share",
        table_follows=True,
    )
    note = "" if len(units) == len(shown) else f"图中为前{MOST_BARS}个单位。"
    return [Heading(1, "分单位进度"), chart, Table("各单位支付进度", columns, rows, note=note)]


def _projects(figures: Figures) -> list[Block]:
    """How many projects stand where, and those that money has been arranged for and nothing paid."""
    states = tuple((STATES[state], count) for state, count in figures.states.items() if count)
    if not states:
        return []
    counted = Table("项目进展", (Column("状态"), Column("项目数", "count")), states)
    idle = [row for row in figures.projects if not row["paid"]]
    blocks: list[Block] = [Heading(1, "项目进展"), counted]
    if idle:
        rows = tuple(
            (row["project_name"], row["region_name"], f"{row['allocated'] / _TEN_THOUSAND:.2f}")
            for row in idle
        )
        columns = (Column("项目"), Column("所在地"), Column("安排资金（万元）", "amount"))
        blocks.append(Table("已安排资金尚未支付的项目", columns, rows))
    return blocks


def _industry(figures: Figures) -> list[Block]:
    if not figures.industry:
        return []
    rows = tuple(
        (
            LEVELS[row["level"]],
            f"{row['industry'] / _TEN_THOUSAND:.2f}",
            float(row["share"]),
            float(row["required"]),
            "是" if row["met"] else "否",
        )
        for row in figures.industry
    )
    columns = (
        Column("资金级次"),
        Column("用于产业（万元）", "amount"),
        Column("占比", "share"),
        Column("要求", "share"),
        Column("达到"),
    )
    return [Heading(1, "产业占比"), Table("各级资金用于产业的比例", columns, rows)]


def _slow(figures: Figures) -> list[Block]:
    if not figures.proposals:
        return [Heading(1, "需要督促的单位"), Paragraph("按规则没有需要提示的单位。")]
    rows = tuple(
        (
            figures.names.get(row["region_code"], row["region_code"]),
            CARDS[row["proposed"]],
            "；".join(reason["message"] for reason in row["reasons"]),
            CARDS[row["card"]],
        )
        for row in figures.proposals
    )
    columns = (Column("单位"), Column("规则提示"), Column("原因"), Column("已发"))
    return [Heading(1, "需要督促的单位"), Table("按规则提示的单位（发不发牌由人决定）", columns, rows)]
