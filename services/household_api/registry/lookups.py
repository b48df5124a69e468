"""Finding persons and names for other domains, many at once."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.registry import repository
from services.household_api.registry.masking import View
from services.household_api.registry.particulars import vault_of
from services.household_api.registry.rules import HEAD
from shared.db import Transaction
from shared.db.narrowing import within

# Looked up one by one, whatever the planner makes of the policies.
_BY_ID_NUMBER: Final = """
SELECT s.place, p.* FROM unnest(cast(:places as int[]), cast(:indexes as bytea[])) AS s (place, id_index)
CROSS JOIN LATERAL (
    SELECT p.id, p.household_id, p.region_code FROM person p
    WHERE p.county_code = :county AND p.id_index = s.id_index AND {reach} OFFSET 0) p"""


async def head_names(tx: Transaction, household_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of the heads of households, as the caller may see them."""
    heads = [
        row
        for row in await repository.heads_and_sizes(tx, list(household_ids))
        if row["relationship"] == HEAD
    ]
    view = View(tx, in_full=False)
    opened = (await vault_of(tx)).open_many([(head["id"], head["sealed"]) for head in heads])
    return {head["household_id"]: view.name(person) for head, person in zip(heads, opened, strict=True)}


async def persons_by_id_numbers(tx: Transaction, numbers: Sequence[str]) -> dict[str, RowMapping]:
    """``id, household_id, region_code`` of the persons with these normalised numbers, as far as there are such."""
    reach = within(tx, "p")
    rows = await tx.rows(
        _BY_ID_NUMBER.format(reach=reach.sql),
        {
            **reach.parameters,
            "county": tx.county,
            "places": list(range(len(numbers))),
            "indexes": (await vault_of(tx)).id_indexes(numbers),
        },
    )
    return {numbers[row["place"]]: row for row in rows}
