"""Computing a quarter's ranking, publishing it, and showing it down to its rows. Proposals: proposals.py."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy.engine import RowMapping

from services.warning_api.cycles.quarters import cycles_of, quarter_ends, quarter_starts
from services.warning_api.cycles.service import since_the_beginning
from services.warning_api.dispatch.rules import TO_BE_VERIFIED
from services.warning_api.progress_reports import service as progress_reports
from services.warning_api.ranking import proposals, repository
from services.warning_api.ranking.components import COMPONENTS
from services.warning_api.ranking.errors import (
    AlreadyPublished,
    NewerEdition,
    NothingToRank,
    QuarterToCome,
    RankingNotFound,
    SamePerson,
    UnknownComponent,
)
from services.warning_api.ranking.presentation import in_full
from services.warning_api.ranking.rules import (
    TRANSITIONS,
    Count,
    component_score,
    last_places,
    places,
    rounded,
    total_score,
)
from services.warning_api.reports import routine_service
from shared import audit
from shared.contracts.events import RANKING_PUBLISHED
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.db.narrowing import expect_many_rows
from shared.outbox import Event, emit
from shared.pagination.cursors import Paging, page
from shared.parameters import parameter
from shared.regions import regions_of
from shared.runtime.preconditions import IfMatch

#: What a ranking is made by; kept with it.
PARAMETERS: Final = (
    "ranking_weights",
    "ranking_last_places",
    "ranking_consequences",
    "ranking_counting",
    "ranking_small_denominator",
)


async def compute(tx: Transaction, quarter: str) -> UUID:
    """Rank the townships by what the quarter's rows say now; the next edition of the quarter.

    Raises ``QuarterToCome``, ``NothingToRank``.
    """
    if quarter_starts(quarter) > tx.today:
        raise QuarterToCome()
    used = [(await parameter(tx, name)).used for name in PARAMETERS]
    values = {each["name"]: each["value"] for each in used}
    ranking_id = new_id()
    ranking = {
        "id": ranking_id,
        "quarter": quarter,
        "edition": await repository.next_edition(tx, quarter),
        "complete": tx.today > quarter_ends(quarter),
        "used": orjson.dumps(used).decode(),
    }
    await repository.add(tx, ranking)
    ranked_for = {t.code: t.served_by or t.code for t in (await regions_of(tx)).townships()}
    await _gather(tx, ranking_id, quarter, ranked_for, list(values["ranking_weights"]))
    lines = await _lines(tx, ranking_id, sorted(set(ranked_for.values())), values)
    if all(line["score"] is None for line in lines):
        raise NothingToRank()
    await repository.add_lines(tx, ranking_id, lines)
    await audit.record(tx, "ranking.computed", f"ranking/{ranking_id}", {"quarter": quarter})
    return ranking_id


async def _gather(
    tx: Transaction, ranking_id: UUID, quarter: str, ranked_for: Mapping[str, str], wanted: Sequence[str]
) -> None:
    """Keep the rows behind every component that has a weight."""
    values = {
        "quarter": quarter,
        "cycles": cycles_of(quarter),
        "first": quarter_starts(quarter),
        "last": quarter_ends(quarter),
        "today": tx.today,
        "to_be_verified": list(TO_BE_VERIFIED),
        "codes": list(ranked_for),
        "ranked": list(ranked_for.values()),
    }
    await expect_many_rows(tx)
    for name in wanted:
        sql = COMPONENTS[name].sql
        if sql is not None:
            bound = {key: value for key, value in values.items() if f":{key}" in sql}
            await repository.keep_evidence(tx, ranking_id, name, sql, bound)
    told = {"routine_checks_missing": _routine_checks, "progress_reported": _progress}
    for name, rows_of in told.items():
        if name in wanted:
            rows = await rows_of(tx, quarter)
            kept = [(ranked_for[code], item, counted, detail) for code, item, counted, detail in rows]
            await repository.add_evidence(tx, ranking_id, name, kept)


async def _routine_checks(tx: Transaction, quarter: str) -> list[tuple[str, str, bool, str]]:
    """Months that are past, each township's; those without a report count."""
    months = await since_the_beginning(tx, cycles_of(quarter))
    rows = await routine_service.missed(tx, [month for month in months if month < f"{tx.today:%Y-%m}"])
    return [
        (
            row["township_code"],
            f"{row['cycle']}/{row['township_code']}",
            not row["reported"],
            orjson.dumps({"kind": "routine_check", **row}).decode(),
        )
        for row in rows
    ]


async def _progress(tx: Transaction, quarter: str) -> list[tuple[str, str, bool, str]]:
    """Months whose due day is past, each township's; those that were reported in time count."""
    lines = await progress_reports.lines(tx, await since_the_beginning(tx, cycles_of(quarter)))
    return [
        (
            line["reporter"],
            f"{line['cycle']}/{line['reporter']}",
            line["state"] == "reported",
            orjson.dumps({**line, "kind": "progress_report"}).decode(),
        )
        for line in lines
        if line["kind"] == "township" and line["due_on"] < tx.today
    ]


async def _lines(
    tx: Transaction, ranking_id: UUID, townships: Sequence[str], used: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The numbers of each township, out of the rows that were kept."""
    weights = {name: Decimal(weight) for name, weight in used["ranking_weights"].items()}
    found = {
        (row["township_code"], row["component"]): Count(row["numerator"], row["denominator"])
        for row in await repository.counts(tx, ranking_id)
    }
    totals: dict[str, Decimal | None] = {}
    components: dict[str, Any] = {}
    for township in townships:
        counts = {name: found.get((township, name), Count(0, 0)) for name in weights}
        scores = {name: component_score(count, good=COMPONENTS[name].good) for name, count in counts.items()}
        totals[township] = total_score(scores, weights)
        components[township] = {
            name: {
                "numerator": count.numerator,
                "denominator": count.denominator,
                "score": None if (score := scores[name]) is None else str(rounded(score)),
                "small": 0 < count.denominator < used["ranking_small_denominator"],
            }
            for name, count in counts.items()
        }
    judged = {township: score for township, score in totals.items() if score is not None}
    place = places(judged)
    last, tied = last_places(judged, used["ranking_last_places"])
    return [
        {
            "township_code": township,
            "score": totals[township],
            "rank": place.get(township),
            "last": township in last,
            "tied_at_border": township in tied,
            "components": orjson.dumps(components[township]).decode(),
        }
        for township in townships
    ]


def sees_unpublished(tx: Transaction) -> bool:
    """The county works on it; the others see it when it is published."""
    return "county" in tx.roles


async def list_rankings(tx: Transaction, quarter: str | None, paging: Paging) -> dict[str, Any]:
    rows = await repository.rankings(
        tx, quarter, paging.after_id(), paging.limit + 1, published=not sees_unpublished(tx)
    )
    return page([dict(row) for row in rows], paging, lambda row: [row["id"]])


async def held(tx: Transaction, ranking_id: UUID, *, lock: bool = False) -> RowMapping:
    """A ranking that the caller may see. Raises ``RankingNotFound``."""
    row = await repository.ranking(tx, ranking_id, published=not sees_unpublished(tx), lock=lock)
    if row is None:
        raise RankingNotFound()
    return row


async def describe(tx: Transaction, ranking_id: UUID) -> dict[str, Any]:
    """A ranking with its lines, as ``schemas.RankingInFull``."""
    row = await held(tx, ranking_id)
    return await in_full(tx, row, await repository.lines(tx, ranking_id))


async def latest_published(tx: Transaction, quarter: str) -> dict[str, Any] | None:
    """The last published edition of a quarter, as ``schemas.RankingInFull`` with ``proposals``; None where there is
    none: what a bulletin tells of."""
    row = await repository.latest_published(tx, quarter)
    if row is None:
        return None
    shown = await in_full(tx, row, await repository.lines(tx, row["id"]))
    return {**shown, "proposals": await proposals.listed(tx, row["id"])}


async def publish(tx: Transaction, ranking_id: UUID, expected: IfMatch) -> None:
    """Fix the latest edition of a quarter and propose what follows for the last places.

    Raises ``RankingNotFound``, what If-Match is refused for, ``AlreadyPublished``, ``NewerEdition``, ``SamePerson``.
    """
    row = await held(tx, ranking_id, lock=True)
    expected.check(row["version"])
    if "published" not in TRANSITIONS[row["state"]]:
        raise AlreadyPublished(members={"allowed": list(TRANSITIONS[row["state"]])})
    if row["edition"] < await repository.newest_edition(tx, row["quarter"]):
        raise NewerEdition()
    if row["made_by"] == str(tx.actor):
        raise SamePerson()
    await repository.publish(tx, ranking_id)
    last = [line["township_code"] for line in await repository.lines(tx, ranking_id) if line["last"]]
    await proposals.propose(tx, row, last)
    detail = {"quarter": row["quarter"], "edition": row["edition"]}
    await audit.record(tx, "ranking.published", f"ranking/{ranking_id}", detail)
    event = Event(f"ranking/{ranking_id}", row["version"] + 1, {"ranking_id": ranking_id, **detail})
    await emit(tx, RANKING_PUBLISHED, [event])


async def evidence(
    tx: Transaction, ranking_id: UUID, township: str, component: str, counted: bool | None, paging: Paging
) -> dict[str, Any]:
    """The rows behind one number of a township in reach. Raises ``RankingNotFound``, ``UnknownComponent``."""
    if component not in COMPONENTS:
        raise UnknownComponent(f"应为 {'、'.join(COMPONENTS)} 之一", f"One of {', '.join(COMPONENTS)}")
    if not tx.reach.covers(township):
        raise RankingNotFound()
    await held(tx, ranking_id)
    (after,) = paging.after_text()
    rows = await repository.evidence(tx, ranking_id, township, component, counted, after, paging.limit + 1)
    return page([dict(row) for row in rows], paging, lambda row: [row["item"]])
