"""Preparing a conference and recording what it concluded."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.engine import RowMapping

from services.warning_api.bulletins.service import figures_of, form_of
from services.warning_api.conferences import repository
from services.warning_api.conferences.composition import GROUPINGS, Pack
from services.warning_api.conferences.errors import AlreadyConcluded, DraftExists, NotHeldYet, QuarterNotBegun
from services.warning_api.conferences.schemas import ConferenceEdit, ConferenceIn
from services.warning_api.cycles.errors import UnknownDepartment
from services.warning_api.cycles.quarters import quarter_starts
from services.warning_api.cycles.service import departments
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.documents import Block, Column, Document, Heading, Paragraph, Table, from_json, to_json
from shared.errors import NotFound
from shared.pagination.cursors import Paging, page
from shared.runtime.preconditions import IfMatch


async def prepare(tx: Transaction, wanted: ConferenceIn) -> UUID:
    """Compose the pack of a quarter from what is known now. Raises ``QuarterNotBegun``, ``DraftExists`` (409)."""
    quarter = wanted.quarter
    if quarter_starts(quarter) > tx.today:
        raise QuarterNotBegun()
    await repository.one_at_a_time(tx)
    earlier = await repository.in_preparation(tx, quarter)
    if earlier is not None:
        raise DraftExists(members={"id": str(earlier)})
    pack = await _pack(tx, quarter)
    conference_id = new_id()
    await repository.add(
        tx,
        {
            "id": conference_id,
            "quarter": quarter,
            "content": to_json(await _document(tx, pack)),
            "agenda": _json(pack.agenda() if wanted.agenda is None else wanted.agenda),
        },
    )
    await audit.record(tx, "conference.prepared", f"conference/{conference_id}", {"quarter": quarter})
    return conference_id


async def _pack(tx: Transaction, quarter: str) -> Pack:
    return Pack(await figures_of(tx, "quarterly", quarter, groupings=GROUPINGS, year_ago_whole=True))


async def _document(tx: Transaction, pack: Pack) -> Document:
    """Without agenda and conclusions."""
    title = (f"{pack.view.figures['county_name']}{pack.words}", "防止返贫监测部门会商材料")
    return Document(
        title="".join(title),
        title_lines=title,
        issuer=(await form_of(tx))["issuer"],
        date=tx.today,
        blocks=tuple(pack.blocks()),
    )


async def edit(tx: Transaction, conference_id: UUID, change: ConferenceEdit, expected: IfMatch) -> None:
    """Raises ``NotFound``, ``AlreadyConcluded``, ``NotHeldYet`` (409), ``UnknownDepartment``."""
    row = await repository.conference(tx, conference_id, hold=True)
    if row is None:
        raise NotFound()
    expected.check(row["version"])
    held_on = change.held_on or row["held_on"]
    conclusions = row["conclusions"]
    content = None
    if change.refresh:
        if conclusions:
            raise AlreadyConcluded()
        content = to_json(await _document(tx, await _pack(tx, row["quarter"])))
    if change.conclusions is not None:
        known = await departments(tx)
        if any(item.org_code not in (None, *known) for item in change.conclusions):
            raise UnknownDepartment()
        conclusions = [item.model_dump(mode="json") for item in change.conclusions]
    if (conclusions and held_on is None) or (held_on is not None and held_on > tx.today):
        raise NotHeldYet()
    agenda = row["agenda"] if change.agenda is None else change.agenda
    values = {"agenda": _json(agenda), "held_on": held_on, "conclusions": _json(conclusions)}
    await repository.write(tx, {"id": conference_id, "content": content, **values})
    detail = {"conclusions": len(conclusions), "refreshed": change.refresh}
    await audit.record(tx, "conference.edited", f"conference/{conference_id}", detail)


async def list_conferences(tx: Transaction, quarter: str | None, paging: Paging) -> dict[str, Any]:
    rows = await repository.conferences(tx, quarter, paging.after_id(), paging.limit + 1)
    return page([_line(row) for row in rows], paging, lambda row: [row["id"]])


async def describe(tx: Transaction, conference_id: UUID) -> tuple[dict[str, Any], Document]:
    """As ``schemas.Conference``, and the pack with its agenda before and its conclusions behind."""
    row = await repository.conference(tx, conference_id)
    if row is None:
        raise NotFound()
    kept = from_json(row["content"])
    names = await departments(tx)
    blocks = (*_agenda(row["agenda"]), *kept.blocks, *_conclusions(row, names))
    document = msgspec.structs.replace(kept, blocks=blocks)
    shown = {**_line(row), "agenda": row["agenda"], "conclusions": row["conclusions"]}
    return {**shown, "document": msgspec.to_builtins(document)}, document


def _agenda(items: list[str]) -> list[Block]:
    if not items:
        return []
    ends = ["；"] * (len(items) - 1) + ["。"]
    lines = [
        f"{n}．{text.rstrip('。；')}{end}" for n, (text, end) in enumerate(zip(items, ends, strict=True), 1)
    ]
    return [Heading(1, "会商议题"), *map(Paragraph, lines)]


def _conclusions(row: RowMapping, names: Mapping[str, str]) -> list[Block]:
    if not row["conclusions"]:
        return []
    held: date = row["held_on"]
    lines = tuple(
        (n, item["text"], names.get(item["org_code"], item["org_code"]), item["due_on"])
        for n, item in enumerate(row["conclusions"], 1)
    )
    columns = (Column("序号", "count"), Column("事项"), Column("责任单位"), Column("办结期限"))
    return [
        Heading(1, "会商结论"),
        Paragraph(f"{held.year}年{held.month}月{held.day}日会商，形成结论{len(lines)}项。"),
        Table("会商结论", columns, lines),
    ]


def _line(row: RowMapping) -> dict[str, Any]:
    return {
        **{name: row[name] for name in ("id", "quarter", "held_on", "prepared_by", "prepared_at", "version")},
        "title": row["content"]["title"],
        "state": "concluded" if row["conclusions"] else "prepared",
    }


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
