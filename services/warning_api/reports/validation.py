"""Whether a report or a screened household can be filed: as a department's record, but for the kind of difficulty."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec

from services.warning_api.cycles.indicators import OF_OTHER_WAYS_IN, Catalogue
from services.warning_api.intake.validation import Reason, RecordCheck, ValidRecord, is_blank
from shared.auth import Reach
from shared.regions import Regions
from shared.tables.words import RISKS

#: The kind where nobody says one.
UNSAID: Final = "other"

#: Risks as a department's catalogue has its indicators; they stand for every origin.
_ORIGIN: Final = "*"
_RISKS: Final = Catalogue(
    [
        {"code": code, "org_code": _ORIGIN, "name": OF_OTHER_WAYS_IN[code].name, "risk_type": code}
        for code in RISKS.words
    ],
    version=0,
)


class ReportCheck:
    """Checks reports of people in ``reach``. A report is filed as a clue for each kind of difficulty, so that the
    visit can answer each."""

    def __init__(self, reach: Reach, regions: Regions, today: date, retired: Mapping[str, str]) -> None:
        self._reach = reach
        self._today = today
        self._records = RecordCheck(_ORIGIN, _RISKS, regions, today, retired=retired)
        #: Where people live who are reported without a place: the one place that the caller answers for.
        self._home = reach.ranges[0][0] if len(reach.ranges) == 1 else None

    def check(self, values: Mapping[str, Any], key: str) -> list[ValidRecord] | list[Reason]:
        """The clues, or every reason why they cannot be filed. ``key`` tells the report from others in the month."""
        kinds = _kinds(values.get("risk_types"))
        said = {
            **values,
            "source_record_id": key,
            "indicator": UNSAID,
            "occurred_on": self._today if is_blank(values.get("occurred_on")) else values["occurred_on"],
        }
        if is_blank(said.get("region_code")):
            said["region_code"] = self._home
        record = self._records.check(said)
        reasons = record if isinstance(record, list) else []
        unknown = [kind for kind in kinds if kind not in RISKS.words]
        if unknown:
            words = "、".join(RISKS.words.values())
            reasons = [
                *reasons,
                {"field": "risk_types", "code": "unknown_risk_type", "message": f"困难类型应为：{words}"},
            ]
        if isinstance(record, ValidRecord) and not self._reach.covers(record.region_code or ""):
            reasons = [
                *reasons,
                {
                    "field": "region_code",
                    "code": "region_not_yours",
                    "message": "只能填报本辖区的农户，请核对村代码",
                },
            ]
        if reasons or isinstance(record, list):
            return reasons
        return [
            msgspec.structs.replace(record, source_record_id=f"{key}/{kind}", indicator=kind)
            for kind in dict.fromkeys(kinds)
        ]


def _kinds(value: Any) -> list[str]:
    """Codes of kinds, from a list or from one word."""
    kinds = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return [str(kind) for kind in kinds if not is_blank(kind)] or [UNSAID]
