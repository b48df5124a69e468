"""Whether a pushed record can be filed: every reason at once, not only the first (contract.md, batches)."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import msgspec

from services.warning_api.cycles.indicators import Catalogue
from shared.identifiers.disability_certificate import certificate_of
from shared.identifiers.id_number import InvalidIdNumber, check_id_number, normalise_id_number
from shared.identifiers.names import normalise_name
from shared.identifiers.phone import normalise_phone
from shared.identifiers.regions import InvalidRegionCode, normalise_region_code, present_code
from shared.regions import HasRegions
from shared.tables.cells import CellError, to_amount, to_date, to_text
from shared.tables.columns import Row

LONGEST_RECORD_ID = 100
LONGEST_NAME = 60
LONGEST_DETAIL = 2000

NONE_RETIRED: Mapping[str, str] = MappingProxyType({})


class ValidRecord(msgspec.Struct, frozen=True, gc=False):
    """A record ready to be filed. ``region_code``: in its short form; None where none was sent.

    ``amount``: yuan, or text that is as plain. ``region_as_sent``: the former code that was sent instead.
    ``certificate``: the disability certificate that was sent for the ID number, which is its beginning.
    """

    source_record_id: str
    id_number: str | None
    name: str
    name_as_sent: str
    region_code: str | None
    indicator: str
    occurred_on: date
    amount: Decimal | str | None
    phone: str | None
    detail: str | None
    region_as_sent: str | None = None
    certificate: str | None = None


Reason = dict[str, str]

#: Fields that are read by themselves, in the order in which ``RecordCheck.check`` takes them apart.
READERS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("source_record_id", lambda value: to_text(value, LONGEST_RECORD_ID)),
    ("name", lambda value: to_text(value, LONGEST_NAME)),
    ("occurred_on", to_date),
    ("amount", to_amount),
    ("phone", to_text),
    ("detail", lambda value: to_text(value, LONGEST_DETAIL)),
)

REQUIRED = {"source_record_id": "记录编号", "name": "姓名", "occurred_on": "发生日期"}


class RecordCheck:
    """Checks the records of one department against its catalogue, the county's regions and the day.

    ``certificates``: the department may send disability certificates for ID numbers. ``retired``: former region
    codes with the present ones. ``known_indicators``: words met so far, with the codes that they stand for.
    """

    def __init__(
        self,
        org: str,
        catalogue: Catalogue,
        regions: HasRegions,
        today: date,
        *,
        certificates: bool = False,
        retired: Mapping[str, str] = NONE_RETIRED,
    ) -> None:
        self._org = org
        self._catalogue = catalogue
        self._county = regions.county
        self.today = today
        self._certificates = certificates
        self._retired = retired
        self.region_codes = regions.codes
        self.known_indicators: dict[str, str] = {}

    def check(self, values: Mapping[str, Any]) -> ValidRecord | list[Reason]:
        """The record, or every reason why it cannot be filed as ``{field, code, message}``."""
        reasons: list[Reason] = []

        def refuse(field: str, code: str, message: str) -> None:
            reasons.append({"field": field, "code": code, "message": message})

        read: list[Any] = []
        for field, convert in READERS:
            value = values.get(field)
            try:
                read.append(None if value is None or value == "" else convert(value))
            except CellError as error:
                refuse(field, error.code, error.message)
                read.append(None)
        source_record_id, name_as_sent, occurred_on, amount, phone_as_sent, detail = read
        name = normalise_name(name_as_sent) if name_as_sent else ""
        if not (source_record_id and name and occurred_on):
            _refuse_missing(
                {"source_record_id": source_record_id, "name": name, "occurred_on": occurred_on}, reasons
            )
        if occurred_on is not None and occurred_on > self.today:
            refuse("occurred_on", "date_in_future", f"发生日期 {occurred_on} 晚于今天，请核对")
        if amount is not None and amount < 0:
            refuse("amount", "negative_amount", "金额不能为负数，请核对")
        indicator = self._indicator(values.get("indicator"), refuse)
        id_number, certificate = self._id_number(values.get("id_number"), refuse)
        region_code, region_as_sent = self._region(values.get("region_code"), refuse)
        if is_blank(values.get("id_number")) and is_blank(values.get("region_code")):
            refuse("id_number", "neither_id_nor_region", "身份证号与村代码至少填一项，否则无法找到此人")
        if reasons:
            return reasons
        return ValidRecord(
            source_record_id,
            id_number,
            name,
            name_as_sent,
            region_code,
            indicator,
            occurred_on,
            amount,
            _phone(phone_as_sent),
            detail,
            region_as_sent,
            certificate,
        )

    def _indicator(self, value: Any, refuse: Any) -> str:
        word = str(value).strip() if value is not None else ""
        known = self.known_indicators.get(word)
        if known is not None:
            return known
        if not word:
            refuse("indicator", "missing", "缺少预警指标，请填写指标代码或名称")
            return ""
        found = self._catalogue.find(word, self._org)
        if found is None:
            refuse(
                "indicator", "unknown_indicator", "不是本部门的预警指标，请对照 /v1/indicators 填写代码或名称"
            )
            return ""
        self.known_indicators[word] = found.code
        return found.code

    def _id_number(self, value: Any, refuse: Any) -> tuple[str | None, str | None]:
        """The ID number, and the certificate that it was taken from."""
        if is_blank(value):
            return None, None
        try:
            certificate = certificate_of(value) if self._certificates else None
            id_number = certificate[:18] if certificate else normalise_id_number(value)
            check_id_number(id_number, self.today)
        except InvalidIdNumber as error:
            refuse("id_number", error.code, error.message)
            return None, None
        return id_number, certificate

    def _region(self, value: Any, refuse: Any) -> tuple[str | None, str | None]:
        """The region, and the former code that was sent for it.

        A code of this county, or a former one of it, must be one the county has; that of another county says
        where to look.
        """
        if is_blank(value):
            return None, None
        if isinstance(value, str) and value in self.region_codes:
            return value, None
        try:
            code = normalise_region_code(value)
        except InvalidRegionCode as error:
            refuse("region_code", error.code, error.message)
            return None, None
        if code in self.region_codes:
            return code, None
        present = present_code(code, self._retired) if self._retired else None
        if present is not None and present in self.region_codes:
            return present, code
        if present is not None or code.startswith(self._county):
            refuse("region_code", "unknown_region", "本县没有这个区划代码，请对照区划代码表改正")
            return None, None
        return code, None


def flaw_reasons(row: Row) -> list[Reason]:
    """Why a row is rejected whatever its values say."""
    return [{"field": "row", **row.flaw._asdict()}] if row.flaw else []


def is_blank(value: Any) -> bool:
    """Whether a cell holds nothing: spreadsheets are full of blanks that nobody typed."""
    return value is None or (isinstance(value, str) and not value.strip())


def _refuse_missing(read: Mapping[str, Any], reasons: list[Reason]) -> None:
    """Required fields that are empty. One that could not be read has been refused for that."""
    refused = {reason["field"] for reason in reasons}
    for field, what in REQUIRED.items():
        if not read[field] and field not in refused:
            reasons.append({"field": field, "code": "missing", "message": f"缺少{what}，请补填"})


def _phone(as_sent: str | None) -> str | None:
    """A number that is none is kept as it was sent: nobody loses a visit over a telephone number."""
    try:
        return normalise_phone(as_sent) if as_sent else None
    except ValueError:
        return as_sent
