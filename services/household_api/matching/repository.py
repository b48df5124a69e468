"""SQL of matching: one statement a kind, whatever the number of subjects."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from shared.db import Transaction
from shared.db.narrowing import within

PERSON: Final = "p.id, p.household_id, p.region_code, p.status, p.id_index IS NOT NULL AS has_number"

# What is found is looked up one by one (OFFSET 0 holds the planner to that): policies make it believe that
# there is one household or person, and it would go through all subjects again for each of them.
WITH_HOUSEHOLD: Final = """
CROSS JOIN LATERAL (
    SELECT household_type, monitoring_type, risk_eliminated FROM household
    WHERE county_code = :county AND id = p.household_id OFFSET 0) h"""

EXACT: Final = f"""
SELECT s.place, p.*, h.household_type, h.monitoring_type, h.risk_eliminated
FROM unnest(cast(:places as int[]), cast(:indexes as bytea[]), cast(:keys as int[]))
    AS s (place, match_index, match_key_id)
CROSS JOIN LATERAL (
    SELECT {PERSON}, p.name_index FROM person p
    WHERE p.county_code = :county AND p.match_key_id = s.match_key_id AND p.match_index = s.match_index
    AND {{reach}} OFFSET 0) p
{WITH_HOUSEHOLD}"""

BY_ID: Final = f"""
SELECT s.place, p.*, h.household_type, h.monitoring_type, h.risk_eliminated
FROM unnest(cast(:places as int[]), cast(:persons as uuid[])) AS s (place, person_id)
CROSS JOIN LATERAL (
    SELECT {PERSON} FROM person p WHERE p.county_code = :county AND p.id = s.person_id AND {{reach}} OFFSET 0) p
{WITH_HOUSEHOLD}"""

# A name that half the county has must not bring half the county: the nearest come first, then it ends. Who has
# another number is near by the birth date alone.
BY_NAME: Final = f"""
SELECT s.place, p.*, h.household_type, h.monitoring_type, h.risk_eliminated
FROM unnest(cast(:places as int[]), cast(:names as bytea[]), cast(:births as bytea[]), cast(:regions as text[]),
    cast(:numbered as bool[])) AS s (place, name_index, birth_index, region, numbered)
CROSS JOIN LATERAL (
    SELECT {PERSON}, coalesce(p.name_birth_index = s.birth_index, false) AS same_birth
    FROM person p
    WHERE p.county_code = :county AND p.name_index = s.name_index AND {{reach}}
    AND (p.name_birth_index = s.birth_index
        OR NOT (s.numbered AND p.id_index IS NOT NULL)
        AND p.region_code >= left(s.region, 9) AND p.region_code < left(s.region, 9) || ':')
    ORDER BY same_birth DESC, p.region_code = s.region DESC, p.id LIMIT :most) p
{WITH_HOUSEHOLD}"""

# The same for names that sound alike: the birth date or the village must agree, each found by its own index.
BY_PINYIN: Final = f"""
SELECT s.place, p.*, h.household_type, h.monitoring_type, h.risk_eliminated
FROM unnest(cast(:places as int[]), cast(:names as bytea[]), cast(:pinyins as bytea[]),
    cast(:births as bytea[]), cast(:regions as text[]), cast(:numbered as bool[]))
    AS s (place, name_index, pinyin_index, birth_index, region, numbered)
CROSS JOIN LATERAL (
    SELECT {PERSON}, true AS same_birth FROM person p
    WHERE p.county_code = :county AND p.pinyin_birth_index = s.birth_index AND p.name_index <> s.name_index
    AND {{reach}}
    UNION ALL
    SELECT {PERSON}, false FROM person p
    WHERE p.county_code = :county AND p.pinyin_index = s.pinyin_index AND p.region_code = s.region
    AND p.name_index <> s.name_index AND NOT (s.numbered AND p.id_index IS NOT NULL)
    AND (p.pinyin_birth_index = s.birth_index) IS NOT TRUE AND {{reach}}
    ORDER BY same_birth DESC, id LIMIT :most) p
{WITH_HOUSEHOLD}"""


@dataclass(frozen=True, slots=True)
class NameSought:
    """Whom to look for by name. ``region``: of a township or village; ``numbered``: with an ID number."""

    place: int
    name_index: bytes
    birth_index: bytes | None
    pinyin_index: bytes
    pinyin_birth_index: bytes | None
    region: str | None
    numbered: bool


async def exact(
    tx: Transaction, places: Sequence[int], indexes: Sequence[bytes], keys: Sequence[int]
) -> Sequence[Any]:
    """Persons by the index of their ID number under a matching key."""
    return await _found(tx, EXACT, places=places, indexes=indexes, keys=keys)


async def by_id(tx: Transaction, places: Sequence[int], persons: Sequence[UUID]) -> Sequence[Any]:
    """Persons whom somebody has chosen before, those that are still there."""
    return await _found(tx, BY_ID, places=places, persons=persons)


async def by_name(tx: Transaction, sought: Sequence[NameSought], most: int) -> Sequence[Any]:
    """Persons of the same name in the same township, or with the same birth date; ``most`` a subject."""
    return await _found(
        tx,
        BY_NAME,
        **_shared(sought),
        births=[one.birth_index for one in sought],
        most=most,
    )


async def by_pinyin(tx: Transaction, sought: Sequence[NameSought], most: int) -> Sequence[Any]:
    """Persons of another name that sounds alike in the same village, or with the same birth date."""
    return await _found(
        tx,
        BY_PINYIN,
        **_shared(sought),
        pinyins=[one.pinyin_index for one in sought],
        births=[one.pinyin_birth_index for one in sought],
        most=most,
    )


def _shared(sought: Sequence[NameSought]) -> dict[str, Any]:
    return {
        "places": [one.place for one in sought],
        "names": [one.name_index for one in sought],
        "regions": [one.region for one in sought],
        "numbered": [one.numbered for one in sought],
    }


async def _found(tx: Transaction, statement: str, **values: Any) -> Sequence[Any]:
    reach = within(tx, "p")
    result = await tx.execute(
        statement.format(reach=reach.sql), {**reach.parameters, **values, "county": tx.county}
    )
    return result.all()
