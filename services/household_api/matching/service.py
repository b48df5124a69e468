"""Comparing many persons with the registry at once (policy.md, The loop, 3)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.household_api.matching import repository
from services.household_api.matching.errors import IndexIncomplete, UnknownIndexKey
from services.household_api.matching.repository import NameSought
from services.household_api.matching.rules import (
    DECIDED_BEFORE_SCORE,
    MOST_CANDIDATES,
    NAME_DIFFERS_SCORE,
    nearness,
)
from services.household_api.matching.schemas import Subject
from services.household_api.registry.particulars import Vault, vault_of
from shared import audit
from shared.contracts.matches import Match
from shared.db import Transaction
from shared.errors import Forbidden
from shared.identifiers.id_number import InvalidIdNumber, birth_date, check_id_number, normalise_id_number
from shared.identifiers.names import normalise_name
from shared.identifiers.regions import InvalidRegionCode, normalise_region_code

BY_INDEX = "matches:index"


@dataclass(slots=True)
class _Sought:
    """A subject made ready: what can be looked up of it."""

    match: Match
    index: bytes | None
    key_id: int
    name: str
    name_index: bytes | None
    born: date | None
    region: str | None
    person_id: UUID | None


async def match(tx: Transaction, subjects: Sequence[Subject], scopes: frozenset[str]) -> list[Match]:
    """One answer for each subject, in order. Raises ``Forbidden``, ``UnknownIndexKey``, ``IndexIncomplete``."""
    if BY_INDEX not in scopes and any(s.id_index is not None or s.person_id is not None for s in subjects):
        raise Forbidden(
            f"id_index 和 person_id 需要权限 {BY_INDEX}", f"id_index and person_id need scope {BY_INDEX}"
        )
    for subject in subjects:
        if (subject.id_index is None) != (subject.index_key_id is None):
            raise IndexIncomplete()
        if subject.index_key_id is not None and subject.index_key_id not in tx.service.match_keys.key_ids:
            raise UnknownIndexKey()
    vault = await vault_of(tx)
    sought = await asyncio.to_thread(_prepare, vault, subjects, tx.today)
    await _find_exact(tx, sought)
    await _find_by_name(tx, vault, sought)
    # Who was registered between the two would be a candidate, and is found by the number after all.
    await _find_exact(
        tx, [one for one in sought if one.match.candidates and "name_differs" not in one.match.reasons]
    )
    await _find_chosen(tx, sought)
    for one in sought:
        one.match.candidates = sorted(one.match.candidates, key=_farness)[:MOST_CANDIDATES]
    await audit.record(tx, "registry.matched", "registry", {"subjects": len(subjects)})
    return [one.match for one in sought]


def _farness(candidate: dict[str, Any]) -> float:
    return -float(candidate["score"])


def _prepare(vault: Vault, subjects: Sequence[Subject], today: date) -> list[_Sought]:
    numbers: list[str | None] = []
    sought = []
    for subject in subjects:
        answer = Match(subject.ref, "none")
        number = _number(subject, today, answer)
        numbers.append(number)
        index = None if subject.id_index is None else bytes.fromhex(subject.id_index)
        key_id = subject.index_key_id or vault.match_keys.current_key_id
        born = birth_date(number) if number else subject.birth_date
        name = normalise_name(subject.name or "")
        sought.append(_Sought(answer, index, key_id, name, None, born, _region(subject), subject.person_id))
    indexes = iter(vault.match_keys.mac_many([number.encode() for number in numbers if number]))
    name_indexes = iter(vault.name_indexes([one.name for one in sought if one.name]))
    for one, number in zip(sought, numbers, strict=True):
        if number:
            one.index = next(indexes)
            one.key_id = vault.match_keys.current_key_id
        if one.name:
            one.name_index = next(name_indexes)
    return sought


def _number(subject: Subject, today: date, answer: Match) -> str | None:
    """The normalised number, unless an index stands for it; what cannot be one is told in the answer."""
    if subject.id_index is not None or not subject.id_number:
        return None
    try:
        number = normalise_id_number(subject.id_number)
        check_id_number(number, today)
    except InvalidIdNumber as error:
        answer.reasons = [error.code]
        return None
    return number


def _region(subject: Subject) -> str | None:
    try:
        return normalise_region_code(subject.region_code) if subject.region_code else None
    except InvalidRegionCode:
        return None


async def _find_exact(tx: Transaction, sought: Sequence[_Sought]) -> None:
    wanted = [(place, one.index, one.key_id) for place, one in enumerate(sought) if one.index is not None]
    if not wanted:
        return
    places, indexes, keys = zip(*wanted, strict=True)
    for row in await repository.exact(tx, list(places), list(indexes), list(keys)):
        one = sought[row.place]
        if one.name_index is not None and one.name_index != row.name_index:
            one.match.match = "candidate"
            one.match.reasons = ["name_differs"]
            one.match.candidates = [_candidate(row, NAME_DIFFERS_SCORE, ["id_number", "name_differs"])]
        else:
            _fill(one.match, row)


def _candidate(row: Any, score: float, reasons: list[str]) -> dict[str, Any]:
    return {
        "person_id": row.id,
        "household_id": row.household_id,
        "region_code": row.region_code,
        "status": row.status,
        "household_type": row.household_type,
        "monitoring_type": None if row.risk_eliminated else row.monitoring_type,
        "score": score,
        "reasons": reasons,
    }


def _fill(answer: Match, row: Any) -> None:
    answer.match = "exact"
    answer.candidates = []
    answer.status = row.status
    answer.person_id = str(row.id)
    answer.household_id = str(row.household_id)
    answer.household_type = row.household_type
    answer.region_code = row.region_code
    answer.reasons = ["id_number"]
    if row.monitoring_type and row.risk_eliminated:
        answer.reasons.append("risk_eliminated")
    elif row.monitoring_type:
        answer.monitoring_type = row.monitoring_type


async def _find_by_name(tx: Transaction, vault: Vault, sought: Sequence[_Sought]) -> None:
    """Candidates for those whom no number has found."""
    wanted = await asyncio.to_thread(_names_sought, vault, sought)
    if not wanted:
        return
    for row in await repository.by_name(tx, wanted, MOST_CANDIDATES):
        _add_namesake(sought[row.place], row, same_name=True)
    for row in await repository.by_pinyin(tx, wanted, MOST_CANDIDATES):
        _add_namesake(sought[row.place], row, same_name=False)


def _names_sought(vault: Vault, sought: Sequence[_Sought]) -> list[NameSought]:
    """The other indexes are made only of those who need them: most are found by their number."""
    places = [
        place
        for place, one in enumerate(sought)
        if one.match.match == "none" and one.name and (one.born or _local(one.region))
    ]
    names = [sought[place].name for place in places]
    told = [(one.name, one.born) for one in (sought[place] for place in places) if one.born]
    births, pinyin_births = iter(vault.name_birth_indexes(told)), iter(vault.pinyin_birth_indexes(told))
    found = []
    for place, pinyin_index in zip(places, vault.pinyin_indexes(names), strict=True):
        one = sought[place]
        if one.name_index is not None:
            found.append(
                NameSought(
                    place,
                    one.name_index,
                    next(births) if one.born else None,
                    pinyin_index,
                    next(pinyin_births) if one.born else None,
                    _local(one.region),
                    one.index is not None,
                )
            )
    return found


def _local(region: str | None) -> str | None:
    """A region that says where somebody lives: a township or village."""
    return region if region is not None and len(region) >= 9 else None


def _add_namesake(one: _Sought, row: Any, *, same_name: bool) -> None:
    found = nearness(
        same_name=same_name,
        same_birth=row.same_birth,
        region=one.region,
        person_region=row.region_code,
        other_number=row.has_number and one.index is not None,
    )
    if found is not None:
        _add_candidate(one.match, _candidate(row, *found))


def _add_candidate(answer: Match, candidate: dict[str, Any]) -> None:
    answer.match = "candidate"
    answer.candidates = [*answer.candidates, candidate]


async def _find_chosen(tx: Transaction, sought: Sequence[_Sought]) -> None:
    """Whom somebody has chosen before stays among the candidates, wherever the person lives by now."""
    wanted = [
        (place, one.person_id)
        for place, one in enumerate(sought)
        if one.person_id is not None and one.match.match != "exact"
    ]
    if not wanted:
        return
    places, persons = (list(column) for column in zip(*wanted, strict=True))
    for row in await repository.by_id(tx, places, persons):
        answer = sought[row.place].match
        known = next((c for c in answer.candidates if c["person_id"] == row.id), None)
        if known is None:
            _add_candidate(answer, _candidate(row, DECIDED_BEFORE_SCORE, ["decided_before"]))
        else:
            known["score"] = DECIDED_BEFORE_SCORE
            known["reasons"] = [*known["reasons"], "decided_before"]
