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
    " name_birth_index, content_index, relationship, status, labour, health, schooling, annual_income, valid_from,"
    " changed_by"
)


def of(alias: str, columns: str) -> str:
    """``columns`` of one table of a join."""
    return ", ".join(f"{alias}.{name.strip()}" for name in columns.split(","))


async def archive_households(
    tx: Transaction, which: str, parameters: Mapping[str, Any] | None = None
) -> None:
    """Keep the present state of households ``h`` that ``which`` (joins and conditions) selects."""
    await tx.execute(
        f"INSERT INTO household_history ({HOUSEHOLD_COLUMNS}, valid_to)"
        f" SELECT {of('h', HOUSEHOLD_COLUMNS)}, cast(:now as timestamptz) FROM household h {which}"
        + (" AND " if " WHERE " in which else " WHERE ")
        + "h.county_code = :county",
        {**(parameters or {}), "now": tx.now, "county": tx.county},
    )


async def archive_persons(tx: Transaction, which: str, parameters: Mapping[str, Any] | None = None) -> None:
    """Keep the present state of persons ``p`` that ``which`` (joins and conditions) selects."""
    await tx.execute(
        f"INSERT INTO person_history ({PERSON_COLUMNS}, valid_to)"
        f" SELECT {of('p', PERSON_COLUMNS)}, cast(:now as timestamptz) FROM person p {which}"
        + (" AND " if " WHERE " in which else " WHERE ")
        + "p.county_code = :county",
        {**(parameters or {}), "now": tx.now, "county": tx.county},
    )
