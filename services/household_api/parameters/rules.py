"""What may be set as a parameter, decided by the kind of its default."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, Final

from shared.identifiers.regions import InvalidRegionCode, normalise_region_code
from shared.parameters import DEFAULTS

#: Yuan per person and year. It has no default (policy.md, Registry and monitoring).
INCOME_LINE: Final = "income_line"

KINDS: Final[dict[str, Any]] = {default.name: default.value for default in DEFAULTS} | {INCOME_LINE: "0.00"}
EXPLANATIONS: Final = {default.name: default.explanation for default in DEFAULTS} | {
    INCOME_LINE: "当年收入监测线（元/人·年）"
}

_LARGEST: Final = 10_000_000
#: A time allowed for something ends within a year.
_MOST_DAYS: Final = 366
#: Those who visit a household together; a visit names no more (warning_api, verifications).
_MOST_VERIFIERS: Final = 20
_LONGEST: Final = 60
_MOST_CODES: Final = 5_000
_CODE = re.compile(r"[A-Z]{2,8}")
#: Every month has these days.
_DAYS_OF_EVERY_MONTH: Final = range(1, 29)


def problem(name: str, value: Any) -> str | None:
    """What is wrong with ``value`` for the known parameter ``name``, in Chinese; None if it can be set."""
    found = CHECKS.get(name, partial(_differs, KINDS[name]))(value)
    if found is None and name.endswith("_day") and value not in _DAYS_OF_EVERY_MONTH:
        return "应为 1 到 28 之间的日"
    if found is None and name not in CHECKS and name.endswith("_days") and not 0 <= value <= _MOST_DAYS:
        return f"应在 0 到 {_MOST_DAYS} 天之间"
    if found is None and name == "minimum_verifiers_confirmed" and not 1 <= value <= _MOST_VERIFIERS:
        return f"应在 1 到 {_MOST_VERIFIERS} 人之间"
    if found is None and name == INCOME_LINE and Decimal(value) <= 0:
        return "收入监测线应大于 0"
    return found


def _differs(kind: Any, value: Any) -> str | None:
    """Same JSON type as the default; numbers written as text stay such, and their keys are fixed."""
    if type(kind) is not type(value):
        words = {bool: "true 或 false", int: "整数", str: "文本", dict: "对象"}
        return f"应为{words[type(kind)]}"
    if isinstance(value, dict):
        return _differing_entries(kind, value)
    if isinstance(value, int) and not isinstance(value, bool) and not 0 <= value <= _LARGEST:
        return f"应在 0 到 {_LARGEST} 之间"
    if isinstance(value, str) and _is_number(kind) and not _is_number(value):
        return '应为数字文本，如 "0.30"'
    if isinstance(value, str) and not (value.strip() and len(value) <= _LONGEST and value.isprintable()):
        return f"应为 1 到 {_LONGEST} 个字"
    return None


def _differing_entries(kind: dict[str, Any], value: dict[str, Any]) -> str | None:
    """Thresholds keep their keys; a county's own list of names (departments) may have others."""
    if all(_is_number(entry) for entry in kind.values()):
        if value.keys() != kind.keys():
            return f"应包含且只包含 {'、'.join(kind)}"
    elif not value or not all(_CODE.fullmatch(key) for key in value):
        return "应为代码到名称的对象，代码为大写字母"
    entry = next(iter(kind.values()))
    return next((found for one in value.values() if (found := _differs(entry, one))), None)


def _is_number(text: str) -> bool:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return False
    return number.is_finite() and 0 <= number <= _LARGEST and text.isascii() and len(text) <= 20


def _departments(value: Any) -> str | None:
    if not isinstance(value, list) or not all(isinstance(org, str) and _CODE.fullmatch(org) for org in value):
        return "应为部门代码的数组，代码为大写字母"
    return None


def _retired_regions(value: Any) -> str | None:
    """A county, township or village is called otherwise now; it stays what it is."""
    if not isinstance(value, dict) or len(value) > _MOST_CODES:
        return f"应为旧代码到现行代码的对象，最多 {_MOST_CODES} 项"
    for old, new in value.items():
        if not (_is_division(old) and _is_division(new) and len(old) == len(new)):
            return "应为 6、9 或 12 位的旧代码到同位数的现行代码，不带补足的零"
        if old == new or new in value:
            return "现行代码不能又是停用的代码"
    return None


def _is_division(code: Any) -> bool:
    try:
        return len(code) >= 6 and isinstance(code, str) and normalise_region_code(code) == code
    except (InvalidRegionCode, TypeError):
        return False


def _days_before(value: Any) -> str | None:
    if not isinstance(value, list) or len(value) > len(_DAYS_OF_EVERY_MONTH):
        return "应为天数的数组，如 [3, 1]；空数组表示不提醒"
    if not all(type(day) is int and 0 <= day <= max(_DAYS_OF_EVERY_MONTH) for day in value):
        return "每项应为 0 到 28 之间的天数"
    return None


#: Parameters whose values have a form of their own.
CHECKS: Final[Mapping[str, Callable[[Any], str | None]]] = {
    "disability_certificate_departments": _departments,
    "reminder_days": _days_before,
    "retired_regions": _retired_regions,
}
