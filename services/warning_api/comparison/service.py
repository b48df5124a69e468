"""Comparing a batch with the registry, and what a person decides where the rules cannot."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from operator import attrgetter, itemgetter
from typing import Any
from uuid import UUID

import orjson

from services.warning_api.comparison import repository
from services.warning_api.comparison.decisions import Recalled, recall, remember
from services.warning_api.comparison.errors import AlreadyDecided, DecisionSettled, NotAnOption, NotDecided
from services.warning_api.comparison.registry import ask_registry, subjects_of
from services.warning_api.comparison.rules import Result, result_of
from services.warning_api.counting import service as counting
from services.warning_api.counting.rules import UNREGISTERED, Standing
from services.warning_api.cycles.indicators import Catalogue, Indicator, catalogue
from services.warning_api.cycles.rules import previous_cycles
from services.warning_api.dispatch import service as dispatch
from services.warning_api.dispatch.month import one_at_a_time, refresh_statistics
from services.warning_api.dispatch.rules import Clue, Placed
from services.warning_api.dispatch.withdrawal import take_out
from services.warning_api.filing.staging import PersonalData, open_personal_data
from services.warning_api.intake.progress import add_compared, advance_batches, advance_batches_of
from services.warning_api.intake.rush import Courtesy
from shared import audit
from shared.contracts.matches import Match, Subject
from shared.db import Transaction
from shared.errors import NotFound
from shared.identifiers.id_number import mask_id_number
from shared.pagination.cursors import Paging, page
from shared.runtime.ahead import OVER, one_ahead
from shared.runtime.context import ServiceContext
from shared.runtime.preconditions import IfMatch
from shared.sealing import Sealer

#: Warnings that are compared together: as many as household_api takes in one request.
CHUNK = 5000

#: Chunks that are read ahead of the one that is placed.
AHEAD = 2

#: How many months back a repeated record is looked for.
MONTHS_BACK = 12

NOTHING = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Opened:
    """Warnings of a batch that are not compared, whom they are about, and what they are to be compared by."""

    rows: Sequence[Mapping[str, Any]]
    persons: Sequence[PersonalData]
    subjects: Sequence[Subject]
    indicators: Catalogue
    sealer: Sealer


@dataclass(frozen=True, slots=True)
class Chunk:
    """Warnings of a batch with what the registry and the rules say of them, in the same order; ``recalled`` by place;
    what goes into tasks, with the key of each one's subject."""

    rows: Sequence[Mapping[str, Any]]
    matches: Sequence[Match]
    recalled: Mapping[int, Recalled]
    results: Sequence[Result]
    clues: Sequence[tuple[bytes, Clue]]

    @property
    def last(self) -> UUID:
        """The id of the last warning."""
        last: UUID = self.rows[-1]["id"]
        return last


class ChangedMeanwhile(Exception):
    """A warning of the chunk was withdrawn, or compared by somebody else, since it was read."""


async def compare_batch(service: ServiceContext, county: str, cycle: str, batch: UUID) -> None:
    """Compare what is not yet compared, a chunk at a time, and dispatch it; safe to run again at any point.

    While tasks of a chunk are made, household_api is asked for the next one; while PostgreSQL writes the results, the
    one after that is read and opened, with no connection held: making and opening both compute in this process. A
    chunk's results, tasks and counts are one transaction; the state of the batch follows when all are compared. A large
    batch that is not urgent lets those that are being filed go first (intake/rush.py).
    """
    after = NOTHING
    async with service.begin(county) as tx:
        courtesy = Courtesy() if await repository.is_large(tx, cycle, batch, CHUNK) else Courtesy(0)
    while True:
        reading = asyncio.Semaphore(AHEAD)
        try:
            async with (
                aclosing(_read(service, county, cycle, batch, after, courtesy, reading)) as read,
                aclosing(one_ahead(partial(anext, read, OVER))) as opened,
                aclosing(_asked(service, county, opened)) as asked,
                aclosing(one_ahead(partial(anext, asked, OVER))) as chunks,
            ):
                async for chunk in chunks:
                    async with service.begin(county) as tx:
                        await one_at_a_time(tx, cycle)
                        await _place(tx, cycle, batch, chunk, reading)
                    after = chunk.last
            break
        except ChangedMeanwhile:
            continue
    async with service.begin(county) as tx:
        await advance_batches(tx, cycle, [batch])
    async with service.begin(county) as tx:
        # Townships answer next; by statistics of a month without tasks that would take ten times as long.
        await refresh_statistics(tx, cycle)


async def _read(
    service: ServiceContext,
    county: str,
    cycle: str,
    batch: UUID,
    after: UUID,
    courtesy: Courtesy,
    reading: asyncio.Semaphore,
) -> AsyncGenerator[Opened, None]:
    """The warnings of a batch behind ``after`` that are not compared, a chunk at a time as ``reading`` lets them in,
    and who they are about."""
    while True:
        await reading.acquire()
        await courtesy.wait(service, county)
        async with service.begin(county) as tx:
            await refresh_statistics(tx, cycle)
            indicators = await catalogue(tx)
            rows = await repository.uncompared(tx, cycle, batch, after, CHUNK)
            sealer = await tx.sealer()
        if not rows:
            return
        persons, subjects = await asyncio.to_thread(_subjects, service, sealer, county, rows)
        yield Opened(rows, persons, subjects, indicators, sealer)
        after = rows[-1]["id"]


async def _asked(
    service: ServiceContext, county: str, opened: AsyncGenerator[Opened, None]
) -> AsyncGenerator[Chunk, None]:
    """The same with what the registry, and who has decided before, say of them."""
    async for each in opened:
        matches = await ask_registry(service, county, each.subjects)
        recalled = await recall(service, county, each.rows, each.persons, each.subjects, matches)
        yield await asyncio.to_thread(_compared, county, each, matches, recalled)


def _subjects(
    service: ServiceContext, sealer: Sealer, county: str, rows: Sequence[Mapping[str, Any]]
) -> tuple[list[PersonalData], list[Subject]]:
    persons = open_personal_data(sealer, county, [(row["id"], row["sealed"]) for row in rows])
    sought = [(str(place), person, rows[place]["region_code"]) for place, person in enumerate(persons)]
    return persons, subjects_of(service, sought)


def _compared(
    county: str, opened: Opened, matches: Sequence[Match], recalled: Mapping[int, Recalled]
) -> Chunk:
    """What needs no transaction: PostgreSQL is at work on the chunk before meanwhile."""
    rows, indicators = opened.rows, opened.indicators
    settled = list(matches)
    for place, decision in recalled.items():
        settled[place] = _as_match(settled[place].ref, decision.option)
    known = {code: indicators.get(code) for code in {row["indicator"] for row in rows}}
    results = [
        result(county, known[row["indicator"]], row, match) for row, match in zip(rows, settled, strict=True)
    ]
    clues = [
        clue(row, person, found)
        for row, person, found in zip(rows, opened.persons, results, strict=True)
        if found.match != "candidate"
    ]
    return Chunk(rows, matches, recalled, results, dispatch.keyed(opened.sealer, county, clues))


async def _place(tx: Transaction, cycle: str, batch: UUID, chunk: Chunk, reading: asyncio.Semaphore) -> None:
    """Make tasks of a chunk, write its results, keep its candidates for a person. Raises ``ChangedMeanwhile``.
    ``reading`` is told when PostgreSQL alone is at work."""
    results = chunk.results
    placed = await dispatch.place(tx, cycle, chunk.clues)
    regions = [row["matched_region_code"] for row in chunk.rows]
    places = _places(results, placed)
    reading.release()
    if await repository.record_results(tx, cycle, results, places, regions) < len(results):
        raise ChangedMeanwhile
    await counting.add(tx, cycle, _counted(chunk.rows, results, places))
    earlier = await repository.months_with_batches(tx, previous_cycles(cycle, MONTHS_BACK))
    if earlier:
        await repository.point_back(tx, cycle, [found.id for found in results], earlier)
    await _keep_candidates(tx, cycle, chunk, results)
    closed = sum(where.state == "closed" for where in placed.values())
    await add_compared(tx, cycle, batch, Counter(found.match for found in results), closed)


def _places(results: Sequence[Result], placed: Mapping[UUID, Placed]) -> list[Placed]:
    """Where each warning has gone; what has gone nowhere stays filed."""
    return [placed.get(found.id) or Placed(None, found.region_code, "filed") for found in results]


_FILED = itemgetter("matched_region_code", "org_code", "indicator")
_KIND = itemgetter("org_code", "indicator")
_TYPE = attrgetter("household_type")
_PLACE = attrgetter("region_code", "state", "due_on", "received")


def _counted(
    rows: Sequence[Mapping[str, Any]], results: Sequence[Result], places: Sequence[Placed]
) -> Counter[Standing]:
    """What the comparison changes in the counts: as the warnings were filed, and where they have gone.

    Counted as plain tuples first: there are few, each of many warnings.
    """
    counts: Counter[Standing] = Counter()
    for (region, org, indicator), number in Counter(map(_FILED, rows)).items():
        counts[Standing("warning", region, org, indicator, UNREGISTERED, None)] -= number
    gone = Counter(zip(map(_PLACE, places), map(_KIND, rows), map(_TYPE, results), strict=True))
    for ((region, state, due_on, received), (org, indicator), kind), number in gone.items():
        now = Standing(
            "warning",
            region,
            org,
            indicator,
            kind or UNREGISTERED,
            due_on,
            compared=1,
            dispatched=int(state == "dispatched"),
            received=int(received),
            closed=int(state == "closed"),
        )
        counts[now] += number
    return counts


async def _keep_candidates(tx: Transaction, cycle: str, chunk: Chunk, results: Sequence[Result]) -> None:
    await repository.add_candidates(
        tx,
        cycle,
        [
            (
                found.id,
                orjson.dumps(chunk.matches[place].candidates, default=str).decode(),
                found.person_id,
                chunk.recalled[place].deciding_warning if place in chunk.recalled else None,
            )
            for place, found in enumerate(results)
            if found.match == "candidate" or place in chunk.recalled
        ],
    )


def result(county: str, indicator: Indicator | None, row: Mapping[Any, Any], match: Match) -> Result:
    """What the comparison says of one warning of this indicator."""
    matched = result_of(match, row["region_code"], county)
    registered = matched not in ("unregistered", "candidate", "out_of_county")
    region = match.region_code if registered and match.region_code else row["region_code"]
    household_type = match.household_type if registered else None
    return Result(
        id=row["id"],
        match=matched,
        region_code=region if region.startswith(county) else county,
        household_id=match.household_id if registered else None,
        person_id=match.person_id if registered else None,
        household_type=household_type,
        monitoring_type=match.monitoring_type if registered else None,
        below_threshold=indicator is not None and indicator.is_below(household_type, row["amount"]),
    )


def clue(row: Mapping[Any, Any], person: PersonalData, found: Result) -> Clue:
    return Clue(
        warning_id=row["id"],
        org_code=row["org_code"],
        person=person,
        region_code=found.region_code,
        household_id=found.household_id,
        person_id=found.person_id,
        household_type=found.household_type,
        below_threshold=found.below_threshold,
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
    await one_at_a_time(tx, cycle)
    await counting.touch(tx, cycle, warnings=[warning_id])
    await repository.record_decision(tx, cycle, warning_id, person_id)
    (person,) = open_personal_data(await tx.sealer(), tx.county, [(row["id"], row["sealed"])])
    indicator = (await catalogue(tx)).get(row["indicator"])
    found = result(tx.county, indicator, row, _as_match(str(warning_id), chosen))
    await remember(tx, row, person, "decided", chosen=chosen)
    clues = dispatch.keyed(await tx.sealer(), tx.county, [clue(row, person, found)])
    placed = await dispatch.place(tx, cycle, clues)
    if not await repository.record_results(tx, cycle, [found], _places([found], placed)):
        raise DecisionSettled()
    await advance_batches_of(tx, cycle, [warning_id])
    await audit.record(tx, "candidate.decided", f"warning/{warning_id}", {"person_id": person_id})
    return {
        "warning_id": warning_id,
        "cycle": cycle,
        "person_id": person_id,
        "match": found.match,
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
    await one_at_a_time(tx, cycle)
    task_id = row["task_id"]
    left = await take_out(tx, cycle, task_id, warning_id) if task_id and row["state"] != "closed" else None
    if left is None:
        raise DecisionSettled()
    await repository.reopen_candidate(tx, cycle, warning_id)
    undecided = Match(ref=str(warning_id), match="candidate")
    indicator = (await catalogue(tx)).get(row["indicator"])
    again = [result(tx.county, indicator, row, undecided)]
    await repository.record_results(tx, cycle, again, _places(again, {}))
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


def _as_match(ref: str, chosen: dict[str, Any] | None) -> Match:
    if chosen is None:
        return Match(ref, "none")
    return Match(
        ref,
        "exact",
        status=chosen.get("status"),
        person_id=chosen["person_id"],
        household_id=chosen.get("household_id"),
        household_type=chosen.get("household_type"),
        monitoring_type=chosen.get("monitoring_type"),
        region_code=chosen.get("region_code"),
    )
