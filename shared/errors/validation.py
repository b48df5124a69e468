"""What is wrong with one place of a request, in codes and words of our own, whatever library found it."""

import re
from collections.abc import Mapping
from typing import Any, Final, get_args

from pydantic_core.core_schema import ErrorType

from shared.errors.refusals import FieldError

#: pydantic's kinds of error by their beginnings: stable code for programs, words for people.
KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("missing", "缺少必填项"),
    "extra_forbidden": ("unknown_field", "此处没有这个名称，请核对写法"),
    "json_": ("not_json", "不是有效的 JSON"),
    "string_too_short": ("too_short", "内容过短或为空"),
    "string_too_long": ("too_long", "内容过长，最多 {max_length} 字"),
    "string_pattern": ("wrong_form", "写法不符合要求"),
    "string_": ("not_text", "应为文本"),
    "int_": ("not_a_number", "应为整数"),
    "float_": ("not_a_number", "应为数字"),
    "bool_": ("not_yes_or_no", "应为是或否（true 或 false）"),
    "datetime_": ("not_an_instant", "时间应写作 2026-11-08T09:00:00+08:00"),
    "timezone_": ("not_an_instant", "时间应写作 2026-11-08T09:00:00+08:00"),
    "date_": ("not_a_date", "日期应写作 2026-11-08"),
    "decimal_max_places": ("amount_too_precise", "金额最多两位小数"),
    "decimal_": ("not_an_amount", '金额应写作 "15100.00"'),
    "uuid_": ("not_an_id", "不是有效的编号"),
    "enum": ("not_a_choice", "应为 {choices} 之一"),
    "literal_error": ("not_a_choice", "应为 {choices} 之一"),
    "greater_than_equal": ("too_small", "数值过小，不得小于 {ge}"),
    "greater_than": ("too_small", "数值过小，须大于 {gt}"),
    "less_than_equal": ("too_large", "数值过大，不得大于 {le}"),
    "less_than": ("too_large", "数值过大，须小于 {lt}"),
    "too_long": ("too_many", "条数过多，最多 {max_length} 条"),
    "too_short": ("too_few", "条数过少，至少 {min_length} 条"),
    "list_": ("not_a_list", "应为数组"),
    "dict_": ("not_an_object", "应为对象"),
    "model_": ("not_an_object", "应为对象"),
}
OTHERWISE: Final = ("invalid", "此处的内容不符合要求")

#: Of words that a pattern is made of, the pattern: ``^(open|closed)$``.
_WORDS: Final = re.compile(r"\^\((\w+(?:\|\w+)*)\)\$")

#: What is shown of a pattern that one of them alone fits.
_EXAMPLES: Final = ("2026-11", "2026-Q4", "231226100201")

_PYDANTICS_OWN: Final = frozenset(get_args(ErrorType))


def in_our_words(found: Mapping[str, Any]) -> tuple[str, str]:
    """Code and message of one of pydantic's error details."""
    kind: str = found["type"]
    if kind == "value_error":
        return OTHERWISE[0], str(found["ctx"]["error"])
    if kind not in _PYDANTICS_OWN:
        # Raised by ourselves with a code and words of its own.
        return kind, str(found["msg"])
    code, message = next((words for start, words in KINDS.items() if kind.startswith(start)), OTHERWISE)
    if code == "wrong_form":
        return _form(str(found["ctx"]["pattern"]), (code, message))
    if code == "not_a_choice":
        return code, message.format(choices=_choices(found))
    return code, message.format(**found.get("ctx", {}))


def _form(pattern: str, otherwise: tuple[str, str]) -> tuple[str, str]:
    """What a text that does not fit a pattern is told."""
    if words := _WORDS.fullmatch(pattern):
        code, message = KINDS["enum"]
        return code, message.format(choices=words[1].replace("|", "、"))
    fitting = [example for example in _EXAMPLES if re.search(pattern, example)]
    code, message = otherwise
    return code, f"{message}，应如 {fitting[0]}" if len(fitting) == 1 else message


def _choices(found: Mapping[str, Any]) -> str:
    """What pydantic lists as `'a', 'b' or 'c'`, without its quotes and its `or`."""
    return "、".join(part.strip("'") for part in re.split(", | or ", str(found["ctx"]["expected"])))


def field_error(found: Mapping[str, Any], *, skip: int = 0) -> FieldError:
    """The same with its place; ``skip`` leading parts (``body``, ``query``) are left out of the pointer."""
    code, message = in_our_words(found)
    return FieldError("/" + "/".join(str(part) for part in found["loc"][skip:]), code, message)
