"""The base of what goes in and out as JSON."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer, StringConstraints
from pydantic.functional_validators import AfterValidator, BeforeValidator

from shared.identifiers.regions import InvalidRegionCode, normalise_region_code


class Schema(BaseModel):
    """Unknown fields are ignored: callers may send what later versions know."""

    model_config = ConfigDict(str_strip_whitespace=True, from_attributes=True)


def _amount(value: object) -> object:
    if isinstance(value, float | bool):
        raise ValueError('金额应写作文本 "15100.00"')
    return value


def _two_places(value: Decimal) -> Decimal:
    if not value.is_finite() or value != value.quantize(Decimal("0.01")):
        raise ValueError("金额最多两位小数")
    if abs(value) >= Decimal(10) ** 16:
        raise ValueError("金额过大")
    return value.quantize(Decimal("0.01"))


#: Yuan as a string with two places; never a float.
Amount = Annotated[
    Decimal,
    BeforeValidator(_amount),
    AfterValidator(_two_places),
    PlainSerializer(lambda value: f"{value:.2f}", return_type=str),
]


def _region(value: str) -> str:
    try:
        return normalise_region_code(value)
    except InvalidRegionCode as error:
        raise ValueError("区划代码应为 2、4、6、9 或 12 位数字") from error


#: A region code in its short form, whatever form it came in.
RegionCode = Annotated[str, AfterValidator(_region)]

Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]
ShortText = Annotated[str, StringConstraints(min_length=1, max_length=200)]
LongText = Annotated[str, StringConstraints(max_length=4000)]
