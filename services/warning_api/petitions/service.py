"""Petitions from the county's desk to the township and back."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.attachments import service as attachments
from services.warning_api.attachments.owners import Place, register
from services.warning_api.petitions import repository
from services.warning_api.petitions.errors import (
    CountyDecides,
    DocumentReceived,
    PetitionNotFound,
    SamePerson,
    StepIncomplete,
    TownshipHandles,
    TransitionNotAllowed,
)
from services.warning_api.petitions.repository import Filters
from services.warning_api.petitions.rules import (
    COUNTY_DOES,
    NEEDS_TEXT,
    STATE_WORDS,
    TRANSITIONS,
    is_overdue,
    next_steps,
)
from services.warning_api.petitions.schemas import PetitionIn, StepIn
from shared import audit
from shared.contracts.events import PETITION_OVERDUE, PETITION_PASSED
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import FieldError, Unprocessable
from shared.outbox import Event, emit
from shared.pagination.cursors import InvalidCursor, Paging, page
from shared.parameters import parameter
from shared.regions import regions_of
from shared.runtime.preconditions import IfMatch
from shared.sealing.texts import open_texts, seal


async def receive(tx: Transaction, petition: PetitionIn) -> UUID:
    """File a petition; with a township it is passed at once. Raises ``DocumentReceived``."""
    if petition.received_on > tx.today:
        raise Unprocessable(errors=[FieldError("/received_on", "date_in_future", "收到日期晚于今天，请核对")])
    township = None if petition.region_code is None else await _township(tx, petition.region_code)
    if petition.document_no is not None:
        earlier = await repository.by_document(tx, petition.document_no)
        if earlier is not None:
            raise DocumentReceived(members={"id": str(earlier)})
    days = (await parameter(tx, "petition_days")).value
    petition_id = new_id()
    row = {
        **petition.model_dump(exclude={"subject"}),
        "id": petition_id,
        "region_code": petition.region_code or tx.county,
        "township_code": township,
        "state": "passed" if township else "received",
        "due_on": petition.received_on + timedelta(days=days),
        "sealed": await seal(tx, "petition", "sealed", petition_id, petition.subject),
    }
    await repository.add(tx, row)
    await audit.record(tx, "petition.received", f"petition/{petition_id}", {"from": petition.from_level})
    if township:
        await _tell_passed(tx, petition_id, 1, row["region_code"], row["due_on"])
    return petition_id


async def _township(tx: Transaction, region: str) -> str:
    """The township that ``region`` of the county lies in; refuses what is none or lies outside."""
    if len(region) < 9 or region not in await regions_of(tx) or not tx.reach.covers(region):
        message = "请填本县乡镇或村的区划代码"
        raise Unprocessable(errors=[FieldError("/region_code", "unknown_region", message)])
    return region[:9]


async def _tell_passed(tx: Transaction, petition_id: UUID, version: int, region: str, due_on: date) -> None:
    data = {"petition_id": petition_id, "region_code": region, "township_code": region[:9], "due_on": due_on}
    await emit(tx, PETITION_PASSED, [Event(f"petition/{petition_id}", version, data)])


async def move(tx: Transaction, petition_id: UUID, wanted: StepIn, expected: IfMatch) -> None:
    """The next step: checked, handled, answered by the township; passed, returned, closed by the county.

    Raises ``PetitionNotFound``, what If-Match is refused for, ``CountyDecides``, ``TownshipHandles``,
    ``StepIncomplete``, ``TransitionNotAllowed``, ``SamePerson``.
    """
    row = await repository.petition(tx, petition_id, lock=True)
    if row is None:
        raise PetitionNotFound()
    expected.check(row["version"])
    _check_allowed(tx, row, wanted)
    about = ("petition", petition_id)
    if refused := (await attachments.refusals(tx, {about: wanted.attachments})).get(about):
        raise StepIncomplete(errors=[FieldError("/attachments", *refused)])
    changes: dict[str, Any] = {"state": wanted.to}
    region = row["region_code"]
    if wanted.to == "passed":
        if wanted.region_code is None:
            raise StepIncomplete(errors=[FieldError("/region_code", "missing", "请写明转给哪个乡镇")])
        region = wanted.region_code
        changes |= {"region_code": region, "township_code": await _township(tx, region)}
    elif wanted.to == "handled":
        changes["handled_by"] = str(tx.actor)
    elif wanted.to == "answered":
        changes["answered_on"] = wanted.answered_on or tx.today
    elif wanted.to == "closed":
        changes["closed_at"] = tx.now
    await repository.change(tx, petition_id, changes)
    step_id = new_id()
    step = {
        "id": step_id,
        "state": wanted.to,
        "sealed": await seal(tx, "petition_step", "sealed", step_id, wanted.text),
    }
    await repository.add_step(tx, petition_id, region, step)
    await attachments.attach(tx, [(step_id, wanted.attachments)])
    await audit.record(tx, f"petition.{wanted.to}", f"petition/{petition_id}", {"from": row["state"]})
    if wanted.to in ("passed", "returned"):
        await _tell_passed(tx, petition_id, row["version"] + 1, region, row["due_on"])


def _check_allowed(tx: Transaction, row: RowMapping, wanted: StepIn) -> None:
    if not _may(tx, wanted.to):
        raise CountyDecides() if wanted.to in COUNTY_DOES else TownshipHandles()
    ways = TRANSITIONS[row["state"]]
    if wanted.to not in ways:
        raise TransitionNotAllowed(
            f"不能转为“{STATE_WORDS[wanted.to]}”：{next_steps(row['state'])}",
            f"From {row['state']} only: {', '.join(ways) or 'nothing'}",
            members={"allowed": _allowed(tx, row)},
        )
    if wanted.to in NEEDS_TEXT and not wanted.text:
        raise StepIncomplete(
            errors=[FieldError("/text", "missing", "请写明核查、处理、答复的情况或退回理由")]
        )
    if wanted.answered_on is not None and not row["received_on"] <= wanted.answered_on <= tx.today:
        message = "答复日期应在收到之日与今天之间"
        raise StepIncomplete(errors=[FieldError("/answered_on", "date_out_of_range", message)])
    if wanted.to in ("closed", "returned") and row["handled_by"] == str(tx.actor):
        raise SamePerson()


def _may(tx: Transaction, to: str) -> bool:
    return "county" in tx.roles if to in COUNTY_DOES else bool(tx.roles & {"township", "village"})


def _allowed(tx: Transaction, row: RowMapping) -> list[str]:
    """The states that the caller may take a petition to."""
    return [to for to in TRANSITIONS[row["state"]] if _may(tx, to)]


async def list_petitions(tx: Transaction, filters: Filters, paging: Paging) -> dict[str, Any]:
    """By due date."""
    due, id_ = paging.after_text(2)
    try:
        after = None if due is None or id_ is None else (date.fromisoformat(due), UUID(id_))
    except ValueError as error:
        raise InvalidCursor() from error
    rows = await repository.petitions(tx, filters, after, paging.limit + 1)
    return page(await _shown(tx, rows), paging, lambda row: [row["due_on"], row["id"]])


async def describe(tx: Transaction, petition_id: UUID) -> dict[str, Any]:
    """A petition with every step, as ``schemas.PetitionInFull``. Raises ``PetitionNotFound``."""
    row = await repository.petition(tx, petition_id)
    if row is None:
        raise PetitionNotFound()
    (shown,) = await _shown(tx, [row])
    steps = await repository.steps(tx, petition_id)
    texts = await open_texts(tx, "petition_step", "sealed", [(step["id"], step["sealed"]) for step in steps])
    named = await attachments.of_uses(tx, [step["id"] for step in steps])
    history = [
        {**step, "text": text, "attachments": named.get(step["id"], [])}
        for step, text in zip(steps, texts, strict=True)
    ]
    return {**shown, "history": history}


async def place_of(tx: Transaction, petition_id: UUID) -> Place | None:
    """Where evidence for a petition in reach belongs; no department's."""
    row = await repository.petition(tx, petition_id)
    return None if row is None else Place(row["region_code"])


register("petition", place_of)


async def counts(tx: Transaction, first: date, last: date) -> list[dict[str, Any]]:
    """Petitions received from ``first`` to ``last``, by township: ``{key, received, closed, closed_in_time, overdue}``;
    the key is empty for those that nobody has got yet."""
    return [dict(row) for row in await repository.counts(tx, first, last)]


async def tell_overdue(tx: Transaction) -> int:
    """Tell of petitions that have become overdue, each once; how many there were."""
    rows = await repository.tell_overdue(tx)
    events = [
        Event(
            f"petition/{row['id']}/overdue",
            row["due_on"].toordinal(),
            {"petition_id": row["id"], **{name: row[name] for name in row if name != "id"}},
        )
        for row in rows
    ]
    await emit(tx, PETITION_OVERDUE, events)
    return len(rows)


async def _shown(tx: Transaction, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    texts = await open_texts(tx, "petition", "sealed", [(row["id"], row["sealed"]) for row in rows])
    regions = await regions_of(tx)
    return [
        {
            **{name: row[name] for name in row if name != "sealed"},
            "subject": text,
            "address": regions.full_name(row["region_code"]),
            "overdue": is_overdue(row["state"], row["due_on"], tx.today),
            "allowed": _allowed(tx, row),
        }
        for row, text in zip(rows, texts, strict=True)
    ]
