"""Items as they were sent, a part of them at a time: read and checked where no database is needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from pydantic import ValidationError

from services.warning_api.dispatch.row_keys import RowKey
from services.warning_api.verification.row_keys import unfit_rows
from services.warning_api.verification.rules import Verdict
from services.warning_api.verification.schemas import VerificationItem
from shared.auth import Reach
from shared.regions import Regions
from shared.sealing import Sealer
from shared.tables.columns import plain_word


@dataclass(frozen=True, slots=True)
class Part:
    """``parsed``: what each of ``raw`` is, or what is wrong with it; None where the clues are numbers of a list, which
    stand for nothing before its tasks are known. ``keys``: the good ones, by place."""

    raw: list[Any]
    parsed: list[VerificationItem | Verdict | None]
    keys: Mapping[int, RowKey]


def joined(parts: Sequence[Part]) -> Part:
    """All of them as one."""
    keys: dict[int, RowKey] = {}
    before = 0
    for part in parts:
        keys |= {before + place: key for place, key in part.keys.items()}
        before += len(part.raw)
    return Part(
        list(chain.from_iterable(part.raw for part in parts)),
        list(chain.from_iterable(part.parsed for part in parts)),
        keys,
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """What items are read by. ``department_codes``: by name; ``cycle``: the only month that is taken, if any."""

    sheet: bool
    cycle: str | None
    department_codes: Mapping[str, str]
    sealer: Sealer
    reach: Reach
    regions: Regions

    def part(self, raw_items: list[Any]) -> Part:
        unfit, keys = unfit_rows(self.sealer, self.reach, self.regions, raw_items, self.cycle)
        parsed: list[VerificationItem | Verdict | None] = [
            _refused(*unfit[place])
            if place in unfit
            else None
            if self.sheet and raw.get("clues")
            else self.item(raw, keys.get(place))
            for place, raw in enumerate(raw_items)
        ]
        return Part(raw_items, parsed, keys)

    def item(self, raw: Any, key: RowKey | None) -> VerificationItem | Verdict:
        """The item, a department's name read as its code, with the version that its row was pulled with; or what is
        wrong with it."""
        try:
            item = VerificationItem.model_validate(raw)
        except ValidationError as error:
            return Verdict.of(error)
        if item.needs_org is not None:
            item.needs_org = self.department_codes.get(plain_word(item.needs_org), item.needs_org)
        if item.version is None and key is not None:
            item.version = key.version
        return item


def _refused(code: str, message: str) -> Verdict:
    """Another township's tasks do not exist for the caller, whatever a key says of them."""
    verdict = Verdict()
    elsewhere = code == "sheet_of_another_township"
    verdict.refuse("row_key", code, message, "not_found" if elsewhere else "rejected")
    return verdict
