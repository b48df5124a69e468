"""What the statements of the rules join: tables of the screening's transaction, gone with it.

Birth dates and telephones are sealed in the registry. They are opened once a screening, for the living, into a
table that nobody else sees; the telephone only as a blind index. Counts, latest incomes and present measures are
made once instead of in every rule.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson

from services.household_api.registry.particulars import Vault, vault_of
from services.household_api.registry.rules import HEAD
from shared.db import Transaction
from shared.db.narrowing import expect_many_rows, within

#: How many persons are opened at once.
_PART: Final = 5_000

_COUNTS: Final = """
CREATE TEMPORARY TABLE screened_household ON COMMIT DROP AS
SELECT h.id AS household_id,
    count(p.id) AS persons,
    count(*) FILTER (WHERE p.status = 'living') AS living,
    count(*) FILTER (WHERE p.status = 'living' AND p.relationship = :head) AS heads,
    count(*) FILTER (WHERE p.status <> 'living' AND p.relationship = :head) AS former_heads,
    count(*) FILTER (WHERE p.status = 'living' AND p.relationship IN ('配偶', '夫', '妻')) AS spouses,
    count(*) FILTER (WHERE p.status = 'living' AND p.labour IN ('ordinary', 'skilled')) AS workers,
    count(*) FILTER (WHERE p.status = 'living' AND p.labour = 'weak') AS weak
FROM household h LEFT JOIN person p ON p.county_code = h.county_code AND p.household_id = h.id
WHERE {reach} GROUP BY h.id"""

_INCOMES: Final = """
CREATE TEMPORARY TABLE screened_income ON COMMIT DROP AS
SELECT DISTINCT ON (i.household_id) i.household_id, i.as_of, i.wages, i.business, i.property, i.transfers,
    i.costs, i.members, (i.wages + i.business + i.property + i.transfers - i.costs) / i.members AS per_head
FROM income_record i WHERE {reach} AND i.members > 0
ORDER BY i.household_id, i.as_of DESC, i.recorded_at DESC, i.id DESC"""

_MEASURES: Final = """
CREATE TEMPORARY TABLE screened_measure ON COMMIT DROP AS
SELECT DISTINCT ON (m.id) m.county_code, m.id, m.region_code, m.household_id, m.case_id, m.period, m.kind,
    m.state, m.effect, m.ends_on, coalesce(k.category, '') AS category, coalesce(k.answers, '{{}}') AS answers
FROM assistance_measure m
LEFT JOIN (
    SELECT entry ->> 'code' AS code, entry ->> 'category' AS category,
        ARRAY(SELECT jsonb_array_elements_text(entry -> 'risk_types')) AS answers
    FROM jsonb_array_elements(cast(:measure_kinds as jsonb)) AS entry) k ON k.code = m.kind
WHERE {reach} ORDER BY m.id, m.version DESC"""

_PERSONS: Final = """
CREATE TEMPORARY TABLE screened_person (
    person_id uuid NOT NULL, household_id uuid NOT NULL, head boolean NOT NULL, born date, phone_index bytea
) ON COMMIT DROP"""

_COLUMNS: Final = ("person_id", "household_id", "head", "born", "phone_index")


async def prepare(tx: Transaction, measure_kinds: Iterable[Any], *, births: bool) -> None:
    """Make the tables, once a transaction. ``births``: whether a rule needs birth dates or telephones."""
    await expect_many_rows(tx)
    given = {"head": HEAD, "measure_kinds": orjson.dumps(list(measure_kinds)).decode()}
    tables = {"h": _COUNTS, "i": _INCOMES, "m": _MEASURES}
    for alias, statement in tables.items():
        reach = within(tx, alias)
        await tx.execute(statement.format(reach=reach.sql), {**reach.parameters, **given})
    await tx.execute(_PERSONS)
    if births:
        await _open_persons(tx)
    for name in ("screened_household", "screened_income", "screened_measure", "screened_person"):
        await tx.execute(f"ANALYZE {name}")


async def _open_persons(tx: Transaction) -> None:
    """Fill ``screened_person`` part by part, in the order of the primary key: memory does not grow."""
    vault = await vault_of(tx)
    driver = await tx.driver()
    reach = within(tx, "p")
    after = UUID(int=0)
    while True:
        rows = await tx.rows(
            f"""SELECT p.id, p.household_id, p.relationship = :head AS head, p.sealed FROM person p
            WHERE {reach.sql} AND p.status = 'living' AND p.id > :after
            ORDER BY p.county_code, p.id LIMIT :most""",
            {**reach.parameters, "head": HEAD, "after": after, "most": _PART},
        )
        if not rows:
            return
        opened = await asyncio.to_thread(_opened, vault, [tuple(row.values()) for row in rows])
        await driver.copy_records_to_table("screened_person", records=opened, columns=_COLUMNS)
        after = rows[-1]["id"]


def _opened(
    vault: Vault, rows: Sequence[tuple[Any, ...]]
) -> list[tuple[UUID, UUID, bool, date | None, bytes | None]]:
    persons = vault.open_many([(person_id, sealed) for person_id, _, _, sealed in rows])
    phones = [person.phone for person in persons if person.phone]
    indexes = iter(vault.sealer.mac_many(vault.county, [b"phone:" + phone.encode() for phone in phones]))
    return [
        (person_id, household_id, head, person.born, next(indexes) if person.phone else None)
        for (person_id, household_id, head, _), person in zip(rows, persons, strict=True)
    ]
