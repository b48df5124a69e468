"""Former states: copied with the instant until which they held, before a change (design.md, data rule 9)."""

from collections.abc import Mapping
from typing import Any, Final

from services.household_api.registry.fields import CONDITIONS, INDEXES, PERSON, STANDING
from shared.db import Transaction

HOUSEHOLD_COLUMNS: Final = ", ".join(
    (
        *("county_code", "id", "version", "household_no", *STANDING, "monitoring_case_id"),
        *(*CONDITIONS, "ended_on", "valid_from", "changed_by", "reason"),
    )
)
PERSON_COLUMNS: Final = ", ".join(
    (
        *("county_code", "id", "version", "household_id", "region_code", "sealed"),
        *(*INDEXES, *PERSON, "valid_from", "changed_by", "reason"),
    )
)


def of(alias: str, columns: str) -> str:
    """``columns`` of one table of a join."""
    return ", ".join(f"{alias}.{name.strip()}" for name in columns.split(","))


async def archive_households(tx: Transaction, joins: str, condition: str, **parameters: Any) -> None:
    """Keep the present state of the households ``h`` that the joins and the condition select."""
    await _archive(tx, "household", f"household h {joins}", "h", HOUSEHOLD_COLUMNS, condition, parameters)


async def archive_persons(tx: Transaction, joins: str, condition: str, **parameters: Any) -> None:
    """Keep the present state of the persons ``p`` that the joins and the condition select."""
    await _archive(tx, "person", f"person p {joins}", "p", PERSON_COLUMNS, condition, parameters)


async def _archive(
    tx: Transaction,
    table: str,
    source: str,
    alias: str,
    columns: str,
    condition: str,
    parameters: Mapping[str, Any],
) -> None:
    await tx.execute(
        f"INSERT INTO {table}_history ({columns}, valid_to)"
        f" SELECT {of(alias, columns)}, cast(:now as timestamptz) FROM {source}"
        f" WHERE {alias}.county_code = :county AND {condition}",
        {**parameters, "now": tx.now, "county": tx.county},
    )
