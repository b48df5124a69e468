"""What counts as spent, what may not be in the project library, how performance is graded."""

from typing import Any, Final

from shared.parameters.default import PRACTICE, Default
from shared.parameters.shapes import POINTS, Choice, Each, Flag, Named, Words

_SUBSIDY_RULES: Final = "财政衔接推进乡村振兴补助资金管理办法"

_CATEGORIES: Final = ("industry", "infrastructure", "livelihood", "management", "other")

_NEGATIVE_LIST: Final[list[Any]] = [
    {"rule": "不得用于单位基本支出、奖金津贴和福利补助", "words": ["基本支出", "奖金", "津贴", "福利补助"]},
    {"rule": "不得用于交通工具及通讯设备", "words": ["公务用车", "交通工具", "通讯设备"]},
    {"rule": "不得用于修建楼堂馆所", "words": ["楼堂馆所", "办公楼"]},
    {"rule": "不得用于偿还债务和垫资", "words": ["偿还债务", "偿还借款", "垫资"]},
]

#: Besides the shares and milestones that stand in defaults.py.
FUNDS_WORK: Final[tuple[Default, ...]] = (
    Default(
        "counts_as_spent",
        {"contractor": True, "beneficiary": True, "unit": False, "retention": False},
        PRACTICE,
        "支付给谁即计入支出：施工（供货）单位、受益人；拨付给乡镇等单位和质保金待实际支付时再计",
        Named(dict.fromkeys(("contractor", "beneficiary", "unit", "retention"), Flag())),
    ),
    Default(
        "project_negative_list",
        _NEGATIVE_LIST,
        _SUBSIDY_RULES,
        "项目库负面清单：项目名称含所列词语，或属所列类别的不得入库",
        Each(
            Named(
                {"rule": Words(), "words": Each(Words()), "categories": Each(Choice(_CATEGORIES))},
                optional=frozenset({"words", "categories"}),
            )
        ),
    ),
    Default(
        "performance_grades",
        {"excellent": "90.00", "good": "80.00", "fair": "60.00"},
        PRACTICE,
        "绩效评价等次的最低得分，低于各等的为差",
        Named(dict.fromkeys(("excellent", "good", "fair"), POINTS)),
    ),
)
