"""SQL of what a waiting import changes, for the officer who decides on it."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.registry.fields import CONDITIONS, PERSON
from shared.db import Transaction
from shared.db.narrowing import within

#: The fields of the household that a row states.
STANDING: Final = ("region_code", "household_type", "monitoring_type", "risk_eliminated", *CONDITIONS)

KEEP: Final = """
INSERT INTO import_change (county_code, import_id, line, region_code, household_id, person_id, change)
SELECT cast(:county as text), :import, s.line, s.region_code, s.household_id, s.person_id,
    CASE WHEN s.person_change = 'new' THEN 'new' ELSE 'changed' END
FROM staged s JOIN staged_household n ON n.id = s.household_id
LEFT JOIN household o ON o.county_code = :county AND o.id = n.id
WHERE s.errors IS NULL AND (s.person_change <> 'unchanged' OR n.facts_changed OR o.id IS NULL
    OR ({new}) IS DISTINCT FROM ({old}))""".format(
    new=", ".join(f"n.{name}" for name in STANDING), old=", ".join(f"o.{name}" for name in STANDING)
)

#: What the row states, and what the registry has now, ``former_…``.
SELECT: Final = """
SELECT c.line, c.change, c.household_id, c.person_id, r.household_no, r.facts, r.id, r.sealed,
    {stated},
    h.id AS former_household_id, h.monitoring_case_id, p.sealed AS former_sealed,
    {household}, {person}
FROM import_change c
JOIN import_row r ON r.county_code = c.county_code AND r.import_id = c.import_id AND r.line = c.line
LEFT JOIN household h ON h.county_code = c.county_code AND h.id = c.household_id
LEFT JOIN person p ON p.county_code = c.county_code AND p.id = c.person_id
WHERE c.import_id = :import AND c.line > :after AND {{reach}} ORDER BY c.line LIMIT :most""".format(
    stated=", ".join(f"r.{name}" for name in (*STANDING, *PERSON)),
    household=", ".join(f"h.{name} AS former_{name}" for name in STANDING),
    person=", ".join(f"p.{name} AS former_{name}" for name in PERSON),
)


async def keep_changes(tx: Transaction, import_id: UUID) -> None:
    """What the staged rows change, after ``compare``."""
    await tx.execute(KEEP, {"county": tx.county, "import": import_id})


async def changes(tx: Transaction, import_id: UUID, after: int, most: int) -> Sequence[RowMapping]:
    """By line, from behind ``after``."""
    reach = within(tx, "c")
    return await tx.rows(
        SELECT.format(reach=reach.sql),
        {**reach.parameters, "import": import_id, "after": after, "most": most},
    )


async def drop_changes(tx: Transaction, import_id: UUID) -> None:
    await tx.execute(
        "DELETE FROM import_change WHERE county_code = :county AND import_id = :import",
        {"county": tx.county, "import": import_id},
    )
