"""The base of what goes in and out as JSON."""

import re
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer, StringConstraints, model_validator
from pydantic.functional_validators import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from shared.clock import SHANGHAI
from shared.identifiers.regions import InvalidRegionCode, normalise_region_code
from shared.tables.columns import FLAW, Flaw


class Schema(BaseModel):
    """Unknown fields are ignored: callers may send what later versions know."""

    model_config = ConfigDict(str_strip_whitespace=True, from_attributes=True)


class TableItem(Schema):
    """An item that may also come as the row of a table: one whose row has a flaw (``Row.marked``) is refused for it."""

    @model_validator(mode="before")
    @classmethod
    def _whole(cls, raw: Any) -> Any:
        flaw = raw.get(FLAW) if isinstance(raw, dict) else None
        if isinstance(flaw, Flaw):
            raise PydanticCustomError(flaw.code, "{message}", {"message": flaw.message})
        return raw


#: Digits with a point, nothing else: no exponent, no separators, no NaN.
_WRITTEN_AMOUNT = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)

#: The columns are numeric(18,2).
_TOO_LARGE = Decimal(10) ** 16


def _amount(value: object) -> object:
    if isinstance(value, float | bool):
        raise PydanticCustomError("amount_not_text", '金额应写作文本 "15100.00"')
    if isinstance(value, str) and not _WRITTEN_AMOUNT.fullmatch(value.strip()):
        raise PydanticCustomError("amount_malformed", '金额应写作 "15100.00"')
    return value


def _two_places(value: Decimal) -> Decimal:
    if abs(value) >= _TOO_LARGE:
        raise PydanticCustomError("amount_too_large", "金额过大")
    rounded = value.quantize(Decimal("0.01"))
    if value != rounded:
        raise PydanticCustomError("amount_too_precise", "金额最多两位小数")
    return rounded


def _positive(value: Decimal) -> Decimal:
    if value <= 0:
        raise PydanticCustomError("amount_not_positive", "金额应大于零")
    return value


def _not_negative(value: Decimal) -> Decimal:
    if value < 0:
        raise PydanticCustomError("amount_negative", "金额不能小于零")
    return value


#: Yuan as a string with two places; never a float.
Amount = Annotated[
    Decimal,
    BeforeValidator(_amount),
    AfterValidator(_two_places),
    PlainSerializer(lambda value: f"{value:.2f}", return_type=str),
]

#: What is allocated, budgeted or paid: more than nothing.
PositiveAmount = Annotated[Amount, AfterValidator(_positive)]

#: What may also be nothing.
AmountOrNothing = Annotated[Amount, AfterValidator(_not_negative)]


def _region(value: str) -> str:
    try:
        return normalise_region_code(value)
    except InvalidRegionCode as error:
        raise ValueError(error.message) from error


#: A region code in its short form, whatever form it came in.
RegionCode = Annotated[str, AfterValidator(_region)]


_WRITTEN_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _day(years: range, value: object) -> object:
    if not isinstance(value, date):
        if not (isinstance(value, str) and _WRITTEN_DAY.fullmatch(value.strip())):
            raise PydanticCustomError("not_a_date", "日期应写作 2026-11-08")
        try:
            value = date.fromisoformat(value.strip())
        except ValueError:
            raise PydanticCustomError("not_a_date", "没有这一天") from None
    if value.year not in years:
        raise PydanticCustomError("date_out_of_range", "日期超出合理范围")
    return value


#: A day of our work, as text: a bare number would be read as seconds since 1970.
Day = Annotated[date, BeforeValidator(partial(_day, range(2000, 2101)))]

BirthDate = Annotated[date, BeforeValidator(partial(_day, range(1850, 2101)))]


def storable(value: datetime) -> datetime:
    """The instant, if it still has a year in every offset; ValueError otherwise."""
    if not 1 < value.year < 9999:
        raise ValueError("时间超出范围")
    return value


def _shown(value: datetime) -> str:
    return value.astimezone(SHANGHAI).isoformat()


#: An instant with its offset (RFC 3339); shown in Shanghai's, whichever the database gave it in.
Instant = Annotated[
    AwareDatetime,
    AfterValidator(storable),
    PlainSerializer(_shown, return_type=str, when_used="json"),
]

Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200)]
LongText = Annotated[str, StringConstraints(max_length=4000)]
