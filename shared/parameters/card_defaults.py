"""Shares, postings, and what proposes a card besides the spending milestones (policy.md, Funds)."""

from typing import Final

from shared.parameters.default import FANGCHENG, PRACTICE, SUILENG, XUCHANG, YICHANG, Default
from shared.parameters.shapes import DAYS, SHARE, DayOfYear, Each, Named, Region, Whole

_PROJECTS: Final = Whole(1, 10_000, "个")
_RULE: Final = Named({"by": DayOfYear(), "yellow": _PROJECTS, "red": _PROJECTS})

CARDS: Final = (
    Default(
        "card_project_rules",
        {
            "not_started": {"by": "06-30", "yellow": 1, "red": 3},
            "not_completed": {"by": "09-30", "yellow": 1, "red": 3},
        },
        f"{XUCHANG}；竣工日期为{FANGCHENG}；个数为{PRACTICE}",
        "当年项目到哪一天仍未开工、未竣工的达几个时提示黄牌、红牌",
        Named({"not_started": _RULE, "not_completed": _RULE}),
    ),
    Default("management_fee_share", "0.01", SUILENG, "项目管理费占衔接资金的比例上限", SHARE),
    Default("disclosure_days", 10, PRACTICE, "乡村两级的资金安排和项目应在多少日内张榜公示（日历日）", DAYS),
    Default(
        "settlement_areas",
        [],
        YICHANG,
        "易地搬迁集中安置区所在的村（区划代码）；专项资金用于这些地方的比例按此计算",
        Each(Region()),
    ),
)
