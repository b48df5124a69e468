"""How the cells of a registry row are read, each by itself. Decisions without I/O; ``CellError`` says what is wrong."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Final

from shared.identifiers.names import is_plain_name, normalise_name
from shared.identifiers.phone import InvalidPhone, is_plain_mobile, normalise_phone
from shared.tables.cells import CellError, to_amount, to_bool, to_date, to_text
from shared.tables.ethnic_groups import ETHNIC_GROUPS
from shared.tables.words import (
    DRINKING_WATER,
    HOUSEHOLD_TYPE,
    HOUSING_GRADE,
    LABOUR,
    MARITAL_STATUS,
    MONITORING_TYPE,
    RELATIONSHIPS,
    SEX,
    SOCIAL_ASSISTANCE,
    STATUS,
)

HOUSEHOLD_TYPES: Final = frozenset(HOUSEHOLD_TYPE.words)
MONITORING_TYPES: Final = frozenset(MONITORING_TYPE.words)
LABOUR_KINDS: Final = frozenset(LABOUR.words)
STATUSES: Final = frozenset(STATUS.words)
SEXES: Final = frozenset(SEX.words)
MARITAL_STATUSES: Final = frozenset(MARITAL_STATUS.words)
ASSISTANCE: Final = frozenset(SOCIAL_ASSISTANCE.words)
GRADES: Final = frozenset(HOUSING_GRADE.words)
WATER_STATES: Final = frozenset(DRINKING_WATER.words)
_LOST_DIGITS = re.compile(r"\d+(?:\.\d+)?[eE]\+?\d+")
LONGEST_NAME: Final = 100


def read_household_no(value: object) -> str | None:
    text = to_text(value, 64)
    if text is not None and _LOST_DIGITS.fullmatch(text):
        raise CellError("household_no_lost_digits", "户编号被表格软件当作数字保存，请把该列设为文本格式")
    return text


def read_relationship(value: object) -> str | None:
    if isinstance(value, str) and (known := RELATIONSHIPS.get(value)):
        return known
    text = to_text(value, 64)
    if text is None:
        return None
    relation = RELATIONSHIPS.get("".join(text.split()))
    if relation is None:
        raise CellError("relationship_unknown", "与户主关系应为户主、配偶、子、女、父母等或 GB/T 4761 代码")
    return relation


def read_name(value: object) -> str | None:
    if isinstance(value, str) and len(value) <= LONGEST_NAME and is_plain_name(value):
        return value
    text = to_text(value, LONGEST_NAME)
    if text is None or not normalise_name(text):
        return None
    if "*" in text or "＊" in text:
        raise CellError("name_masked", "姓名已被遮盖，请用完整姓名")
    return text


def read_phone(value: object) -> str | None:
    if isinstance(value, str) and is_plain_mobile(value):
        return value
    if to_text(value) is None:
        return None
    try:
        return normalise_phone(value)
    except InvalidPhone as error:
        raise CellError(error.code, error.message) from None


def read_self_paid(value: object) -> Decimal | None:
    amount = to_amount(value)
    if amount is not None and amount < 0:
        raise CellError("self_paid_medical_negative", "合规自付支出不能为负数，请核对")
    return amount


def _one_of(codes: frozenset[str], field: str, label: str) -> Callable[[object], str | None]:
    def read(value: object) -> str | None:
        if isinstance(value, str) and value in codes:
            return value
        text = to_text(value, 64)
        if text is not None and text not in codes:
            raise CellError(f"{field}_unknown", f"不认识的{label}，请用规定的词或代码")
        return text

    return read


def _short(value: object) -> str | None:
    return to_text(value, 100)


def _address(value: object) -> str | None:
    return to_text(value, 300)


#: How the cells of a row are read, but for those that depend on the county and the day.
READERS: Final[Mapping[str, Callable[[object], Any]]] = {
    "household_no": read_household_no,
    "relationship": read_relationship,
    "name": read_name,
    "household_type": _one_of(HOUSEHOLD_TYPES, "household_type", "户类型"),
    "monitoring_type": _one_of(MONITORING_TYPES, "monitoring_type", "监测对象类别"),
    "risk_eliminated": to_bool,
    "status": _one_of(STATUSES, "status", "人员状态"),
    "labour": _one_of(LABOUR_KINDS, "labour", "劳动能力"),
    "health": _short,
    "schooling": _short,
    "phone": read_phone,
    "address": _address,
    "sex": _one_of(SEXES, "sex", "性别（GB/T 2261.1）"),
    "marital_status": _one_of(MARITAL_STATUSES, "marital_status", "婚姻状况（GB/T 2261.2）"),
    "ethnic_group": _one_of(frozenset(ETHNIC_GROUPS), "ethnic_group", "民族（GB/T 3304）"),
    "student_status": _short,
    "labour_skill": _short,
    "insured": to_bool,
    "died_on": to_date,
    "social_assistance": _one_of(ASSISTANCE, "social_assistance", "低保、特困情况"),
    "minimum_living": to_bool,
    "extreme_hardship": to_bool,
    "housing_grade": _one_of(GRADES, "housing_grade", "住房等级（A至D）"),
    "drinking_water": _one_of(WATER_STATES, "drinking_water", "饮水安全情况"),
    "contact_official": _short,
    "contact_unit": _short,
}
