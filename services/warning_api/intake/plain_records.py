"""Many records at once: what is written as the contract shows it is recognised at a glance, the rest is checked.

Nearly every record of a department's system is plain. What is not, or has something wrong with it, goes through
``RecordCheck`` alone, which knows every spelling and every reason.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from services.warning_api.intake.validation import (
    LONGEST_DETAIL,
    LONGEST_NAME,
    LONGEST_RECORD_ID,
    Reason,
    RecordCheck,
    ValidRecord,
)
from shared.identifiers.names import is_plain_name
from shared.identifiers.phone import is_plain_mobile
from shared.identifiers.plain_id_numbers import plain_id_numbers
from shared.tables.cells import CellError, to_date

#: Days remembered by how they are written; a month has 31.
MOST_DAYS = 1000

_amount = re.compile(r"\d{1,15}(?:\.\d{1,2})?", re.ASCII).fullmatch


class PlainRecords:
    """The records of one department, checked a chunk at a time by ``check``."""

    def __init__(self, check: RecordCheck) -> None:
        self._check = check
        self._days: dict[str, date] = {}

    def check(self, records: Sequence[Mapping[str, Any]]) -> list[ValidRecord | list[Reason]]:
        """For each what ``RecordCheck.check`` says of it, a plain record's amount as text."""
        plain = plain_id_numbers([values.get("id_number") for values in records], self._check.today)
        check = self._check.check
        return [
            self._plain(values, right) or check(values) for values, right in zip(records, plain, strict=True)
        ]

    def _plain(self, values: Mapping[str, Any], right: bool) -> ValidRecord | None:
        """The record, if it is plain and there is nothing against it. ``right``: its ID number is."""
        get = values.get
        record_id, name = get("source_record_id"), get("name")
        occurred_on, indicator = get("occurred_on"), get("indicator")
        if not (type(record_id) is type(name) is type(occurred_on) is type(indicator) is str):
            return None
        day = self._days.get(occurred_on) or self._day(occurred_on)
        known = self._check.known_indicators.get(indicator)
        number, region = get("id_number"), get("region_code")
        located = type(region) is str and region in self._check.region_codes
        record_id = record_id.strip()
        if (
            day is None
            or known is None
            or not record_id
            or len(record_id) > LONGEST_RECORD_ID
            or len(name) > LONGEST_NAME
            or not is_plain_name(name)
            or not (located or region is None or region == "")
            or not (right or (located and (number is None or number == "")))
        ):
            return None
        amount, phone, detail = get("amount"), get("phone"), get("detail")
        if (
            (amount is None or (type(amount) is str and (not amount or _amount(amount))))
            and (phone is None or (type(phone) is str and (not phone or is_plain_mobile(phone))))
            and (detail is None or (type(detail) is str and len(detail) <= LONGEST_DETAIL))
        ):
            return ValidRecord(
                record_id,
                number or None,
                name,
                name,
                region or None,
                known,
                day,
                amount or None,
                phone or None,
                (detail.strip() or None) if detail else None,
            )
        return None

    def _day(self, text: str) -> date | None:
        """A day up to today, remembered by its text."""
        try:
            day = to_date(text) if len(text) <= len("2026-11-08") else None
        except CellError:
            return None
        if day is None or day > self._check.today:
            return None
        if len(self._days) >= MOST_DAYS:
            self._days.clear()
        self._days[text] = day
        return day
