"""Filing clues that are no department's and whose household is known: written once, with the task they are in."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import msgspec

from services.warning_api.counting import service as counting
from services.warning_api.filing.staging import TAKE_NUMBERS, PersonalData
from shared.db import Transaction

KNOWN = """
SELECT source_record_id FROM warning
WHERE county_code = $1 AND cycle = $2 AND org_code = $3 AND source_record_id = ANY ($4::text[])
  AND withdrawn_at IS NULL"""

FILE = """
INSERT INTO warning (
    county_code, cycle, id, batch_id, org_code, source_record_id, filing_seq, line, indicator, occurred_on,
    region_code, id_index, sealed, filed_at, state, match, matched_region_code, household_id, person_id,
    household_type, monitoring_type, below_threshold, task_id)
SELECT $1, $2, c.id, $3, $4, c.source_record_id, $5 + c.line, c.line, $6, $7, c.region_code, c.id_index, c.sealed, $8,
       c.state, c.match, c.matched_region_code, c.household_id, c.person_id, c.household_type, c.monitoring_type, false,
       c.task_id
FROM unnest($9::uuid[], $10::text[], $11::text[], $12::bytea[], $13::bytea[], $14::text[], $15::text[], $16::text[],
            $17::uuid[], $18::uuid[], $19::text[], $20::text[], $21::uuid[]) WITH ORDINALITY
     AS c (id, source_record_id, region_code, id_index, sealed, state, match, matched_region_code, household_id,
           person_id, household_type, monitoring_type, task_id, line)"""


class PlacedClue(msgspec.Struct, frozen=True):
    """A clue with the task that it has gone to; ids of the registry are text. ``match`` as the comparison has it."""

    id: UUID
    source_record_id: str
    person: PersonalData
    region_code: str
    state: str
    match: str
    matched_region_code: str
    household_id: str | None
    person_id: str | None
    household_type: str | None
    monitoring_type: str | None
    task_id: UUID | None


async def filed_before(tx: Transaction, cycle: str, org: str, records: Sequence[str]) -> set[str]:
    """Which of the records stand filed under ``org`` in the month."""
    driver = await tx.driver()
    rows = await driver.fetch(KNOWN, tx.county, cycle, org, list(records))
    return {row["source_record_id"] for row in rows}


async def file_placed(
    tx: Transaction,
    cycle: str,
    org: str,
    batch_id: UUID,
    indicator: str,
    occurred_on: date,
    clues: Sequence[PlacedClue],
) -> None:
    """File clues, in the order given. Callers hold the lock of the month and have left out what was filed before."""
    if not clues:
        return
    sealer = await tx.sealer()
    sealed = sealer.seal_many(
        "warning", "sealed", tx.county, [(clue.id.bytes, msgspec.json.encode(clue.person)) for clue in clues]
    )
    numbers = [clue.person.id_number for clue in clues]
    indexes = iter(sealer.mac_many(tx.county, [number.encode() for number in numbers if number]))
    driver = await tx.driver()
    before = await driver.fetchval(
        TAKE_NUMBERS.format(org="$3", count="$4"), tx.county, cycle, org, len(clues)
    )
    await driver.execute(
        FILE,
        tx.county,
        cycle,
        batch_id,
        org,
        before,
        indicator,
        occurred_on,
        tx.now,
        [clue.id for clue in clues],
        [clue.source_record_id for clue in clues],
        [clue.region_code for clue in clues],
        [next(indexes) if number else None for number in numbers],
        sealed,
        [clue.state for clue in clues],
        [clue.match for clue in clues],
        [clue.matched_region_code for clue in clues],
        [clue.household_id for clue in clues],
        [clue.person_id for clue in clues],
        [clue.household_type for clue in clues],
        [clue.monitoring_type for clue in clues],
        [clue.task_id for clue in clues],
    )
    await counting.made(tx, cycle, warnings=[clue.id for clue in clues])
