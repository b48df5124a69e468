"""When an operating asset counts as idle."""

from typing import Final

from shared.parameters.default import PRACTICE, Default
from shared.parameters.shapes import Whole

ASSETS: Final = (
    Default(
        "asset_idle_years",
        1,
        PRACTICE,
        "经营性资产连续多少个年度（不含当年）没有收益，列为可能闲置",
        Whole(1, 20, "年"),
    ),
)
