"""What a row of the registry must be. Decisions without I/O; every error of a row is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

import msgspec

from services.household_api.registry.cells import READERS, read_self_paid
from services.household_api.registry.particulars import Particulars
from shared.identifiers.id_number import (
    InvalidIdNumber,
    birth_date,
    check_id_number,
    normalise_id_number,
    sex,
)
from shared.identifiers.plain_id_numbers import plain_id_numbers
from shared.identifiers.regions import InvalidRegionCode, normalise_region_code
from shared.regions import Regions
from shared.tables.cells import CellError, to_amount, to_date, to_text
from shared.tables.words import IMPORT_COLUMNS, LABOUR

HEAD: Final = "户主"
#: GB/T 2261.1 by what a citizen's number says.
SEX_OF_NUMBER: Final = {"male": "1", "female": "2"}


_LABOUR_WORDS: Final = dict(LABOUR.values or {})

REQUIRED: Final = ("household_no", "relationship", "name", "region_code", "household_type")
#: A table that has these columns says with an empty cell that there is none.
STATED: Final[Mapping[str, object]] = {"monitoring_type": "", "risk_eliminated": False}
#: Fields of which a file has few different words, each many times.
FEW_WORDS: Final = (
    *("relationship", "region_code", "household_type", "monitoring_type", "risk_eliminated", "status"),
    *("labour", "health", "schooling", "sex", "marital_status", "ethnic_group", "student_status"),
    *("labour_skill", "insured", "minimum_living", "extreme_hardship", "social_assistance"),
    *("housing_grade", "drinking_water"),
)
MOST_KNOWN: Final = 4_096
#: Errors of one row are told in the order of the sheet.
PLACES: Final = {column.name: place for place, column in enumerate(IMPORT_COLUMNS)}

#: The parameter, and the code of what goes beyond it.
INCOME_LIMIT: Final = "income_per_head_limit"
#: A household whose medical costs are beyond that limit.
SELF_PAID_LIMIT: Final = "self_paid_medical_limit"


def too_much(most: Decimal) -> str:
    """What is said of an income of which a comma seems to have slipped."""
    return f"人均超过{most:f}元，请核对小数点和单位（元）；确有其事的，请先调整参数 {INCOME_LIMIT}"


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one field of a row."""

    field: str
    code: str
    message: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


class RegistryRow(msgspec.Struct, frozen=True):
    """A person with the household they belong to. None: the row does not say it."""

    household_no: str
    relationship: str
    region_code: str
    household_type: str
    particulars: Particulars
    monitoring_type: str | None = None
    risk_eliminated: bool | None = None
    status: str | None = None
    labour: str | None = None
    health: str | None = None
    schooling: str | None = None
    annual_income: Decimal | None = None
    sex: str | None = None
    marital_status: str | None = None
    ethnic_group: str | None = None
    student_status: str | None = None
    labour_skill: str | None = None
    insured: bool | None = None
    died_on: date | None = None
    social_assistance: str | None = None
    housing_grade: str | None = None
    drinking_water: str | None = None
    contact_official: str | None = None
    contact_unit: str | None = None
    self_paid_medical: Decimal | None = None


class RowCheck:
    """Reads rows of one county on one day. ``covers`` says whether the caller reaches a region; ``most`` is the
    parameter ``income_per_head_limit`` in yuan a year; ``stands_at`` is a code that is right as it stands."""

    def __init__(
        self,
        regions: Regions,
        covers: Callable[[str], bool],
        today: date,
        most: Decimal,
        stands_at: str | None = None,
    ) -> None:
        self._regions = regions
        self._covers = covers
        self._today = today
        self._most = most
        self._stands_at = stands_at
        self._readers: Mapping[str, Callable[[object], Any]] = {
            **READERS,
            "region_code": self.read_region,
            "id_number": self.read_id_number,
            "birth_date": self.read_birth_date,
            "annual_income": self.read_income,
            "self_paid_medical": self.read_self_paid,
        }
        # A file has few different words for these, many times: what each was read as.
        self._known: dict[str, dict[str, Any]] = {name: {} for name in FEW_WORDS}

    def check_many(self, rows: Sequence[Mapping[str, object]]) -> list[RegistryRow | list[RowError]]:
        """Each as ``check`` has it; numbers that are right as they stand are told all at once."""
        numbers = [row.get("id_number") for row in rows]
        plain = plain_id_numbers(numbers, self._today)
        self._known["id_number"] = {str(n): n for n, right in zip(numbers, plain, strict=True) if right}
        return [self.check(row) for row in rows]

    def check(self, values: Mapping[str, object]) -> RegistryRow | list[RowError]:
        """The row, or everything that is wrong with it."""
        errors: list[RowError] = []
        told = self._told(values, errors)
        wrong = {error.field for error in errors}
        for name in REQUIRED:
            if told.get(name) is None and name not in wrong:
                errors.append(RowError(name, f"{name}_missing", "此项必填"))
        id_number, born = told.pop("id_number", None), told.pop("birth_date", None)
        if born and id_number and birth_date(id_number) != born:
            errors.append(
                RowError("birth_date", "birth_date_differs", "出生日期与证件号码中的不一致，请核对")
            )
        person = Particulars(
            told.pop("name", None) or "",
            id_number,
            told.pop("phone", None),
            None if id_number else born,
            told.pop("address", None),
        )
        if id_number is not None:
            _tell_sex(told, id_number, errors)
        if "died_on" in told:
            self._tell_death(told, person, errors)
        _tell_assistance(told)
        if told.get("labour") is None and told.get("labour_skill"):
            # The national system has one column for both.
            told["labour"] = _LABOUR_WORDS.get(told["labour_skill"])
        if errors:
            return sorted(errors, key=lambda error: PLACES.get(error.field, 0))
        for name, empty in STATED.items():
            # None where the table has no such column; an empty cell of one that it has says that there is none.
            if told.get(name) is None:
                told[name] = empty if name in values else None
        return RegistryRow(particulars=person, **told)

    def _told(self, values: Mapping[str, object], errors: list[RowError]) -> dict[str, Any]:
        """The cells that say something, read."""
        told: dict[str, Any] = {}
        for name, value in values.items():
            if value is None or value == "" or name not in self._readers:
                continue
            known = self._known.get(name) if type(value) is str else None
            if known is not None and value in known:
                told[name] = known[str(value)]
                continue
            try:
                told[name] = self._readers[name](value)
            except CellError as error:
                errors.append(RowError(name, error.code, error.message))
                continue
            if known is not None and len(known) < MOST_KNOWN:
                known[str(value)] = told[name]
        return told

    def read_region(self, value: object) -> str | None:
        """A township or village of the county that the caller reaches."""
        if to_text(value) is None:
            return None
        try:
            code = normalise_region_code(value)
        except InvalidRegionCode as error:
            raise CellError(error.code, error.message) from None
        if code == self._stands_at:
            return code
        if code[:6] != self._regions.county[: len(code)]:
            raise CellError("region_other_county", "这是外县的村，本县登记簿只登记本县的户，请核对村代码")
        if len(code) < 9 or code not in self._regions or not self._covers(code):
            raise CellError("region_unknown", "本县没有这个村或乡镇的代码，请对照区划代码表改正")
        return code

    def read_id_number(self, value: object) -> str | None:
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        try:
            number = normalise_id_number(value)
            check_id_number(number, self._today)
        except InvalidIdNumber as error:
            raise CellError(error.code, error.message) from None
        return number

    def read_income(self, value: object) -> Decimal | None:
        amount = to_amount(value)
        if amount is not None and amount < 0:
            raise CellError("annual_income_negative", "年收入不能为负数，请核对")
        if amount is not None and amount > self._most:
            raise CellError(INCOME_LIMIT, too_much(self._most))
        return amount

    def read_self_paid(self, value: object) -> Decimal | None:
        amount = read_self_paid(value)
        if amount is not None and amount > self._most:
            raise CellError(SELF_PAID_LIMIT, too_much(self._most))
        return amount

    def read_birth_date(self, value: object) -> date | None:
        born = to_date(value)
        if born is not None and not date(1850, 1, 1) <= born <= self._today:
            raise CellError("birth_date_impossible", "出生日期晚于今天或过早，请核对")
        return born

    def _tell_death(self, told: dict[str, Any], person: Particulars, errors: list[RowError]) -> None:
        died = told["died_on"]
        if died is None:
            return
        if died > self._today:
            errors.append(RowError("died_on", "death_in_future", "死亡日期晚于今天，请核对"))
        elif person.born is not None and died < person.born:
            errors.append(RowError("died_on", "death_before_birth", "死亡日期早于出生日期，请核对"))
        if told.get("status") not in (None, "deceased"):
            errors.append(
                RowError("died_on", "death_contradicts_status", "填了死亡日期而人员状态不是死亡，请核对")
            )
        told["status"] = "deceased"


def _tell_sex(told: dict[str, Any], id_number: str, errors: list[RowError]) -> None:
    """What the number says; a row that says otherwise is wrong in one of the two."""
    said = SEX_OF_NUMBER[sex(id_number)]
    if told.get("sex") and told["sex"] != said:
        errors.append(RowError("sex", "sex_differs", "性别与证件号码第17位不一致，请核对性别或证件号码"))
    told["sex"] = said


def _tell_assistance(told: dict[str, Any]) -> None:
    """In one column, or in one of its own for each; a no in all that are stated says that there is none."""
    stated = told.get("social_assistance")
    if stated is None and "extreme_hardship" not in told and "minimum_living" not in told:
        return
    each = {kind: told.pop(kind, None) for kind in ("extreme_hardship", "minimum_living")}
    held = next((kind for kind, yes in each.items() if yes), None)
    if held is not None:
        told["social_assistance"] = held
    elif stated == "none" or (stated is None and False in each.values()):
        told["social_assistance"] = ""
