"""The public notice: who is on it, and what is said against it."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.monitoring import repository
from services.household_api.monitoring.errors import (
    EvidenceMisplaced,
    NotNoticed,
    ObjectionAnswered,
    ObjectionNotFound,
    SamePerson,
)
from services.household_api.monitoring.schemas import Finding, NewObjection
from services.household_api.registry.lookups import head_names
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.db.narrowing import within
from shared.errors import FieldError, NotFound
from shared.identifiers.regions import region_range
from shared.regions import regions_of
from shared.runtime.preconditions import IfMatch
from shared.sealing.texts import open_texts, seal

_NOTICED: Final = """
SELECT c.id, c.household_id, c.region_code, c.notice_from, c.notice_until FROM monitoring_case c
WHERE c.state = 'noticed' AND c.region_code >= :region_from AND c.region_code < :region_to
    AND c.notice_from <= :on AND (c.notice_until IS NULL OR c.notice_until >= :on) AND {reach}
    AND (cast(:after as uuid) IS NULL OR c.id > :after)
ORDER BY c.id LIMIT :most"""


async def noticed(
    tx: Transaction, region: str, on: date, after: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """``limit + 1`` households on notice in a region on a day, as ``schemas.NoticedHousehold`` with the case's id."""
    reach = within(tx, "c")
    start, end = region_range(region)
    rows = await tx.rows(
        _NOTICED.format(reach=reach.sql),
        {
            **reach.parameters,
            "region_from": start,
            "region_to": end,
            "on": on,
            "after": after,
            "most": limit + 1,
        },
    )
    names = await head_names(tx, [row["household_id"] for row in rows])
    regions = await regions_of(tx)
    return [
        {
            "id": row["id"],
            "name": names.get(row["household_id"], ""),
            "region_code": row["region_code"],
            "place": regions.full_name(row["region_code"]),
            "notice_from": row["notice_from"],
            "notice_until": row["notice_until"],
        }
        for row in rows
    ]


async def printed(
    tx: Transaction, region: str, on: date, households: Sequence[dict[str, Any]]
) -> dict[str, str]:
    """Title and text of the notice as it is put up."""
    place = (await regions_of(tx)).full_name(region)
    title = f"{place}拟纳入防止返贫监测对象公示"
    ends = max((h["notice_until"] for h in households if h["notice_until"]), default=None)
    until = f"，公示至 {ends.isoformat()}" if ends else ""
    lines = [
        title,
        f"经入户核实和村级评议，拟将下列农户纳入防止返贫监测对象，现予公示{until}。",
        "如有异议，请在公示期内向村民委员会或乡镇人民政府反映。",
        *(f"{number}. {household['name']}" for number, household in enumerate(households, 1)),
        f"{on.year}年{on.month}月{on.day}日",
    ]
    return {"title": title, "text": "\n".join(lines)}


async def raise_objection(tx: Transaction, case_id: UUID, wanted: NewObjection) -> None:
    """Record what somebody says against a case on notice. Raises ``NotFound``, ``NotNoticed``."""
    case = await repository.case(tx, case_id, lock=True)
    if case is None:
        raise NotFound()
    if case["state"] != "noticed":
        raise NotNoticed()
    raised_on = wanted.raised_on or tx.today
    if not case["notice_from"] <= raised_on <= tx.today:
        told = FieldError("/raised_on", "date_outside_notice", "异议日期应在公示开始之后、今天之前")
        raise EvidenceMisplaced(errors=[told])
    objection_id = new_id()
    await tx.execute(
        """INSERT INTO case_objection (county_code, id, case_id, region_code, notice_version, raised_on,
            objection, finding, recorded_by, recorded_at)
        VALUES (:county, :id, :case, :region, :version, :raised_on, :objection, '', :actor, :now)""",
        {
            "county": tx.county,
            "id": objection_id,
            "case": case_id,
            "region": case["region_code"],
            "version": await repository.last_version(tx, case_id, "noticed"),
            "raised_on": raised_on,
            "objection": await seal(tx, "case_objection", "objection", objection_id, wanted.objection),
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )
    await repository.move_case(tx, case_id, {})
    await audit.record(tx, "case.objection_raised", f"case/{case_id}", {"objection": objection_id})


async def answer_objection(
    tx: Transaction, case_id: UUID, objection_id: UUID, wanted: Finding, expected: IfMatch
) -> None:
    """Say whether an objection is right, and why: the county, or another officer of the township than recorded it.

    Raises ``NotFound``, ``PreconditionFailed``, ``ObjectionAnswered``, ``SamePerson``.
    """
    case = await repository.case(tx, case_id, lock=True)
    if case is None:
        raise NotFound()
    found = next((row for row in await of_case(tx, case_id) if row["id"] == objection_id), None)
    if found is None:
        raise ObjectionNotFound()
    expected.check(case["version"])
    if found["finding"]:
        raise ObjectionAnswered()
    if found["recorded_by"] == str(tx.actor):
        raise SamePerson(
            "登记异议的人不能自己答复，请由他人或县级答复", "who recorded an objection cannot decide on it"
        )
    await tx.execute(
        """UPDATE case_objection SET finding = :finding, answer = :answer, answered_by = :actor, answered_at = :now
        WHERE county_code = :county AND id = :id""",
        {
            "county": tx.county,
            "id": objection_id,
            "finding": wanted.finding,
            "answer": await seal(tx, "case_objection", "answer", objection_id, wanted.answer),
            "actor": str(tx.actor),
            "now": tx.now,
        },
    )
    await repository.move_case(tx, case_id, {})
    detail = {"objection": objection_id, "finding": wanted.finding}
    await audit.record(tx, "case.objection_answered", f"case/{case_id}", detail)


async def of_case(tx: Transaction, case_id: UUID) -> Sequence[RowMapping]:
    reach = within(tx, "o")
    return await tx.rows(
        "SELECT o.id, o.notice_version, o.raised_on, o.objection, o.finding, o.answer, o.recorded_by,"
        " o.recorded_at, o.answered_by, o.answered_at FROM case_objection o"
        f" WHERE o.case_id = :case AND {reach.sql} ORDER BY o.id",
        {**reach.parameters, "case": case_id},
    )


async def standing(tx: Transaction, case_id: UUID) -> bool:
    """Whether the last notice has an objection that is unanswered or upheld."""
    notice_version = await repository.last_version(tx, case_id, "noticed")
    return any(
        row["notice_version"] == notice_version and row["finding"] != "dismissed"
        for row in await of_case(tx, case_id)
    )


async def shown(tx: Transaction, case_id: UUID) -> list[dict[str, Any]]:
    """As ``schemas.Objection``."""
    rows = await of_case(tx, case_id)
    said = await open_texts(
        tx, "case_objection", "objection", [(row["id"], row["objection"]) for row in rows]
    )
    answers = await open_texts(tx, "case_objection", "answer", [(row["id"], row["answer"]) for row in rows])
    return [
        {**row, "objection": text, "answer": answer, "finding": row["finding"] or None}
        for row, text, answer in zip(rows, said, answers, strict=True)
    ]
