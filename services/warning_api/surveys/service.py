"""Drawing a survey, its counts, its end. What is answered: calls.py.

Those who are asked are the households that were verified in the quarter: the loop knows them, with the
telephone that the department or the household gave, and what they are asked about is what was done for them.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import orjson
from sqlalchemy.engine import RowMapping

from services.warning_api.cycles.quarters import cycles_of, quarter_starts
from services.warning_api.cycles.service import departments
from services.warning_api.dispatch.service import decode_subject
from services.warning_api.sampling import apportion, draw, new_seed, size_of
from services.warning_api.surveys import repository
from services.warning_api.surveys.errors import (
    NobodyToCall,
    QuarterToCome,
    ScriptUnusable,
    SurveyClosed,
    SurveyNotFound,
)
from services.warning_api.surveys.rules import CALL_STATES, TRANSITIONS, script_errors
from services.warning_api.surveys.schemas import SurveyIn
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id, new_ids
from shared.errors import FieldError, Unprocessable
from shared.identifiers.regions import region_range
from shared.pagination.cursors import Paging, page
from shared.runtime.preconditions import IfMatch

#: What a stratum is named by, of a task's row.
_KEYS: Final = {"township": "township_code", "household_type": "household_type", "outcome": "outcome"}


async def draw_survey(tx: Transaction, wanted: SurveyIn) -> UUID:
    """Draw a stratified sample of the quarter's verified households that no survey of the quarter has drawn.

    One without a telephone is passed over, the next of its stratum in the order of drawing takes its place.
    Raises ``QuarterToCome``, ``ScriptUnusable``, ``NobodyToCall``.
    """
    script = [question.model_dump() for question in wanted.script]
    if wrong := script_errors(script, await departments(tx)):
        raise ScriptUnusable(errors=[FieldError(*each) for each in wrong])
    if quarter_starts(wanted.quarter) > tx.today:
        raise QuarterToCome()
    if wanted.region_code is not None and not tx.reach.covers(region_range(wanted.region_code)[0]):
        raise Unprocessable(errors=[FieldError("/region_code", "unknown_region", "不是本县的区划代码")])
    await repository.one_at_a_time(tx)
    cycles = cycles_of(wanted.quarter)
    rows = await repository.population(tx, wanted.quarter, wanted.region_code)
    by_id = {str(row["id"]): row for row in rows}
    strata: dict[str, list[str]] = defaultdict(list)
    for id_, row in by_id.items():
        strata["|".join(row[_KEYS[key]] for key in wanted.strata)].append(id_)
    seed = new_seed()
    chosen, drawn = await _chosen(tx, cycles, strata, seed, _size(wanted, len(by_id)))
    if not any(chosen.values()):
        raise NobodyToCall()
    survey_id = new_id()
    asked = wanted.model_dump(mode="json", include={"size", "share"}, exclude_none=True)
    await repository.add(
        tx,
        {
            "id": survey_id,
            "region": wanted.region_code or tx.county,
            "quarter": wanted.quarter,
            "seed": seed,
            "asked": orjson.dumps(asked).decode(),
            "strata": wanted.strata,
            "script": orjson.dumps(script).decode(),
            "drawn": orjson.dumps(drawn).decode(),
        },
        _samples(chosen, by_id),
    )
    await audit.record(tx, "survey.drawn", f"survey/{survey_id}", {"quarter": wanted.quarter, "seed": seed})
    return survey_id


def _size(wanted: SurveyIn, total: int) -> int:
    if wanted.share is not None:
        return size_of(wanted.share, total)
    return min(wanted.size or 0, total)


async def _chosen(
    tx: Transaction, cycles: Sequence[str], strata: Mapping[str, Sequence[str]], seed: str, size: int
) -> tuple[dict[str, list[str]], dict[str, dict[str, int]]]:
    """Who is called, by stratum in the order of drawing, and the counts of the drawing."""
    given = apportion({stratum: len(ids) for stratum, ids in strata.items()}, size)
    chosen, drawn = {}, {}
    for stratum, ids in sorted(strata.items()):
        (order,) = draw({stratum: ids}, seed, size=len(ids)).values()
        found: list[str] = []
        passed_over = 0
        # Most have a telephone: twice as many as are wanted are looked up at once.
        for start in range(0, len(order), 2 * given[stratum] or 1):
            if len(found) >= given[stratum]:
                break
            some = order[start : start + 2 * given[stratum]]
            with_phone = await _with_phone(tx, cycles, some)
            for id_ in some:
                if len(found) >= given[stratum]:
                    break
                if id_ in with_phone:
                    found.append(id_)
                else:
                    passed_over += 1
        chosen[stratum] = found
        counted = {"held": len(ids), "wanted": given[stratum], "drawn": len(found)}
        drawn[stratum] = {**counted, "without_phone": passed_over}
    return chosen, drawn


async def _with_phone(tx: Transaction, cycles: Sequence[str], ids: Sequence[str]) -> set[str]:
    sealed = await repository.subjects(tx, cycles, [UUID(id_) for id_ in ids])
    opened = (await tx.sealer()).open_many(
        "verification_task", "sealed", tx.county, [(id_.bytes, blob) for id_, blob in sealed.items()]
    )
    return {str(id_) for id_, text in zip(sealed, opened, strict=True) if decode_subject(text).phone}


def _samples(chosen: Mapping[str, Sequence[str]], by_id: Mapping[str, RowMapping]) -> list[dict[str, Any]]:
    """Rows of samples, numbered through."""
    called = [(stratum, by_id[id_]) for stratum, ids in chosen.items() for id_ in ids]
    place = ("cycle", "region_code", "township_code")
    return [
        {
            "id": id_,
            "task": task["id"],
            "stratum": stratum,
            "position": position,
            **{name: task[name] for name in place},
        }
        for position, (id_, (stratum, task)) in enumerate(zip(new_ids(len(called)), called, strict=True), 1)
    ]


async def list_surveys(tx: Transaction, quarter: str | None, paging: Paging) -> dict[str, Any]:
    rows = await repository.surveys(tx, quarter, paging.after_id(), paging.limit + 1)
    return page(await _shown(tx, rows), paging, lambda survey: [survey["id"]])


async def describe(tx: Transaction, survey_id: UUID) -> dict[str, Any]:
    """A survey with what was answered to each question, as ``schemas.SurveyInFull``."""
    row = await held(tx, survey_id)
    (shown,) = await _shown(tx, [row])
    counted: dict[int, dict[str, int]] = defaultdict(dict)
    for found in await repository.answer_counts(tx, survey_id):
        text = row["script"][found["number"] - 1]["kind"] == "text"
        counted[found["number"]]["answered" if text else found["answer"]] = found["n"]
    script = [
        {**question, "number": number, "answers": counted[number]}
        for number, question in enumerate(row["script"], 1)
    ]
    return {**shown, "script": script}


async def held(tx: Transaction, survey_id: UUID, *, lock: str = "") -> RowMapping:
    """A survey in reach. Raises ``SurveyNotFound``."""
    row = await repository.survey(tx, survey_id, lock=lock)
    if row is None:
        raise SurveyNotFound()
    return row


async def close(tx: Transaction, survey_id: UUID, expected: IfMatch) -> None:
    """No more answers. Raises ``SurveyNotFound``, ``SurveyClosed``."""
    row = await held(tx, survey_id, lock="UPDATE")
    expected.check(row["version"])
    if "closed" not in TRANSITIONS[row["state"]]:
        raise SurveyClosed(members={"allowed": list(TRANSITIONS[row["state"]])})
    await repository.close(tx, survey_id)
    await audit.record(tx, "survey.closed", f"survey/{survey_id}")


async def counts(tx: Transaction, quarter: str) -> dict[str, int]:
    """The calls of a quarter's surveys: households by ``waiting, reached, unreachable, refused``, and
    ``with_problems``. Their problems: rectification.counts, source ``survey``."""
    found: Counter[str] = Counter(dict.fromkeys((*CALL_STATES, "with_problems"), 0))
    for survey in await _shown(tx, await repository.surveys(tx, quarter, None, 1_000)):
        found.update(survey["calls"])
        found["with_problems"] += survey["with_problems"]
    return dict(found)


async def _shown(tx: Transaction, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    calls: dict[UUID, dict[str, int]] = {row["id"]: dict.fromkeys(CALL_STATES, 0) for row in rows}
    with_problems: Counter[UUID] = Counter()
    for found in await repository.calls(tx, list(calls)):
        calls[found["survey_id"]][found["state"]] = found["n"]
        with_problems[found["survey_id"]] += found["with_problems"]
    return [{**row, "calls": calls[row["id"]], "with_problems": with_problems[row["id"]]} for row in rows]
