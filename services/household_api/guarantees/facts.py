"""What the registry says is not secured, and the entries that follow from it: whole counties at a time."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.guarantees.repository import SAME
from shared.db import Transaction
from shared.db.identifiers import new_ids
from shared.db.narrowing import within

#: Words of 在校生状况 that say that somebody has left school.
LEFT_SCHOOL: Final = "辍学|失学"

FACTS: Final = """
SELECT 'housing' AS kind, h.id AS household_id, cast(NULL AS uuid) AS person_id, h.region_code
FROM household h WHERE h.housing_grade = ANY (cast(:grades as text[])) AND h.ended_on IS NULL AND {households}
UNION ALL
SELECT 'water', h.id, NULL, h.region_code FROM household h
WHERE h.drinking_water = 'insecure' AND h.ended_on IS NULL AND {households}
UNION ALL
SELECT 'basic_medical', p.household_id, p.id, p.region_code FROM person p
WHERE NOT p.insured AND p.status = 'living' AND {persons}
UNION ALL
SELECT 'compulsory_education', p.household_id, p.id, p.region_code FROM person p
WHERE p.id = ANY (cast(:out_of_school as uuid[])) AND p.status = 'living' AND {persons}"""


class Facts:
    """The facts as they stand now, ready for statements that compare them with the ledgers.

    ``grades``: of dangerous housing. ``out_of_school``: persons of school age who have left it (birth dates are
    sealed: no SQL can tell). ``household_id``: only what concerns this household.
    """

    def __init__(
        self,
        tx: Transaction,
        grades: Sequence[str],
        out_of_school: Sequence[UUID],
        household_id: UUID | None = None,
    ) -> None:
        households, persons = within(tx, "h"), within(tx, "p")
        one_h, one_p = (
            ("true", "true") if household_id is None else ("h.id = :only", "p.household_id = :only")
        )
        self._tx = tx
        self._sql = FACTS.format(
            households=f"{one_h} AND {households.sql}", persons=f"{one_p} AND {persons.sql}"
        )
        self._values: dict[str, Any] = {
            **households.parameters,
            "grades": list(grades),
            "out_of_school": list(out_of_school),
            **({} if household_id is None else {"only": household_id}),
        }

    async def settle(self) -> int:
        """Remember of what is crossed off that the registry now says the same."""
        result = await self._tx.execute(
            f"""UPDATE guarantee_entry e SET settled = true
            WHERE e.county_code = :county AND e.state = 'crossed_off' AND NOT e.settled
            AND NOT EXISTS (SELECT FROM ({self._sql}) f WHERE {SAME})""",
            self._values,
        )
        return int(result.rowcount)

    async def holds(self, entry_id: UUID) -> bool:
        """Whether the registry still says that what this entry is about is not secured."""
        return bool(
            await self._tx.scalar(
                f"SELECT EXISTS (SELECT FROM guarantee_entry e JOIN ({self._sql}) f ON {SAME} WHERE e.id = :entry)",
                {**self._values, "entry": entry_id},
            )
        )

    async def recurring(self) -> Sequence[RowMapping]:
        """Entries that were crossed off and settled, and are not secured again; locked."""
        return await self._tx.rows(
            f"""SELECT e.id, e.kind, e.region_code, e.version, e.reopened FROM guarantee_entry e
            JOIN ({self._sql}) f ON {SAME}
            WHERE e.state = 'crossed_off' AND e.settled ORDER BY e.id FOR UPDATE OF e""",
            self._values,
        )

    async def unknown(self) -> Sequence[RowMapping]:
        """Facts that no entry is about."""
        return await self._tx.rows(
            f"""SELECT f.* FROM ({self._sql}) f
            WHERE NOT EXISTS (SELECT FROM guarantee_entry e WHERE {SAME})
            ORDER BY f.kind, f.household_id, f.person_id""",
            self._values,
        )


async def left_school(tx: Transaction, household_id: UUID | None) -> Sequence[RowMapping]:
    """Living persons (of one household) who have left school, of whatever age: ``id, sealed``."""
    reach = within(tx, "p")
    return await tx.rows(
        f"SELECT p.id, p.sealed FROM person p WHERE p.student_status ~ :left_school AND p.status = 'living'"
        f" AND (cast(:only as uuid) IS NULL OR p.household_id = :only) AND {reach.sql}",
        {**reach.parameters, "left_school": LEFT_SCHOOL, "only": household_id},
    )


async def follow_registry(tx: Transaction) -> None:
    """Entries stand where the registry says that the person or household stands now."""
    await tx.execute(
        """UPDATE guarantee_entry e SET household_id = p.household_id, region_code = p.region_code FROM person p
        WHERE e.county_code = :county AND p.county_code = :county AND p.id = e.person_id
        AND (e.household_id, e.region_code) IS DISTINCT FROM (p.household_id, p.region_code)""",
        {"county": tx.county},
    )
    await tx.execute(
        """UPDATE guarantee_entry e SET region_code = h.region_code FROM household h
        WHERE e.county_code = :county AND e.person_id IS NULL AND h.county_code = :county
        AND h.id = e.household_id AND e.region_code <> h.region_code""",
        {"county": tx.county},
    )
    await tx.execute(
        """UPDATE guarantee_step s SET region_code = e.region_code FROM guarantee_entry e
        WHERE s.county_code = :county AND e.county_code = :county AND e.id = s.entry_id
        AND s.region_code <> e.region_code""",
        {"county": tx.county},
    )


async def reopen(tx: Transaction, rows: Sequence[RowMapping], due_on: Any) -> None:
    values = {
        "county": tx.county,
        "ids": [row["id"] for row in rows],
        "today": tx.today,
        "due": due_on,
        "actor": str(tx.actor),
        "now": tx.now,
    }
    await tx.execute(
        """UPDATE guarantee_entry SET state = 'open', settled = false, reopened = reopened + 1,
            opened_on = :today, due_on = :due, acted_by = '', crossed_off_on = NULL, version = version + 1
        WHERE county_code = :county AND id = ANY (cast(:ids as uuid[]))""",
        values,
    )
    await tx.execute(
        """INSERT INTO guarantee_step
            (county_code, entry_id, version, region_code, step, done_on, made_by, made_at)
        SELECT county_code, id, version, region_code, 'reopening', cast(:today as date), :actor,
            cast(:now as timestamptz)
        FROM guarantee_entry WHERE county_code = :county AND id = ANY (cast(:ids as uuid[]))""",
        values,
    )


async def open_many(
    tx: Transaction, rows: Sequence[RowMapping], departments: dict[str, str], due_on: Any
) -> None:
    """Entries for ``rows`` of ``Facts.unknown``, each with its first step."""
    ids = new_ids(len(rows))
    values = {
        "county": tx.county,
        "ids": ids,
        "kinds": [row["kind"] for row in rows],
        "households": [row["household_id"] for row in rows],
        "persons": [row["person_id"] for row in rows],
        "regions": [row["region_code"] for row in rows],
        "orgs": [departments[row["kind"]] for row in rows],
        "today": tx.today,
        "due": due_on,
        "actor": str(tx.actor),
        "now": tx.now,
    }
    await tx.execute(
        """INSERT INTO guarantee_entry (county_code, id, region_code, kind, household_id, person_id, org_code,
            state, settled, reopened, opened_on, due_on, acted_by, version)
        SELECT :county, n.id, n.region, n.kind, n.household, n.person, n.org, 'open', false, 0,
            cast(:today as date), cast(:due as date), '', 1
        FROM unnest(cast(:ids as uuid[]), cast(:regions as text[]), cast(:kinds as text[]),
            cast(:households as uuid[]), cast(:persons as uuid[]), cast(:orgs as text[]))
            AS n (id, region, kind, household, person, org)
        ON CONFLICT DO NOTHING""",
        values,
    )
    await tx.execute(
        """INSERT INTO guarantee_step
            (county_code, entry_id, version, region_code, step, done_on, made_by, made_at)
        SELECT e.county_code, e.id, 1, e.region_code, 'opened', cast(:today as date), :actor,
            cast(:now as timestamptz)
        FROM guarantee_entry e WHERE e.county_code = :county AND e.id = ANY (cast(:ids as uuid[]))""",
        values,
    )
