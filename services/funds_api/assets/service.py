"""Registering what projects have made, and what is said of it afterwards (policy.md, Funds: assets)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.funds_api.assets import keepers, repository
from services.funds_api.assets.errors import (
    AssetDisposed,
    DuplicateRegisterNo,
    InvalidOwner,
    NothingToChange,
    OwnerNotFound,
    ProjectNotAccepted,
    ValueExceedsSpent,
)
from services.funds_api.assets.rules import FINDINGS, REGISTRABLE, Kind, owner_problems
from services.funds_api.assets.schemas import AssetChange, AssetIn, OwnerIn
from services.funds_api.projects import service as projects
from services.funds_api.projects.schemas import TransitionIn
from services.funds_api.registry import find_households
from services.funds_api.units import check_region
from shared.audit import record
from shared.db.identifiers import new_id
from shared.db.transaction import Transaction
from shared.errors import NotFound
from shared.identifiers.regions import region_range
from shared.pagination.cursors import Paging, page
from shared.parameters import parameter
from shared.runtime.preconditions import IfMatch


async def check_owner(tx: Transaction, owner: OwnerIn | None) -> None:
    """Raises ``OwnerNotFound`` for a household that is not registered, ``RegistryAway``. Before the first statement."""
    if owner is None or owner.household_id is None:
        return
    ((household, _),) = await find_households(tx, [(owner.household_id, tx.today)])
    if not household.found:
        raise OwnerNotFound()


async def add_asset(tx: Transaction, given: AssetIn) -> dict[str, Any]:
    """Register what an accepted project has made; the first asset moves the project on to ``asset``.

    Raises ``ProjectNotAccepted``, ``ValueExceedsSpent``, ``DuplicateRegisterNo``, ``InvalidOwner``.
    """
    _check_owner_kind(given.kind, given.owner)
    await check_region(tx, given.region_code)
    # Nobody pays for the project, or registers another of its assets, until this one is in.
    held = await projects.hold_project(tx, given.project_id)
    if held["state"] not in REGISTRABLE:
        raise ProjectNotAccepted(held["state"])
    project = await projects.find_project(tx, given.project_id)
    free = project["paid"] + project["retained"] - await repository.value_of_project(tx, given.project_id)
    if given.original_value > free:
        raise ValueExceedsSpent(max(free, Decimal("0.00")))
    asset_id = new_id()
    if not await repository.add(tx, {**given.model_dump(exclude={"owner", "keeper"}), "id": asset_id}):
        raise DuplicateRegisterNo()
    said = {**_owner(given.owner), "name": given.name, "location": given.location, "reason": None}
    place = {"asset_id": asset_id, "version": 1, "region_code": given.region_code}
    kept = await keepers.seal(tx, given.keeper)
    await repository.add_version(tx, {**said, **place, **kept, "document_no": given.document_no})
    if held["state"] == "accepted":
        step = TransitionIn(to="asset", document_no=given.document_no)
        await projects.move_project(tx, given.project_id, step, IfMatch("*"))
    detail = {"project_id": str(given.project_id), "original_value": str(given.original_value)}
    await record(tx, "asset.registered", f"asset/{asset_id}", detail)
    return await find_asset(tx, asset_id)


def _check_owner_kind(kind: Kind, owner: OwnerIn) -> None:
    problems = owner_problems(
        kind,
        owner.kind,
        name=owner.name is not None,
        credit_code=owner.credit_code is not None,
        household=owner.household_id is not None,
    )
    if problems:
        raise InvalidOwner(problems)


def _owner(owner: OwnerIn) -> dict[str, Any]:
    return {
        "owner_kind": owner.kind,
        "owner_name": owner.name,
        "credit_code": owner.credit_code,
        "owner_household_id": owner.household_id,
    }


async def find_asset(tx: Transaction, asset_id: UUID) -> dict[str, Any]:
    """Raises ``NotFound`` also for an asset outside the reach."""
    row = await repository.asset(tx, asset_id)
    if row is None:
        raise NotFound()
    (shown,) = await keepers.opened(tx, [row])
    return shown


async def list_assets(
    tx: Transaction, paging: Paging, *, region: str | None, filters: Mapping[str, Any]
) -> dict[str, Any]:
    """``filters``: kind, state, project_id, not_reviewed_in."""
    reach = region_range(region) if region else None
    rows = await repository.assets(tx, filters, reach, paging.after_id(), paging.limit + 1)
    return page(await keepers.opened(tx, rows), paging, lambda row: [row["id"]])


async def versions(tx: Transaction, asset_id: UUID) -> dict[str, Any]:
    """Everything that was said of an asset, the first version first."""
    await find_asset(tx, asset_id)
    rows = await repository.versions(tx, asset_id)
    return {"items": await keepers.opened(tx, rows), "next_cursor": None}


async def change_asset(
    tx: Transaction, asset_id: UUID, given: AssetChange, if_match: IfMatch
) -> dict[str, Any]:
    """Another name, place, owner or keeper, as a new version.

    Raises ``AssetDisposed``, ``InvalidOwner``, ``NothingToChange``.
    """
    changed = set(given.model_dump(include={"name", "location", "owner"}, exclude_none=True))
    changed |= given.model_fields_set & {"keeper"}
    if not changed:
        raise NothingToChange()
    held = await _hold(tx, asset_id, "FOR NO KEY UPDATE")
    if_match.check(held["version"])
    _check_in_use(held)
    before = await repository.asset(tx, asset_id)
    if before is None:
        raise NotFound()
    said = {**before, **given.model_dump(include={"name", "location"}, exclude_none=True)}
    if given.owner is not None:
        _check_owner_kind(held["kind"], given.owner)
        said |= _owner(given.owner)
    if "keeper" in changed:
        said |= await keepers.seal(tx, given.keeper)
    said |= {"version": held["version"] + 1, "reason": given.reason, "document_no": given.document_no}
    await repository.add_version(tx, said)
    await repository.change(tx, asset_id, held["state"])
    await record(tx, "asset.changed", f"asset/{asset_id}", {"changed": sorted(changed)})
    return await find_asset(tx, asset_id)


async def hold_in_use(tx: Transaction, asset_id: UUID, lock: str = "FOR SHARE") -> RowMapping:
    """id, region_code, kind, state, version of an asset that stays as it is until the transaction ends.

    Raises ``NotFound``, ``AssetDisposed``.
    """
    held = await _hold(tx, asset_id, lock)
    _check_in_use(held)
    return held


async def _hold(tx: Transaction, asset_id: UUID, lock: str) -> RowMapping:
    held = await repository.hold(tx, asset_id, lock)
    if held is None:
        raise NotFound()
    return held


def _check_in_use(held: RowMapping) -> None:
    if held["state"] == "disposed":
        raise AssetDisposed()


async def findings(
    tx: Transaction, paging: Paging, *, year: int | None, finding: str | None, region: str | None
) -> dict[str, Any]:
    """What is wrong with assets in use, as of a year (this one): parameter ``asset_idle_years``."""
    (after,) = paging.after_text()
    as_of = year or tx.today.year
    idle_years = (await parameter(tx, "asset_idle_years")).value
    asked = {"year": as_of, "idle_years": idle_years, "finding": finding}
    reach = region_range(region) if region else None
    rows = await repository.findings(tx, asked, reach, after, paging.limit + 1)
    items = [{**row, "year": as_of, "message": FINDINGS[row["finding"]]} for row in rows]
    return page(items, paging, lambda row: [row["key"]])
