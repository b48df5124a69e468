"""What may be set as a parameter: each has a shape (shared/parameters/shapes.py)."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final

from shared.parameters import DEFAULTS, INCOME_LINE
from shared.parameters.shapes import YUAN, Shape

#: The income line has no default (policy.md, Registry and monitoring).
SHAPES: Final[Mapping[str, Shape]] = {d.name: d.shape for d in DEFAULTS} | {INCOME_LINE: YUAN}
EXPLANATIONS: Final = {default.name: default.explanation for default in DEFAULTS} | {
    INCOME_LINE: "当年收入监测线（元/人·年）；没有缺省值，当年的未公布前沿用上年的，据此作出的决定为暂定"
}


def unknown(name: str) -> str:
    """That there is no such parameter, and which are called nearly so."""
    close = get_close_matches(name, SHAPES)
    meant = f"，是否为 {'、'.join(close)}" if close else ""
    return f"没有这个参数{meant}；全部名称见 GET /v1/parameters"


def problem(name: str, value: Any) -> str | None:
    """What is wrong with ``value`` for the known parameter ``name``, in Chinese; None if it can be set."""
    return SHAPES[name].problem(value)
