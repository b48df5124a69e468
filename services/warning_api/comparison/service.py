"""Comparing a batch with the registry, and what a person decides where the rules cannot."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.engine import RowMapping

from services.warning_api.comparison import repository
from services.warning_api.comparison.decisions import Recalled, recall, remember
from services.warning_api.comparison.errors import AlreadyDecided, DecisionSettled, NotAnOption, NotDecided
from services.warning_api.comparison.registry import ask_registry, subjects_of
from services.warning_api.comparison.rules import result_of
from services.warning_api.cycles.indicators import Catalogue, catalogue
from services.warning_api.cycles.rules import previous_cycles
from services.warning_api.dispatch import service as dispatch
from services.warning_api.dispatch.rules import Clue
from services.warning_api.dispatch.withdrawal import take_out
from services.warning_api.filing.staging import PersonalData, open_personal_data
from services.warning_api.intake.progress import advance_batches, advance_batches_of
from shared import audit
from shared.contracts.matches import Match
from shared.db import Transaction
from shared.errors import NotFound
from shared.identifiers.id_number import mask_id_number
from shared.pagination.cursors import Paging, page
from shared.runtime.context import ServiceContext
from shared.runtime.preconditions import IfMatch

#: Warnings that are compared together: as many as household_api takes in one request.
CHUNK = 5000

#: How many months back a repeated record is looked for.
MONTHS_BACK = 12

NOTHING = UUID(int=0)


async def compare_batch(service: ServiceContext, county: str, cycle: str, batch: UUID) -> None:
    """Compare what is not yet compared, a chunk at a time, and dispatch it; safe to run again at any point.

    No connection is held while household_api is asked. A chunk's results, tasks and states are one transaction.
    """
    after = NOTHING
    while True:
        async with service.begin(county) as tx:
            await repository.refresh_statistics(tx, cycle)
            rows = await repository.uncompared(tx, cycle, batch, after, CHUNK)
            if not rows:
                await advance_batches(tx, cycle, [batch])
                return
            persons = open_personal_data(
                await tx.sealer(), county, [(row["id"], row["sealed"]) for row in rows]
            )
        after = rows[-1]["id"]
        subjects = subjects_of(
            service,
            [(str(row["id"]), person, row["region_code"]) for row, person in zip(rows, persons, strict=True)],
        )
        matches = {UUID(match.ref): match for match in await ask_registry(service, county, subjects)}
        recalled = await recall(service, county, rows, persons, subjects, matches)
        async with service.begin(county) as tx:
            await repository.one_at_a_time(tx, cycle)
            await _place(tx, cycle, rows, persons, matches, recalled)
            await advance_batches(tx, cycle, [batch])


async def _place(
    tx: Transaction,
    cycle: str,
    rows: Sequence[RowMapping],
    persons: Sequence[PersonalData],
    matches: Mapping[UUID, Match],
    recalled: Mapping[UUID, Recalled],
) -> None:
    """Write the results of a chunk, keep its candidates for a person, make tasks of the rest."""
    indicators = await catalogue(tx)
    settled = dict(matches)
    settled |= {id_: _as_match(id_, decision.option) for id_, decision in recalled.items()}
    results = [result(tx.county, indicators, row, settled[row["id"]]) for row in rows]
    written = await repository.record_results(tx, cycle, results)
    await repository.point_back(tx, cycle, list(written), previous_cycles(cycle, MONTHS_BACK))
    await repository.add_candidates(
        tx,
        cycle,
        [
            (
                r["id"],
                orjson.dumps(matches[r["id"]].candidates, default=str).decode(),
                r["person_id"],
                recalled[r["id"]].deciding_warning if r["id"] in recalled else None,
            )
            for r in results
            if (r["match"] == "candidate" or r["id"] in recalled) and r["id"] in written
        ],
    )
    await dispatch.place(
        tx,
        cycle,
        [
            clue(row, person, found)
            for row, person, found in zip(rows, persons, results, strict=True)
            if found["id"] in written and found["match"] != "candidate"
        ],
    )


def result(county: str, indicators: Catalogue, row: RowMapping, match: Match) -> dict[str, Any]:
    """What the comparison says of one warning, by column."""
    matched = result_of(match, row["region_code"], county)
    registered = matched not in ("unregistered", "candidate", "out_of_county")
    region = match.region_code if registered and match.region_code else row["region_code"]
    indicator = indicators.get(row["indicator"])
    return {
        "id": row["id"],
        "match": matched,
        "region_code": region if region.startswith(county) else county,
        "household_id": match.household_id if registered else None,
        "person_id": match.person_id if registered else None,
        "household_type": match.household_type if registered else None,
        "monitoring_type": match.monitoring_type if registered else None,
        "below_threshold": indicator is not None
        and indicator.is_below(match.household_type if registered else None, row["amount"]),
    }


def clue(row: RowMapping, person: PersonalData, found: dict[str, Any]) -> Clue:
    return Clue(
        warning_id=row["id"],
        org_code=row["org_code"],
        person=person,
        region_code=found["region_code"],
        household_id=found["household_id"],
        person_id=found["person_id"],
        household_type=found["household_type"],
        below_threshold=found["below_threshold"],
        urgent=row["urgent"],
    )


async def list_candidates(
    tx: Transaction, cycle: str | None, paging: Paging, *, decided: bool
) -> dict[str, Any]:
    """Uncertain matches that nobody has decided, or the decided ones, with the reasons and scores of each option."""
    rows = await repository.candidates(tx, cycle, paging.after_id(), paging.limit + 1, decided=decided)
    persons = open_personal_data(await tx.sealer(), tx.county, [(row["id"], row["sealed"]) for row in rows])
    items = [
        {
            "id": row["warning_id"],
            "warning_id": row["warning_id"],
            "cycle": row["cycle"],
            "org_code": row["org_code"],
            "indicator": row["indicator"],
            "occurred_on": row["occurred_on"],
            "region_code": row["region_code"],
            "subject": {
                "name": person.name,
                "id_number": mask_id_number(person.id_number) if person.id_number else None,
            },
            "options": row["options"],
            **{name: row[name] for name in ("person_id", "decided_by", "decided_at", "decided_before")},
            "version": row["version"],
        }
        for row, person in zip(rows, persons, strict=True)
    ]
    return page(items, paging, lambda item: [item["warning_id"]])


async def decide_candidate(
    tx: Transaction, warning_id: UUID, person_id: UUID | None, expected: IfMatch
) -> dict[str, Any]:
    """A person says who it is: one of the options, or nobody in the registry. The warning goes its way then."""
    row = await repository.candidate_for_decision(tx, warning_id)
    if row is None:
        raise NotFound()
    expected.check(row["version"])
    if row["decided_at"] is not None:
        raise AlreadyDecided()
    chosen = next((o for o in row["options"] if str(o.get("person_id")) == str(person_id)), None)
    if person_id is not None and chosen is None:
        raise NotAnOption()
    cycle = row["cycle"]
    await repository.one_at_a_time(tx, cycle)
    await repository.record_decision(tx, cycle, warning_id, person_id)
    (person,) = open_personal_data(await tx.sealer(), tx.county, [(row["id"], row["sealed"])])
    found = result(tx.county, await catalogue(tx), row, _as_match(warning_id, chosen))
    await remember(tx, row, person, "decided", chosen=chosen)
    if not await repository.record_results(tx, cycle, [found]):
        raise DecisionSettled()
    await dispatch.place(tx, cycle, [clue(row, person, found)])
    await advance_batches_of(tx, cycle, [warning_id])
    await audit.record(tx, "candidate.decided", f"warning/{warning_id}", {"person_id": person_id})
    return {
        "warning_id": warning_id,
        "cycle": cycle,
        "person_id": person_id,
        "match": found["match"],
        "version": row["version"] + 1,
    }


async def undo_decision(tx: Transaction, warning_id: UUID, reason: str, expected: IfMatch) -> dict[str, Any]:
    """A decision was wrong: the warning leaves its task and waits for a decision again.

    Nothing is remembered of the person from then on; other warnings that took the decision over are undone
    one by one. Raises ``NotFound``, ``NotDecided``, and ``DecisionSettled`` once somebody has visited.
    """
    row = await repository.candidate_for_decision(tx, warning_id)
    if row is None:
        raise NotFound()
    expected.check(row["version"])
    if row["decided_at"] is None:
        raise NotDecided()
    cycle = row["cycle"]
    await repository.one_at_a_time(tx, cycle)
    task_id = row["task_id"]
    left = await take_out(tx, cycle, task_id, warning_id) if task_id and row["state"] != "closed" else None
    if left is None:
        raise DecisionSettled()
    await repository.reopen_candidate(tx, cycle, warning_id)
    undecided = Match(ref=str(warning_id), match="candidate")
    await repository.record_results(tx, cycle, [result(tx.county, await catalogue(tx), row, undecided)])
    (person,) = open_personal_data(await tx.sealer(), tx.county, [(row["id"], row["sealed"])])
    await remember(tx, row, person, "undone", reason=reason)
    await advance_batches_of(tx, cycle, [warning_id])
    await audit.record(tx, "candidate.undone", f"warning/{warning_id}", {"task_id": task_id})
    return {
        "warning_id": warning_id,
        "cycle": cycle,
        "task_id": task_id,
        "task_state": left,
        "version": row["version"] + 1,
    }


def _as_match(warning_id: UUID, chosen: dict[str, Any] | None) -> Match:
    if chosen is None:
        return Match(ref=str(warning_id), match="none")
    return Match(
        ref=str(warning_id),
        match="exact",
        status=chosen.get("status"),
        person_id=UUID(str(chosen["person_id"])),
        household_id=UUID(str(chosen["household_id"])) if chosen.get("household_id") else None,
        household_type=chosen.get("household_type"),
        monitoring_type=chosen.get("monitoring_type"),
        region_code=chosen.get("region_code"),
    )
