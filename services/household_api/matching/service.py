"""Comparing many persons with the registry at once (policy.md, The loop, 3)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.household_api.matching import repository
from services.household_api.matching.errors import IndexIncomplete, UnknownIndexKey
from services.household_api.matching.rules import MOST_CANDIDATES, NAME_DIFFERS_SCORE, name_match
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
    name_index: bytes | None
    birth_index: bytes | None
    region: str | None


async def match(tx: Transaction, subjects: Sequence[Subject], scopes: frozenset[str]) -> list[Match]:
    """One answer for each subject, in order. Raises ``Forbidden``, ``UnknownIndexKey``, ``IndexIncomplete``."""
    if BY_INDEX not in scopes and any(subject.id_index is not None for subject in subjects):
        raise Forbidden(f"id_index 需要权限 {BY_INDEX}", f"id_index needs scope {BY_INDEX}")
    for subject in subjects:
        if (subject.id_index is None) != (subject.index_key_id is None):
            raise IndexIncomplete()
        if subject.index_key_id is not None and subject.index_key_id not in tx.service.match_keys.key_ids:
            raise UnknownIndexKey()
    vault = await vault_of(tx)
    sought = await asyncio.to_thread(_prepare, vault, subjects, tx.today)
    await _find_exact(tx, sought)
    await _find_by_name(tx, sought)
    await audit.record(tx, "registry.matched", "registry", {"subjects": len(subjects)})
    return [one.match for one in sought]


def _prepare(vault: Vault, subjects: Sequence[Subject], today: date) -> list[_Sought]:
    numbers: list[str | None] = []
    names: list[str] = []
    births: list[date | None] = []
    sought = []
    for subject in subjects:
        answer = Match(subject.ref, "none")
        number = _number(subject, today, answer)
        numbers.append(number)
        names.append(normalise_name(subject.name or ""))
        births.append(birth_date(number) if number else subject.birth_date)
        index = None if subject.id_index is None else bytes.fromhex(subject.id_index)
        key_id = subject.index_key_id or vault.match_keys.current_key_id
        sought.append(_Sought(answer, index, key_id, None, None, _region(subject)))
    indexes = iter(vault.match_keys.mac_many([number.encode() for number in numbers if number]))
    name_indexes = iter(vault.name_indexes([name for name in names if name]))
    for one, number, name in zip(sought, numbers, names, strict=True):
        if number:
            one.index = next(indexes)
            one.key_id = vault.match_keys.current_key_id
        if name:
            one.name_index = next(name_indexes)
    told = [(name, born) for name, born in zip(names, births, strict=True) if name and born]
    birth_indexes = iter(vault.name_birth_indexes(told))
    for one, name, born in zip(sought, names, births, strict=True):
        if name and born:
            one.birth_index = next(birth_indexes)
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
    answer.status = row.status
    answer.person_id = row.id
    answer.household_id = row.household_id
    answer.household_type = row.household_type
    answer.region_code = row.region_code
    answer.reasons = ["id_number"]
    if row.monitoring_type and row.risk_eliminated:
        answer.reasons.append("risk_eliminated")
    elif row.monitoring_type:
        answer.monitoring_type = row.monitoring_type


async def _find_by_name(tx: Transaction, sought: Sequence[_Sought]) -> None:
    wanted = [
        (place, one.name_index, one.birth_index, one.region)
        for place, one in enumerate(sought)
        if one.match.match == "none"
        and one.name_index is not None
        and (one.birth_index is not None or (one.region is not None and len(one.region) >= 9))
    ]
    if not wanted:
        return
    places, names, births, regions = (list(column) for column in zip(*wanted, strict=True))
    township = [region if region is not None and len(region) >= 9 else None for region in regions]
    for row in await repository.by_name(tx, places, names, births, township, MOST_CANDIDATES):
        one = sought[row.place]
        found = name_match(
            same_birth=row.same_birth,
            region=one.region,
            person_region=row.region_code,
            other_number=row.has_number and one.index is not None,
        )
        if found is None:
            continue
        score, reasons = found
        one.match.match = "candidate"
        one.match.candidates = [
            *one.match.candidates,
            _candidate(row, score, reasons),
        ]
    for one in sought:
        if len(one.match.candidates) > 1:
            one.match.candidates.sort(key=lambda candidate: -candidate["score"])
