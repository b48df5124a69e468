"""Filing problems and showing them. What the parties and the county do with them: course.py."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.engine import RowMapping

from services.warning_api.attachments import service as attachments
from services.warning_api.attachments.owners import Place, register
from services.warning_api.cycles.service import departments
from services.warning_api.dispatch.presentation import RESPONSIBLE
from services.warning_api.dispatch.service import decode_subject
from services.warning_api.rectification import course, repetition, repository
from services.warning_api.rectification.errors import ProblemNotFound
from services.warning_api.rectification.repetition import Said
from services.warning_api.rectification.repository import Filters
from services.warning_api.rectification.rules import is_overdue, parties_of
from services.warning_api.rectification.schemas import ProblemIn
from shared import audit
from shared.contracts.events import PROBLEM_ASSIGNED
from shared.db import Transaction
from shared.db.identifiers import new_ids
from shared.errors import FieldError, Unprocessable
from shared.errors.validation import field_error
from shared.identifiers.names import mask_name
from shared.outbox import Event, emit
from shared.pagination.cursors import Paging, page
from shared.parameters import parameter
from shared.regions import Regions, regions_of
from shared.sealing.texts import open_texts, seal
from shared.tables.columns import plain_word

#: One inspection's.
MOST_PROBLEMS: Final = 2_000
MOST_IN_SHEET: Final = 20_000


@dataclass(frozen=True, slots=True)
class Origin:
    """The row of ours that a problem came from, and which of its items."""

    source_id: UUID
    item: int


@dataclass(frozen=True, slots=True)
class Known:
    """What a problem's places and organisations are checked against."""

    regions: Regions
    departments: Mapping[str, str]
    days: int


async def known(tx: Transaction, days: str = "problem_days") -> Known:
    """``days``: the parameter with the time allowed where a problem does not say."""
    return Known(await regions_of(tx), await departments(tx), (await parameter(tx, days)).value)


async def file_one(tx: Transaction, raw: Any) -> UUID:
    """File a problem. Raises ``Unprocessable`` with all that is wrong with it."""
    checked = _checked(tx, raw, await known(tx))
    if not isinstance(checked, ProblemIn):
        raise Unprocessable(errors=checked)
    (problem_id,) = await assign(tx, [checked])
    return problem_id


async def file_many(tx: Transaction, items: Sequence[tuple[int, Any]]) -> dict[str, Any]:
    """File what can be filed of ``(line, item)``, each judged on its own; as ``schemas.Filed``.

    An item that names a problem of the county, or says the same as one that was not withdrawn, is a duplicate.
    """
    await repository.one_at_a_time(tx)
    against = await known(tx)
    named = await repetition.named(tx, [raw for _, raw in items])
    judged = [
        (line, number or _checked(tx, raw, against)) for (line, raw), number in zip(items, named, strict=True)
    ]
    good = [checked for _, checked in judged if isinstance(checked, ProblemIn)]
    standing = await repetition.standing(tx, good)
    fresh: dict[Said, ProblemIn] = {}
    for problem in good:
        if (said := repetition.said(tx, problem)) not in standing:
            fresh.setdefault(said, problem)
    made = dict(zip(fresh, await assign(tx, list(fresh.values())), strict=True))
    shown = [{"line": line, **_verdict(tx, checked, standing, made)} for line, checked in judged]
    counted = Counter(item["status"] for item in shown)
    return {**{status: counted[status] for status in ("accepted", "duplicate", "rejected")}, "items": shown}


def _verdict(
    tx: Transaction,
    checked: ProblemIn | UUID | list[FieldError],
    standing: dict[Said, UUID],
    made: Mapping[Said, UUID],
) -> dict[str, Any]:
    """What becomes of an item; what was made stands for those that come after it."""
    if isinstance(checked, list):
        return {"status": "rejected", "id": None, "errors": [_item_error(error) for error in checked]}
    if isinstance(checked, UUID):
        return {"status": "duplicate", "id": checked, "errors": []}
    said = repetition.said(tx, checked)
    status = "duplicate" if said in standing else "accepted"
    if status == "accepted":
        standing[said] = made[said]
    return {"status": status, "id": standing[said], "errors": []}


def _item_error(error: FieldError) -> dict[str, str]:
    return {"field": error.pointer.lstrip("/"), "code": error.code, "message": error.message}


def _checked(tx: Transaction, raw: Any, against: Known) -> ProblemIn | list[FieldError]:
    """The problem with names read as codes, or what is wrong with it."""
    try:
        problem = ProblemIn.model_validate(_with_codes(raw, against))
    except ValidationError as error:
        return [field_error(found) for found in error.errors()]
    wrong = []
    region = problem.region_code
    if problem.found_on > tx.today:
        wrong.append(FieldError("/found_on", "date_in_future", "发现日期晚于今天，请核对"))
    if problem.due_on is not None and problem.due_on < tx.today:
        wrong.append(FieldError("/due_on", "date_in_past", "整改期限不能早于今天"))
    if region is not None and (region not in against.regions or not tx.reach.covers(region)):
        wrong.append(FieldError("/region_code", "unknown_region", "不是本县的区划代码，请核对"))
    if problem.org_code is not None and problem.org_code not in against.departments:
        wrong.append(FieldError("/org_code", "unknown_department", "没有这个部门，请填本县的部门代码或名称"))
    parties = parties_of(_township(region), problem.org_code)
    if problem.source == "inspection" and len(parties) < 2:
        message = "检查发现的问题须双交办：同时写明责任部门和乡镇（或村）"
        wrong.append(FieldError("/org_code" if region else "/region_code", "two_parties_needed", message))
    elif not parties:
        wrong.append(FieldError("/region_code", "party_needed", "请写明责任部门或责任乡镇"))
    return wrong or problem


def _with_codes(raw: Any, against: Known) -> Any:
    """Names of departments and townships as people write them in a table, as their codes."""
    if not isinstance(raw, dict):
        return raw
    item = dict(raw)
    if isinstance(item.get("org_code"), str):
        names = {plain_word(name): code for code, name in against.departments.items()}
        item["org_code"] = names.get(plain_word(item["org_code"]), item["org_code"].strip())
    if not item.get("region_code") and isinstance(item.get("township"), str):
        townships = {plain_word(place.name): place.code for place in against.regions.townships()}
        item["region_code"] = townships.get(plain_word(item["township"]), item["township"])
    return item


def _township(region: str | None) -> str | None:
    return region[:9] if region is not None and len(region) >= 9 else None


async def assign(
    tx: Transaction,
    problems: Sequence[ProblemIn],
    *,
    days: str = "problem_days",
    origins: Sequence[Origin] | None = None,
) -> list[UUID]:
    """File checked problems and tell their parties; the ids, in their order. ``origins``: one for each."""
    if not problems:
        return []
    normal = tx.today + timedelta(days=(await parameter(tx, days)).value)
    ids = new_ids(len(problems))
    rows, parts, events = [], [], []
    for number, (id_, problem) in enumerate(zip(ids, problems, strict=True)):
        township = _township(problem.region_code)
        origin = origins[number] if origins is not None else None
        row = {
            **problem.model_dump(exclude={"description"}),
            "id": id_,
            "region_code": problem.region_code or tx.county,
            "township_code": township,
            "source_id": origin.source_id if origin else None,
            "source_item": origin.item if origin else None,
            "due_on": problem.due_on or normal,
            "sealed": await seal(tx, "problem", "sealed", id_, problem.description),
        }
        rows.append(row)
        parts += [{**row, "party": party} for party in parties_of(township, problem.org_code)]
        told = ("region_code", "township_code", "org_code", "source", "due_on")
        events.append(Event(f"problem/{id_}", 1, {"problem_id": id_, **{name: row[name] for name in told}}))
    await repository.add(tx, rows, parts)
    await emit(tx, PROBLEM_ASSIGNED, events)
    for row in rows:
        await audit.record(tx, "problem.filed", f"problem/{row['id']}", {"source": row["source"]})
    return ids


async def list_problems(tx: Transaction, filters: Filters, paging: Paging) -> dict[str, Any]:
    rows = await repository.problems(tx, filters, paging.after_id(), paging.limit + 1)
    return page(await _shown(tx, rows), paging, lambda problem: [problem["id"]])


async def problems_for_sheet(tx: Transaction, filters: Filters) -> list[dict[str, Any]]:
    return await _shown(tx, await repository.problems(tx, filters, None, MOST_IN_SHEET))


async def describe(tx: Transaction, problem_id: UUID) -> dict[str, Any]:
    """A problem with every step, as ``schemas.ProblemInFull``. Raises ``ProblemNotFound``."""
    row = await repository.problem(tx, problem_id)
    if row is None:
        raise ProblemNotFound()
    (shown,) = await _shown(tx, [row])
    steps = await repository.steps(tx, problem_id)
    texts = await open_texts(tx, "problem_step", "sealed", [(step["id"], step["sealed"]) for step in steps])
    named = await attachments.of_uses(tx, [step["id"] for step in steps])
    history = [
        {**step, "text": text, "attachments": named.get(step["id"], [])}
        for step, text in zip(steps, texts, strict=True)
    ]
    return {**shown, "history": history}


async def place_of(tx: Transaction, problem_id: UUID) -> Place | None:
    """Where evidence for a problem in reach belongs: its place, and its department."""
    row = await repository.problem(tx, problem_id)
    return None if row is None else Place(row["region_code"], row["org_code"])


register("problem", place_of)


async def _shown(tx: Transaction, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    texts = await open_texts(tx, "problem", "sealed", [(row["id"], row["sealed"]) for row in rows])
    parts: dict[UUID, list[RowMapping]] = defaultdict(list)
    for part in await repository.parts(tx, [row["id"] for row in rows]):
        parts[part["problem_id"]].append(part)
    regions = await regions_of(tx)
    names = {"department": await departments(tx)}
    subjects = await _subjects(tx, rows)
    found = []
    for row, text in zip(rows, texts, strict=True):
        own = [_part(tx, row, part, regions, names["department"]) for part in parts[row["id"]]]
        found.append(
            {
                **{name: row[name] for name in row if name not in ("sealed", "source_item")},
                "description": text,
                "subject": subjects.get(row["source_id"]),
                "address": regions.full_name(row["region_code"]),
                "parts": own,
                "overdue": any(part["overdue"] for part in own),
            }
        )
    return found


async def _subjects(tx: Transaction, rows: Sequence[RowMapping]) -> dict[UUID, str]:
    """Who was called, by sample: the name in full for those who answer for the household."""
    samples = [row["source_id"] for row in rows if row["source"] == "survey" and row["source_id"] is not None]
    found = await repository.called_about(tx, samples) if samples else []
    opened = (await tx.sealer()).open_many(
        "verification_task", "sealed", tx.county, [(row["task_id"].bytes, row["sealed"]) for row in found]
    )
    named = {row["id"]: decode_subject(blob).name for row, blob in zip(found, opened, strict=True)}
    return named if tx.roles & RESPONSIBLE else {id_: mask_name(name) for id_, name in named.items()}


def _part(
    tx: Transaction, problem: RowMapping, part: RowMapping, regions: Regions, names: Mapping[str, str]
) -> dict[str, Any]:
    department = part["party"] == "department"
    code = problem["org_code"] if department else problem["township_code"]
    return {
        **part,
        "code": code,
        "name": names.get(code, code) if department else regions.name(code),
        "overdue": is_overdue(part["state"], part["due_on"], tx.today),
        "allowed": course.allowed(tx, part),
    }
