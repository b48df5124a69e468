"""What a parameter starts with, and where its number comes from."""

from dataclasses import dataclass
from typing import Any, Final

from shared.parameters.shapes import Shape

PRACTICE: Final = "通行做法，各地可改"
SUILENG: Final = "绥棱县2024年工作方案"
XUCHANG: Final = "许昌市2023年工作方案"
YICHANG: Final = "宜昌市2022—2024年工作方案"
FANGCHENG: Final = "方城县2022年工作方案"
HONGSHAN: Final = "武汉市洪山区2022年工作方案"


@dataclass(frozen=True)
class Default:
    """``source`` names the document a number comes from, or says that it is common practice.

    ``shape``: what a county may set it to.
    """

    name: str
    value: Any
    source: str
    explanation: str
    shape: Shape
