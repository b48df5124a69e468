"""What a parameter may be set to: one shape each, that tells in Chinese what does not fit.

``problem(value)`` answers None for what fits; ``schema`` is the same as JSON Schema, for those who write clients.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Protocol

from shared.identifiers.regions import InvalidRegionCode, normalise_region_code

#: A time allowed for something ends within a year.
MOST_DAYS: Final = 366
MOST_YUAN: Final = Decimal(10_000_000)
_LONGEST: Final = 60
_MOST_ENTRIES: Final = 5_000
_DECIMAL = re.compile(r"\d{1,8}(\.\d{1,4})?", re.ASCII)
_DAY_OF_YEAR = re.compile(r"\d{2}-\d{2}", re.ASCII)


class Shape(Protocol):
    @property
    def schema(self) -> Mapping[str, Any]: ...

    def problem(self, value: Any) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Flag:
    @property
    def schema(self) -> Mapping[str, Any]:
        return {"type": "boolean"}

    def problem(self, value: Any) -> str | None:
        return None if isinstance(value, bool) else "应为 true 或 false"


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number of ``unit`` from ``least`` to ``most``."""

    least: int
    most: int
    unit: str = ""

    @property
    def schema(self) -> Mapping[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def problem(self, value: Any) -> str | None:
        if type(value) is not int:
            return "应为整数"
        if not self.least <= value <= self.most:
            return f"应在 {self.least} 到 {self.most} {self.unit}之间"
        return None


#: Days that something may take; days of a month that every month has; months from one time to the next.
DAYS: Final = Whole(0, MOST_DAYS, "天")
DAY_OF_MONTH: Final = Whole(1, 28, "日")
MONTHS: Final = Whole(1, 12, "个月")
MONTHS_OR_YEARS: Final = Whole(0, 120, "个月")
AGE: Final = Whole(0, 120, "岁")


@dataclass(frozen=True, slots=True)
class Number:
    """A decimal written as text, so that nothing is lost on the way: ``"0.60"``, ``"7500.00"``."""

    least: Decimal
    most: Decimal
    example: str

    @property
    def schema(self) -> Mapping[str, Any]:
        return {
            "type": "string",
            "pattern": f"^{_DECIMAL.pattern}$",
            "minimum": str(self.least),
            "maximum": str(self.most),
        }

    def problem(self, value: Any) -> str | None:
        if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
            return f'应为数字文本，如 "{self.example}"'
        if not self.least <= Decimal(value) <= self.most:
            return f"应在 {self.least} 到 {self.most} 之间"
        return None


SHARE: Final = Number(Decimal(0), Decimal(1), "0.60")
POINTS: Final = Number(Decimal(0), Decimal(100), "10.00")
TIMES: Final = Number(Decimal(0), Decimal(1000), "3.00")
YUAN: Final = Number(Decimal("0.01"), MOST_YUAN, "7500.00")


@dataclass(frozen=True, slots=True)
class Choice:
    words: tuple[str, ...]

    @property
    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "enum": list(self.words)}

    def problem(self, value: Any) -> str | None:
        if not isinstance(value, str) or value not in self.words:
            return f"应为 {'、'.join(self.words)} 之一"
        return None


@dataclass(frozen=True, slots=True)
class Words:
    """A short text that people read."""

    most: int = _LONGEST

    @property
    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.most}

    def problem(self, value: Any) -> str | None:
        if not isinstance(value, str):
            return "应为文本"
        if not (value.strip() and len(value) <= self.most and value.isprintable()):
            return f"应为 1 到 {self.most} 个字"
        return None


@dataclass(frozen=True, slots=True)
class Code:
    """A code for programs that fits ``pattern`` whole; ``told`` says what that is."""

    pattern: str
    told: str

    @property
    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "pattern": f"^{self.pattern}$"}

    def problem(self, value: Any) -> str | None:
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value):
            return f"代码应为{self.told}"
        return None


ORGANISATION: Final = Code("[A-Z]{2,8}", "大写字母")
WORD_CODE: Final = Code("[a-z][a-z0-9_]{0,63}", "小写英文字母、数字和下划线")


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar, ``2025-12-31``."""

    @property
    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "format": "date"}

    def problem(self, value: Any) -> str | None:
        try:
            if isinstance(value, str) and len(value) == 10 and 2000 <= date.fromisoformat(value).year <= 2100:
                return None
        except ValueError:
            return "没有这一天"
        return "日期应写作 2025-12-31"


@dataclass(frozen=True, slots=True)
class DayOfYear:
    """A day that every year has, ``09-30``."""

    @property
    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "pattern": f"^{_DAY_OF_YEAR.pattern}$"}

    def problem(self, value: Any) -> str | None:
        if isinstance(value, str) and _DAY_OF_YEAR.fullmatch(value):
            try:
                date.fromisoformat(f"2001-{value}")
            except ValueError:
                return "不是每年都有这一天"
            return None
        return "应为月-日，如 09-30"


@dataclass(frozen=True, slots=True)
class Each:
    """A list, each entry of one shape and none twice."""

    entry: Shape
    most: int = _MOST_ENTRIES
    least: int = 0

    @property
    def schema(self) -> Mapping[str, Any]:
        return {
            "type": "array",
            "items": self.entry.schema,
            "minItems": self.least,
            "maxItems": self.most,
            "uniqueItems": True,
        }

    def problem(self, value: Any) -> str | None:
        if not isinstance(value, list) or not self.least <= len(value) <= self.most:
            return f"应为 {self.least} 到 {self.most} 项的数组"
        for place, one in enumerate(value):
            if found := self.entry.problem(one):
                return f"第 {place + 1} 项{found}"
        if any(one in value[:place] for place, one in enumerate(value)):
            return "同一项只应写一次"
        return None


@dataclass(frozen=True, slots=True)
class Named:
    """An object with these entries and no others; those in ``optional`` may be left out."""

    entries: Mapping[str, Shape]
    optional: frozenset[str] = frozenset()

    @property
    def schema(self) -> Mapping[str, Any]:
        return {
            "type": "object",
            "properties": {name: shape.schema for name, shape in self.entries.items()},
            "required": [name for name in self.entries if name not in self.optional],
            "additionalProperties": False,
        }

    def problem(self, value: Any) -> str | None:
        if not isinstance(value, dict):
            return "应为对象"
        required = self.entries.keys() - self.optional
        if not required <= value.keys() <= self.entries.keys():
            return f"应包含且只包含 {'、'.join(self.entries)}"
        for name, one in value.items():
            if found := self.entries[name].problem(one):
                return f"{name} {found}"
        return None


@dataclass(frozen=True, slots=True)
class ByCode:
    """An object from codes to values of one shape; at least one."""

    code: Shape
    entry: Shape

    @property
    def schema(self) -> Mapping[str, Any]:
        return {
            "type": "object",
            "propertyNames": self.code.schema,
            "additionalProperties": self.entry.schema,
            "minProperties": 1,
        }

    def problem(self, value: Any) -> str | None:
        if not isinstance(value, dict) or not 1 <= len(value) <= _MOST_ENTRIES:
            return "应为代码到内容的对象，至少一项"
        for code, one in value.items():
            if found := self.code.problem(code) or self.entry.problem(one):
                return f"{code[:_LONGEST]} {found}"
        return None


@dataclass(frozen=True, slots=True)
class Weights:
    """An object from some of ``names`` to shares that are exactly 1 together."""

    names: tuple[str, ...]

    @property
    def schema(self) -> Mapping[str, Any]:
        return {
            "type": "object",
            "properties": dict.fromkeys(self.names, SHARE.schema),
            "additionalProperties": False,
            "minProperties": 1,
        }

    def problem(self, value: Any) -> str | None:
        if found := ByCode(Choice(self.names), SHARE).problem(value):
            return found
        total = sum(Decimal(weight) for weight in value.values())
        return None if total == 1 else f"各项权重合计应为 1，现为 {total}"


@dataclass(frozen=True, slots=True)
class Nullable:
    """The shape, or null."""

    shape: Shape

    @property
    def schema(self) -> Mapping[str, Any]:
        return {"anyOf": [self.shape.schema, {"type": "null"}]}

    def problem(self, value: Any) -> str | None:
        return None if value is None else self.shape.problem(value)


@dataclass(frozen=True, slots=True)
class FormerCodes:
    """Codes of counties, townships and villages that have ended, to what each is called now."""

    @property
    def schema(self) -> Mapping[str, Any]:
        return {"type": "object", "additionalProperties": {"type": "string"}, "maxProperties": _MOST_ENTRIES}

    def problem(self, value: Any) -> str | None:
        """A county, township or village is called otherwise now; it stays what it is."""
        if not isinstance(value, dict) or len(value) > _MOST_ENTRIES:
            return f"应为旧代码到现行代码的对象，最多 {_MOST_ENTRIES} 项"
        for old, new in value.items():
            if not (_is_division(old) and _is_division(new) and len(old) == len(new)):
                return "应为 6、9 或 12 位的旧代码到同位数的现行代码，不带补足的零"
            if old == new or new in value:
                return "现行代码不能又是停用的代码"
        return None


@dataclass(frozen=True, slots=True)
class Region:
    """The code of a county, township or village, without the zeros that fill it up."""

    @property
    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "pattern": "^(\\d{6}|\\d{9}|\\d{12})$"}

    def problem(self, value: Any) -> str | None:
        return None if _is_division(value) else "应为 6、9 或 12 位的区划代码，不带补足的零"


def _is_division(code: Any) -> bool:
    try:
        return isinstance(code, str) and len(code) >= 6 and normalise_region_code(code) == code
    except InvalidRegionCode:
        return False
