"""Former states: copied with the instant until which they held, before a change (design.md, data rule 9)."""

from collections.abc import Mapping
from typing import Any, Final

from shared.db import Transaction

HOUSEHOLD_COLUMNS: Final = (
    "county_code, id, version, household_no, region_code, household_type, monitoring_type, risk_eliminated,"
    " monitoring_case_id, valid_from, changed_by"
)
PERSON_COLUMNS: Final = (
    "county_code, id, version, household_id, region_code, sealed, id_index, match_index, match_key_id, name_index,"
    " name_birth_index, pinyin_index, pinyin_birth_index, content_index, relationship, status, labour, health,"
    " schooling, annual_income, valid_from, changed_by"
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
