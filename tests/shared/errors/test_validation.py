"""What pydantic finds is told in codes and words of our own."""

from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, BaseModel, Field, TypeAdapter, ValidationError

from shared.errors.validation import OTHERWISE, in_our_words
from shared.runtime.schema import Amount


def refuse(_: str) -> str:
    raise ValueError("区划代码应为 2、4、6、9 或 12 位数字")


class Visit(BaseModel):
    on: date
    outcome: Literal["no_risk", "risk", "moved"]
    secure: bool
    amount: Amount
    name: Annotated[str, Field(min_length=2, pattern="^张")]
    region: Annotated[str, AfterValidator(refuse)]


RIGHT: dict[str, Any] = {
    "on": "2026-11-08",
    "outcome": "no_risk",
    "secure": True,
    "amount": "1.00",
    "name": "张三",
}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("on", "八日", "not_a_date"),
        ("outcome", "生病", "not_a_choice"),
        ("secure", "也许", "not_yes_or_no"),
        ("amount", 1.5, "amount_not_text"),
        ("name", "", "too_short"),
        ("name", "李四", "wrong_form"),
        ("name", 7, "not_text"),
        ("region", "x", "invalid"),
    ],
)
def test_codes_are_our_own_and_words_are_chinese(field: str, value: object, code: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Visit.model_validate({**RIGHT, "region": "x", field: value})
    found = {item["loc"][0]: in_our_words(item) for item in caught.value.errors()}
    assert found[field][0] == code
    assert not found[field][1].isascii()
    assert "Value error" not in found["region"][1]


def test_the_choices_are_listed() -> None:
    with pytest.raises(ValidationError) as caught:
        Visit.model_validate({**RIGHT, "region": "x", "outcome": "生病"})
    told = [in_our_words(item) for item in caught.value.errors() if item["loc"] == ("outcome",)]
    assert told == [("not_a_choice", "应为 no_risk、risk、moved 之一")]


@pytest.mark.parametrize(
    ("constraints", "value", "told"),
    [
        (Field(pattern="^(open|closed)$"), "shut", ("not_a_choice", "应为 open、closed 之一")),
        (Field(pattern="^[12][0-9]{3}-Q[1-4]$"), "2026-Q5", ("wrong_form", "写法不符合要求，应如 2026-Q4")),
        (Field(pattern=r"\S"), " ", ("wrong_form", "写法不符合要求")),
        (Field(max_length=3), "一二三四", ("too_long", "内容过长，最多 3 字")),
    ],
)
def test_what_a_text_may_be(constraints: Any, value: str, told: tuple[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Annotated[str, constraints]).validate_python(value)
    assert [in_our_words(item) for item in caught.value.errors()] == [told]


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        (Annotated[int, Field(ge=1)], 0, ("too_small", "数值过小，不得小于 1")),
        (Annotated[int, Field(gt=1)], 1, ("too_small", "数值过小，须大于 1")),
        (Annotated[int, Field(le=500)], 501, ("too_large", "数值过大，不得大于 500")),
        (Annotated[int, Field(lt=5)], 5, ("too_large", "数值过大，须小于 5")),
        (Annotated[list[int], Field(max_length=1)], [1, 2], ("too_many", "条数过多，最多 1 条")),
        (Annotated[list[int], Field(min_length=1)], [], ("too_few", "条数过少，至少 1 条")),
    ],
)
def test_limits_are_told(kind: Any, value: object, told: tuple[str, str]) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    assert [in_our_words(item) for item in caught.value.errors()] == [told]


def test_a_kind_that_nobody_thought_of_is_still_told_in_chinese() -> None:
    assert in_our_words({"type": "recursion_loop", "msg": "Recursion", "loc": ()}) == OTHERWISE
