"""Visits that no department has asked for: a household of the registry is put on its township's list
(policy.md, The loop, 8: quarterly walk-through, half-yearly census).

Each is a clue of its own kind in the household's one task, so that answers, closing and whoever is needed go the same
way as for every other (docs/adr/0017).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from services.warning_api.counting import service as counting
from services.warning_api.dispatch import service
from services.warning_api.dispatch.changes import changed
from services.warning_api.dispatch.month import one_at_a_time, refresh_statistics
from services.warning_api.dispatch.rules import TO_BE_VERIFIED, Clue
from services.warning_api.filing.entries import withdraw_together
from services.warning_api.filing.placed_clues import PlacedClue, file_placed, filed_before
from services.warning_api.filing.staging import PersonalData
from shared.db import Transaction
from shared.db.identifiers import new_row_ids


@dataclass(frozen=True, slots=True)
class Visit:
    """A household that is to be visited; ``key`` tells one wish from another in the month. Ids are text."""

    key: str
    person: PersonalData
    region_code: str
    household_id: str
    person_id: str | None
    household_type: str
    monitoring_type: str | None


@dataclass(frozen=True, slots=True)
class Made:
    """The clue that was filed, and the task in which it stands."""

    warning_id: UUID
    task_id: UUID | None


async def make_tasks(
    tx: Transaction,
    cycle: str,
    origin: str,
    batch_id: UUID,
    indicator: str,
    visits: Sequence[Visit],
    *,
    due_on: date | None = None,
) -> dict[str, Made]:
    """Put households on the lists of a month, once for each key; what was made now, by key.

    The open task of a household takes the visit in, after a verification a follow-up opens. ``origin`` is one of
    ``filing.rules.OTHER_ORIGINS``, ``indicator`` says why; ``batch_id`` is of whatever wants the visits, which finds
    its clues again by it. ``due_on``: the day by which a new task is to be done, else the county's number of days.
    """
    await one_at_a_time(tx, cycle)
    await refresh_statistics(tx, cycle)
    known = await filed_before(tx, cycle, origin, [visit.key for visit in visits])
    fresh = list({visit.key: visit for visit in visits if visit.key not in known}.values())
    ids = new_row_ids(len(fresh))
    clues = [
        Clue(
            warning_id=id_,
            org_code=origin,
            person=visit.person,
            region_code=visit.region_code,
            household_id=visit.household_id,
            person_id=visit.person_id,
            household_type=visit.household_type,
            below_threshold=False,
            urgent=False,
        )
        for id_, visit in zip(ids, fresh, strict=True)
    ]
    keyed = service.keyed(await tx.sealer(), tx.county, clues)
    placed = await service.place(tx, cycle, keyed, due_on=due_on)
    await file_placed(
        tx,
        cycle,
        origin,
        batch_id,
        indicator,
        tx.today,
        [
            PlacedClue(
                id=id_,
                source_record_id=visit.key,
                person=visit.person,
                region_code=visit.region_code,
                state=placed[id_].state,
                match="monitored" if visit.monitoring_type else visit.household_type,
                matched_region_code=placed[id_].region_code,
                household_id=visit.household_id,
                person_id=visit.person_id,
                household_type=visit.household_type,
                monitoring_type=visit.monitoring_type,
                task_id=placed[id_].task_id,
            )
            for id_, visit in zip(ids, fresh, strict=True)
        ],
    )
    return {visit.key: Made(id_, placed[id_].task_id) for id_, visit in zip(ids, fresh, strict=True)}


OPEN_VISITS: Final = """
SELECT w.id, w.task_id FROM warning w
JOIN verification_task t ON t.county_code = w.county_code AND t.cycle = w.cycle AND t.id = w.task_id
WHERE w.county_code = :county AND w.cycle = :cycle AND w.batch_id = :batch AND w.org_code = :origin
  AND w.state <> 'closed' AND t.state = ANY (cast(:open as text[]))
ORDER BY w.id LIMIT :limit"""

CLOSE_EMPTY: Final = f"""
UPDATE verification_task t SET {changed("$3", "t", content=True)},
    state = CASE WHEN o.open THEN t.state ELSE 'closed' END, closed_at = CASE WHEN o.open THEN t.closed_at ELSE $3 END
FROM (SELECT i.id, EXISTS (SELECT FROM warning w WHERE w.county_code = $1 AND w.cycle = $2 AND w.task_id = i.id
                             AND w.state <> 'closed') AS open
      FROM unnest($4::uuid[]) AS i (id)) o
WHERE t.county_code = $1 AND t.cycle = $2 AND t.id = o.id
RETURNING t.id, t.version, t.township_code, t.region_code, t.due_on, t.dispatched_at"""


async def take_back(tx: Transaction, cycle: str, origin: str, batch_id: UUID, reason: str, limit: int) -> int:
    """Withdraw up to ``limit`` visits of a batch that nobody has made; how many there were.

    A task that has no other clue closes with it; the townships are told.
    """
    await one_at_a_time(tx, cycle)
    values = {
        "county": tx.county,
        "cycle": cycle,
        "batch": batch_id,
        "origin": origin,
        "open": list(TO_BE_VERIFIED),
        "limit": limit,
    }
    seen = await tx.rows(OPEN_VISITS, values)
    tasks = sorted({row["task_id"] for row in seen})
    # That holds the tasks, and what somebody has answered since is left alone.
    await counting.touch(tx, cycle, tasks=tasks)
    still = {row["id"] for row in await tx.rows(OPEN_VISITS, values)} & {row["id"] for row in seen}
    left = [row for row in seen if row["id"] in still]
    await withdraw_together(tx, cycle, origin, [row["id"] for row in left], reason)
    driver = await tx.driver()
    changed_tasks = await driver.fetch(
        CLOSE_EMPTY, tx.county, cycle, tx.now, sorted({row["task_id"] for row in left})
    )
    await service.tell_townships(tx, cycle, changed_tasks)
    return len(seen)
