"""SQL of matching: one statement a kind, whatever the number of subjects."""

from collections.abc import Sequence
from typing import Any, Final

from shared.db import Transaction
from shared.db.narrowing import within

EXACT: Final = """
SELECT s.place, p.id, p.household_id, p.region_code, p.status, p.name_index, h.household_type, h.monitoring_type,
    h.risk_eliminated
FROM unnest(cast(:places as int[]), cast(:indexes as bytea[]), cast(:keys as int[]))
    AS s (place, match_index, match_key_id)
JOIN person p ON p.county_code = :county AND p.match_key_id = s.match_key_id AND p.match_index = s.match_index
JOIN household h ON h.county_code = p.county_code AND h.id = p.household_id
WHERE {reach}"""

# A name that half the county has must not bring half the county: the nearest come first, then it ends.
BY_NAME: Final = """
SELECT s.place, p.* FROM unnest(cast(:places as int[]), cast(:names as bytea[]), cast(:births as bytea[]),
    cast(:regions as text[])) AS s (place, name_index, birth_index, region)
CROSS JOIN LATERAL (
    SELECT p.id, p.household_id, p.region_code, p.status, p.id_index IS NOT NULL AS has_number,
        coalesce(p.name_birth_index = s.birth_index, false) AS same_birth,
        h.household_type, h.monitoring_type, h.risk_eliminated
    FROM person p
    JOIN household h ON h.county_code = p.county_code AND h.id = p.household_id
    WHERE p.county_code = :county AND p.name_index = s.name_index AND {reach}
    AND (p.name_birth_index = s.birth_index
        OR p.region_code >= left(s.region, 9) AND p.region_code < left(s.region, 9) || ':')
    ORDER BY same_birth DESC, p.region_code = s.region DESC, p.id LIMIT :most) p"""


async def exact(
    tx: Transaction, places: Sequence[int], indexes: Sequence[bytes], keys: Sequence[int]
) -> Sequence[Any]:
    """Persons by the index of their ID number under a matching key."""
    reach = within(tx, "p")
    result = await tx.execute(
        EXACT.format(reach=reach.sql),
        {**reach.parameters, "county": tx.county, "places": places, "indexes": indexes, "keys": keys},
    )
    return result.all()


async def by_name(
    tx: Transaction,
    places: Sequence[int],
    names: Sequence[bytes],
    births: Sequence[bytes | None],
    regions: Sequence[str | None],
    most: int,
) -> Sequence[Any]:
    """Persons of the same name in the same township, or with the same birth date; ``most`` a subject."""
    reach = within(tx, "p")
    result = await tx.execute(
        BY_NAME.format(reach=reach.sql),
        {
            **reach.parameters,
            "county": tx.county,
            "places": places,
            "names": names,
            "births": births,
            "regions": regions,
            "most": most,
        },
    )
    return result.all()
