"""What a row of the registry must be. Decisions without I/O; every error of a row is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from services.household_api.registry.particulars import Particulars
from shared.identifiers.id_number import InvalidIdNumber, birth_date, check_id_number, normalise_id_number
from shared.identifiers.names import normalise_name
from shared.identifiers.phone import InvalidPhone, normalise_phone
from shared.identifiers.regions import InvalidRegionCode, normalise_region_code
from shared.regions import Regions
from shared.tables.cells import CellError, to_amount, to_bool, to_date, to_text
from shared.tables.words import HOUSEHOLD_TYPE, LABOUR, MONITORING_TYPE, RELATIONSHIPS, STATUS

HEAD: Final = "户主"
HOUSEHOLD_TYPES: Final = frozenset(HOUSEHOLD_TYPE.words)
MONITORING_TYPES: Final = frozenset(MONITORING_TYPE.words)
LABOUR_KINDS: Final = frozenset(LABOUR.words)
STATUSES: Final = frozenset(STATUS.words)
RELATIONS: Final = frozenset(RELATIONSHIPS.values())

_LOST_DIGITS = re.compile(r"\d+(?:\.\d+)?[eE]\+?\d+")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one field of a row."""

    field: str
    code: str
    message: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class RegistryRow:
    """A person with the household they belong to. None: the row does not say it."""

    household_no: str
    relationship: str
    region_code: str
    household_type: str
    monitoring_type: str | None
    risk_eliminated: bool | None
    status: str | None
    labour: str | None
    health: str | None
    schooling: str | None
    annual_income: Decimal | None
    particulars: Particulars


class RowCheck:
    """Reads rows of one county on one day. ``covers`` says whether the caller reaches a region."""

    def __init__(self, regions: Regions, covers: Callable[[str], bool], today: date) -> None:
        self._regions = regions
        self._covers = covers
        self._today = today
        # A file names few villages many times.
        self._read: dict[str, str] = {}

    def check(self, values: Mapping[str, object]) -> RegistryRow | list[RowError]:
        """The row, or everything that is wrong with it."""
        reading = _Reading(values)
        row = RegistryRow(
            household_no=reading.required("household_no", read_household_no, "") or "",
            relationship=reading.required("relationship", read_relationship, "") or "",
            region_code=reading.required("region_code", self.read_region, "") or "",
            household_type=reading.required(
                "household_type", _one_of(HOUSEHOLD_TYPES, "household_type", "户类型"), ""
            )
            or "",
            monitoring_type=reading.stated(
                "monitoring_type", _one_of(MONITORING_TYPES, "monitoring_type", "监测对象类别"), ""
            ),
            risk_eliminated=reading.stated("risk_eliminated", to_bool, False),
            status=reading.optional("status", _one_of(STATUSES, "status", "人员状态")),
            labour=reading.optional("labour", _one_of(LABOUR_KINDS, "labour", "劳动能力")),
            health=reading.optional("health", _short),
            schooling=reading.optional("schooling", _short),
            annual_income=reading.optional("annual_income", read_income),
            particulars=self._particulars(reading),
        )
        return reading.errors or row

    def read_region(self, value: object) -> str | None:
        """A township or village of the county that the caller reaches."""
        if isinstance(value, str) and value in self._read:
            return self._read[value]
        if to_text(value) is None:
            return None
        try:
            code = normalise_region_code(value)
        except InvalidRegionCode as error:
            raise CellError(error.code, error.message) from None
        if len(code) < 9 or code not in self._regions or not self._covers(code):
            raise CellError("region_unknown", "本县没有这个村或乡镇的代码，请对照区划代码表改正")
        if isinstance(value, str):
            self._read[value] = code
        return code

    def _particulars(self, reading: _Reading) -> Particulars:
        name = reading.required("name", read_name, "") or ""
        id_number = reading.optional("id_number", self.read_id_number)
        born = reading.optional("birth_date", self.read_birth_date)
        if born and id_number and birth_date(id_number) != born:
            reading.refuse("birth_date", "birth_date_differs", "出生日期与证件号码中的不一致，请核对")
        return Particulars(
            name,
            id_number,
            reading.optional("phone", read_phone),
            None if id_number else born,
            reading.optional("address", _address),
        )

    def read_id_number(self, value: object) -> str | None:
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        try:
            number = normalise_id_number(value)
            check_id_number(number, self._today)
        except InvalidIdNumber as error:
            raise CellError(error.code, error.message) from None
        return number

    def read_birth_date(self, value: object) -> date | None:
        born = to_date(value)
        if born is not None and not date(1850, 1, 1) <= born <= self._today:
            raise CellError("birth_date_impossible", "出生日期晚于今天或过早，请核对")
        return born


class _Reading:
    """One row being read; gathers what is wrong with it."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values
        self.errors: list[RowError] = []

    def refuse(self, field: str, code: str, message: str) -> None:
        self.errors.append(RowError(field, code, message))

    def optional(self, field: str, read: Callable[[object], T | None]) -> T | None:
        value = self._values.get(field)
        if value is None or value == "":
            return None
        try:
            return read(value)
        except CellError as error:
            self.refuse(field, error.code, error.message)
            return None

    def required(self, field: str, read: Callable[[object], T | None], instead: T) -> T | None:
        before = len(self.errors)
        found = self.optional(field, read)
        if found is None and len(self.errors) == before:
            self.refuse(field, f"{field}_missing", "此项必填")
        return instead if found is None else found

    def stated(self, field: str, read: Callable[[object], T | None], empty: T) -> T | None:
        """None where the table has no such column; an empty cell of one that it has says ``empty``."""
        if field not in self._values:
            return None
        found = self.optional(field, read)
        return empty if found is None else found


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
    text = to_text(value, 100)
    if text is None or not normalise_name(text):
        return None
    if "*" in text or "＊" in text:
        raise CellError("name_masked", "姓名已被遮盖，请用完整姓名")
    return text


def read_phone(value: object) -> str | None:
    if to_text(value) is None:
        return None
    try:
        return normalise_phone(value)
    except InvalidPhone as error:
        raise CellError(error.code, error.message) from None


def read_income(value: object) -> Decimal | None:
    amount = to_amount(value)
    if amount is not None and amount < 0:
        raise CellError("annual_income_negative", "年收入不能为负数，请核对")
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
