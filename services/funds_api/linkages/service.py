"""Recording which households a project benefits, and how (policy.md, Funds: benefit linkage)."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.funds_api.linkages import repository
from services.funds_api.linkages.errors import (
    InvalidLinkages,
    LinkageRepeated,
    LinkageWithdrawn,
    NothingToChange,
)
from services.funds_api.linkages.rules import Period, problems, repeated
from services.funds_api.linkages.schemas import LinkageChange, LinkageIn
from services.funds_api.linkages.sheet import MOST_ERRORS, Sent
from services.funds_api.projects import service as projects
from services.funds_api.projects.errors import ProjectTerminated
from services.funds_api.registry import find_households, sees_households
from shared.audit import record, record_many
from shared.contracts.household_checks import CheckedHousehold
from shared.db.identifiers import new_ids
from shared.db.transaction import Transaction
from shared.errors import FieldError, NotFound, PreconditionFailed
from shared.identifiers.regions import region_range
from shared.pagination.cursors import Paging, page
from shared.runtime.preconditions import IfMatch

#: Days of which the registry is asked for one request.
MOST_DAYS = 31

NOT_FOUND = "登记簿中没有该户，或该户已终止"
NO_LINKAGE = "产业项目没有登记任何在期的利益联结，请补充联农带农情况"


async def check(tx: Transaction, sent: Sent) -> list[tuple[CheckedHousehold, date]]:
    """The households as they were when their linkage began, and as of which day that is: today where it is to come.

    Before the first statement. Raises ``InvalidLinkages`` with all that is wrong, ``RegistryAway``.
    """
    errors = []
    asked = []
    for place, each in enumerate(sent.linkages):
        found = problems(each.kind, each.amount, Period(each.starts_on, each.ends_on))
        errors += [FieldError(sent.pointer(place, field), code, said) for field, code, said in found]
        asked.append((each.household_id, min(each.starts_on, tx.today)))
    if len({day for _, day in asked}) > MOST_DAYS:
        message = f"一次最多 {MOST_DAYS} 个不同的开始日期，请按开始日期分批"
        errors.append(FieldError("/items", "too_many_days", message))
    if errors:
        raise InvalidLinkages(errors[:MOST_ERRORS])
    households = await find_households(tx, asked)
    errors = [
        FieldError(sent.pointer(place, "household_id"), "household_not_found", NOT_FOUND)
        for place, (household, _) in enumerate(households)
        if not household.found
    ]
    if errors:
        raise InvalidLinkages(errors[:MOST_ERRORS])
    return households


async def add(
    tx: Transaction, sent: Sent, households: Sequence[tuple[CheckedHousehold, date]]
) -> list[dict[str, Any]]:
    """All of them or none. Raises ``NotFound`` for a project, ``ProjectTerminated``, ``LinkageRepeated``."""
    for project_id in sorted({each.project_id for each in sent.linkages}):
        await _hold_project(tx, project_id)
    bonds = [
        (each.project_id, each.household_id, each.kind, each.starts_on, each.ends_on)
        for each in sent.linkages
    ]
    within = repeated([((*bond[:2], bond[2]), Period(*bond[3:])) for bond in bonds])
    places = sorted({*within, *await repository.meeting(tx, bonds)})
    if places:
        raise LinkageRepeated([sent.pointer(place, "household_id") for place in places[:MOST_ERRORS]])
    rows = [
        _row(linkage_id, each, household)
        for linkage_id, each, household in zip(new_ids(len(bonds)), sent.linkages, households, strict=True)
    ]
    await repository.add(tx, rows)
    told = [(f"linkage/{row['id']}", {"project_id": str(row["project_id"])}) for row in rows]
    await record_many(tx, "linkage.added", told)
    added = {"created_at": tx.now, "withdrawn": False, "version": 1}
    return [_shown(tx, {**row, **added}) for row in rows]


async def _hold_project(tx: Transaction, project_id: UUID) -> None:
    """Nothing is added beside us to the same project until the transaction ends."""
    if (await projects.hold_project(tx, project_id))["state"] == "terminated":
        raise ProjectTerminated()


def _row(linkage_id: UUID, given: LinkageIn, found: tuple[CheckedHousehold, date]) -> dict[str, Any]:
    household, as_of = found
    return {
        **given.model_dump(),
        "id": linkage_id,
        "region_code": household.region_code,
        "household_type": household.household_type,
        "monitoring_type": household.monitoring_type,
        "as_of": as_of,
    }


async def find(tx: Transaction, linkage_id: UUID) -> dict[str, Any]:
    """Raises ``NotFound`` also for one outside the reach."""
    return _shown(tx, await _found(tx, linkage_id))


async def _found(tx: Transaction, linkage_id: UUID) -> Mapping[Any, Any]:
    row = await repository.linkage(tx, linkage_id)
    if row is None:
        raise NotFound()
    return row


def _shown(tx: Transaction, row: Mapping[Any, Any]) -> dict[str, Any]:
    if sees_households(tx):
        return dict(row)
    return {**row, "household_id": None, "note": None}


async def list_linkages(
    tx: Transaction, paging: Paging, *, region: str | None, filters: Mapping[str, Any]
) -> dict[str, Any]:
    """``filters``: project_id, household_id, kind, on, withdrawn. Who may not know a household cannot ask for it."""
    if filters["household_id"] is not None and not sees_households(tx):
        return {"items": [], "next_cursor": None}
    reach = region_range(region) if region else None
    rows = await repository.linkages(tx, filters, reach, paging.after_id(), paging.limit + 1)
    return page([_shown(tx, row) for row in rows], paging, lambda row: [row["id"]])


async def versions(tx: Transaction, linkage_id: UUID) -> dict[str, Any]:
    """Everything that was said of a linkage, the first version first."""
    await _found(tx, linkage_id)
    in_full = sees_households(tx)
    rows = [
        {**row, "note": row["note"] if in_full else None, "reason": row["reason"] if in_full else None}
        for row in await repository.versions(tx, linkage_id)
    ]
    return {"items": rows, "next_cursor": None}


async def change(
    tx: Transaction, linkage_id: UUID, given: LinkageChange, if_match: IfMatch
) -> dict[str, Any]:
    """End, correct or withdraw a linkage by a new version.

    Raises ``LinkageWithdrawn``, ``LinkageRepeated``, ``InvalidLinkages``, ``NothingToChange``.
    """
    changed = given.model_fields_set - {"reason"}
    if not changed:
        raise NothingToChange()
    await projects.hold_project(tx, (await _found(tx, linkage_id))["project_id"])
    found = await _found(tx, linkage_id)
    if_match.check(found["version"])
    if found["withdrawn"]:
        raise LinkageWithdrawn()
    # An end or a note can be taken away by null; an amount and a beginning cannot.
    said = {
        name: getattr(given, name)
        for name in changed & {"amount", "starts_on", "ends_on", "note"}
        if getattr(given, name) is not None or name in ("ends_on", "note")
    }
    values = {**found, **said, "withdrawn": given.withdrawn}
    period = Period(values["starts_on"], values["ends_on"])
    if wrong := problems(values["kind"], values["amount"], period):
        raise InvalidLinkages([FieldError(f"/{field}", code, message) for field, code, message in wrong])
    bond = (values["project_id"], values["household_id"], values["kind"], period.starts_on, period.ends_on)
    if not given.withdrawn and await repository.meeting(tx, [bond], linkage_id):
        raise LinkageRepeated()
    values |= {"version": found["version"] + 1, "reason": given.reason}
    if not await repository.add_version(tx, values):
        raise PreconditionFailed()
    await record(tx, "linkage.changed", f"linkage/{linkage_id}", {"changed": sorted(changed)})
    return await find(tx, linkage_id)


async def counts(
    tx: Transaction, paging: Paging, *, year: int | None, region: str | None, project_id: UUID | None
) -> dict[str, Any]:
    """By project: linkages that hold in a year (this one)."""
    asked = _asked(tx, paging, year, region)
    rows = await repository.counts(tx, {**asked, "project_id": project_id})
    items = [{**row, "year": asked["year"]} for row in rows]
    return page(items, paging, lambda row: [row["project_id"]])


async def findings(
    tx: Transaction, paging: Paging, *, year: int | None, region: str | None
) -> dict[str, Any]:
    """Industry projects, begun by the end of a year (this one), that benefit no household in it."""
    rows = await repository.without(tx, _asked(tx, paging, year, region))
    items = [{**row, "finding": "no_linkage", "message": NO_LINKAGE} for row in rows]
    return page(items, paging, lambda row: [row["project_id"]])


def _asked(tx: Transaction, paging: Paging, year: int | None, region: str | None) -> dict[str, Any]:
    start, end = region_range(region) if region else (None, None)
    return {
        "year": year or tx.today.year,
        "start": start,
        "end": end,
        "after": paging.after_id(),
        "limit": paging.limit + 1,
    }
