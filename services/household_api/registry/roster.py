"""Households with whom to ask for on a visit, for our own services (policy.md, The loop, 8)."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from services.household_api.registry.particulars import Vault, vault_of
from services.household_api.registry.rules import HEAD
from shared import audit
from shared.contracts.roster import Roster, RosterHousehold
from shared.db import Transaction
from shared.db.narrowing import expect_a_page, within
from shared.identifiers.regions import region_range
from shared.pagination.cursors import Paging, page

#: By id, which never changes: who moves while the pages are read is met once all the same.
_PAGE: Final = """
SELECT h.id, h.region_code, h.household_no, h.household_type,
    CASE WHEN h.risk_eliminated THEN '' ELSE h.monitoring_type END AS monitoring_type, p.id AS person_id, p.sealed
FROM household h
LEFT JOIN LATERAL (
    SELECT id, sealed FROM person WHERE county_code = :county AND household_id = h.id
    ORDER BY status <> 'living', relationship <> :head, id LIMIT 1) p ON true
WHERE {reach} AND h.ended_on IS NULL AND h.region_code >= :low AND h.region_code < :high
  AND (cast(:types as text[]) = '{{}}' OR h.household_type = ANY (cast(:types as text[])))
  AND (NOT :monitored OR (h.monitoring_type <> '' AND NOT h.risk_eliminated))
  AND (cast(:after as uuid) IS NULL OR h.id > cast(:after as uuid))
ORDER BY h.id LIMIT :most"""


async def read_roster(
    tx: Transaction, region: str, household_types: Sequence[str], paging: Paging, *, monitored: bool
) -> Roster:
    """A page of the households of a region, of these types (none: all); audited, since it names people in full."""
    low, high = region_range(region)
    reach = within(tx, "h")
    await expect_a_page(tx)
    rows = await tx.rows(
        _PAGE.format(reach=reach.sql),
        {
            **reach.parameters,
            "county": tx.county,
            "head": HEAD,
            "low": low,
            "high": high,
            "types": list(household_types),
            "monitored": monitored,
            "after": paging.after_id(),
            "most": paging.limit + 1,
        },
    )
    found = page(rows, paging, lambda row: [row["id"]])
    items = await asyncio.to_thread(_told, await vault_of(tx), found["items"])
    await audit.record(tx, "registry.roster_read", "registry", {"region": region, "households": len(items)})
    return Roster(items, found["next_cursor"])


def _told(vault: Vault, rows: Sequence[Any]) -> list[RosterHousehold]:
    named: list[tuple[UUID, bytes]] = [(row["person_id"], row["sealed"]) for row in rows if row["person_id"]]
    persons = dict(zip((person for person, _ in named), vault.open_many(named), strict=True))
    told = []
    for row in rows:
        person = persons.get(row["person_id"])
        told.append(
            RosterHousehold(
                str(row["id"]),
                row["region_code"],
                row["household_type"],
                row["monitoring_type"] or None,
                str(row["person_id"]) if person else None,
                person.name if person else row["household_no"],
                person.id_number if person else None,
                person.phone if person else None,
            )
        )
    return told
