"""The course of a monitoring case: its clocks, what its steps must show, the calendar they count by."""

from typing import Any, Final

from shared.parameters.default import PRACTICE, SUILENG, Default
from shared.parameters.shapes import DAYS, SHARE, Choice, Day, Each
from shared.tables.words import RISK_TYPES

_HOLIDAY_NOTICE: Final = "国务院办公厅关于2026年部分节假日安排的通知"


def _days(month: int, first: int, last: int) -> list[str]:
    return [f"2026-{month:02d}-{day:02d}" for day in range(first, last + 1)]


_HOLIDAYS: Final[list[Any]] = [
    *_days(1, 1, 3),
    *_days(2, 15, 23),
    *_days(4, 4, 6),
    *_days(5, 1, 5),
    *_days(6, 19, 21),
    *_days(9, 25, 27),
    *_days(10, 1, 7),
]
_WORKING_WEEKENDS: Final[list[Any]] = [
    "2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
]  # fmt: skip

_KIND: Final = Choice(("calendar", "working"))

CASES: Final[tuple[Default, ...]] = (
    Default("case_days", 15, PRACTICE, "从线索到县级批准的天数", DAYS),
    Default(
        "case_days_kind",
        "calendar",
        PRACTICE,
        "从线索到县级批准按日历日（calendar）还是工作日（working）计",
        _KIND,
    ),
    Default("plan_days", 10, SUILENG, "县级批准后制定帮扶计划的天数", DAYS),
    Default(
        "notice_days",
        0,
        PRACTICE,
        "村级公示的天数，含起始日，期满后方可上报乡镇；0 为不要求，一般设为 5 或 7",
        DAYS,
    ),
    Default(
        "notice_days_kind", "calendar", PRACTICE, "公示按日历日（calendar）还是工作日（working）计", _KIND
    ),
    Default(
        "case_evidence",
        [],
        PRACTICE,
        "各步骤必须附上的材料：authorisation 入户须有核查财产的签字授权，appraisal 须有村级评议票数，"
        "review 须写明乡镇审核人，cross_check 须写明比对来源；不在其中的可附可不附",
        Each(Choice(("authorisation", "appraisal", "review", "cross_check"))),
    ),
    Default(
        "appraisal_share", "0.50", PRACTICE, "村级评议同意票须超过到会人数的比例（0.50 为过半数）", SHARE
    ),
    Default(
        "green_channel_risks",
        ["disaster", "accident"],
        PRACTICE,
        "可走绿色通道（先帮扶后补手续）的风险类型",
        Each(Choice(tuple(sorted(set(RISK_TYPES.values()))))),
    ),
    Default("papers_days", 15, PRACTICE, "绿色通道补齐手续的天数（日历日）", DAYS),
    Default(
        "holidays",
        _HOLIDAYS,
        _HOLIDAY_NOTICE,
        "不上班的日子；每年公布后连同以前各年一并更新，没有列出的年份只除去周末",
        Each(Day()),
    ),
    Default(
        "working_weekends",
        _WORKING_WEEKENDS,
        _HOLIDAY_NOTICE,
        "调休上班的周末",
        Each(Day()),
    ),
)
