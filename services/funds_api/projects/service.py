"""Putting projects into the library, moving them on, and what payments take from their parts."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.funds_api.ledger.service import Document, Move, allocation_account, book, project_account
from services.funds_api.projects import repository
from services.funds_api.projects.errors import (
    AppraisalRequired,
    BudgetTooSmall,
    DuplicateAllocation,
    IllegalTransition,
    ProjectNotStarted,
)
from services.funds_api.projects.rules import PAYABLE, TRANSITIONS, split
from services.funds_api.projects.schemas import FundingIn, ProjectIn, TransitionIn
from services.funds_api.sources import service as sources
from services.funds_api.sources.errors import InsufficientAllocation
from services.funds_api.sources.service import Share
from services.funds_api.units import check_region
from shared.audit import record
from shared.db.identifiers import new_id
from shared.db.transaction import Transaction
from shared.errors import NotFound, PreconditionFailed
from shared.identifiers.regions import region_range
from shared.pagination.cursors import Paging, page
from shared.parameters import parameter
from shared.runtime.preconditions import IfMatch


async def add_project(tx: Transaction, given: ProjectIn) -> dict[str, Any]:
    """Put a project into the library (储备), with what it takes from each allocation.

    Raises ``InsufficientAllocation`` beyond what an allocation still has.
    """
    total = _check_fundings(given.allocations)
    if given.budget is not None and given.budget < total:
        raise BudgetTooSmall()
    await check_region(tx, given.region_code)
    await sources.budget(tx, [Share(each.allocation_id, each.amount) for each in given.allocations])
    project_id = new_id()
    values = given.model_dump(exclude={"allocations"}) | {"id": project_id}
    await repository.add_project(tx, values | {"budget": total if given.budget is None else given.budget})
    if given.allocations:
        await _add_fundings(tx, project_id, given)
    await record(tx, "project.added", f"project/{project_id}", {"allocated": str(total)})
    return await find_project(tx, project_id)


def _check_fundings(fundings: Sequence[FundingIn]) -> Decimal:
    """The sum; refuses an allocation that is listed twice."""
    seen = set()
    for place, funding in enumerate(fundings):
        if funding.allocation_id in seen:
            raise DuplicateAllocation(place)
        seen.add(funding.allocation_id)
    return sum((funding.amount for funding in fundings), Decimal("0.00"))


async def _add_fundings(tx: Transaction, project_id: UUID, given: ProjectIn) -> None:
    await repository.add_fundings(
        tx,
        [
            funding.model_dump()
            | {"project_id": project_id, "region_code": given.region_code, "position": position}
            for position, funding in enumerate(given.allocations)
        ],
    )
    moves = [
        Move(
            allocation_account(funding.allocation_id),
            project_account(project_id, funding.allocation_id),
            funding.amount,
        )
        for funding in given.allocations
    ]
    await book(tx, Document("project", project_id, given.region_code), moves)


async def find_project(tx: Transaction, project_id: UUID) -> dict[str, Any]:
    """Raises ``NotFound`` also for a project outside the reach."""
    row = await repository.project(tx, project_id)
    if row is None:
        raise NotFound()
    return dict(row)


async def list_projects(
    tx: Transaction,
    paging: Paging,
    *,
    year: int | None,
    state: str | None,
    category: str | None,
    region: str | None,
) -> dict[str, Any]:
    filters = {"year": year, "state": state, "category": category}
    reach = region_range(region) if region else None
    rows = await repository.projects(tx, filters, reach, paging.after_id(), paging.limit + 1)
    return page([dict(row) for row in rows], paging, lambda row: [row["id"]])


async def move_project(
    tx: Transaction, project_id: UUID, given: TransitionIn, if_match: IfMatch
) -> dict[str, Any]:
    """Move a project on, one state at a time: checks its version (428, 412), then the table (409)."""
    found = await repository.state(tx, project_id)
    if found is None:
        raise NotFound()
    if_match.check(found["version"])
    following = TRANSITIONS[found["state"]]
    if given.to not in following:
        raise IllegalTransition(found["state"], following)
    if found["state"] == "reserve" and given.appraisal_document_no is None:
        rule = await parameter(tx, "appraisal_required")
        if rule.value:
            raise AppraisalRequired()
    moved = await repository.move(tx, project_id, found["version"], given.to, given.appraisal_document_no)
    if not moved:
        raise PreconditionFailed()
    await record(tx, "project.moved", f"project/{project_id}", {"from": found["state"], "to": given.to})
    return await find_project(tx, project_id)


async def payable(tx: Transaction, project_id: UUID) -> str:
    """The region of a project that may be paid for: it has started. ``NotFound``, ``ProjectNotStarted``."""
    found = await repository.state(tx, project_id)
    if found is None:
        raise NotFound()
    if found["state"] not in PAYABLE:
        raise ProjectNotStarted()
    return str(found["region_code"])


async def draw(tx: Transaction, project_id: UUID, amount: Decimal, *, retention: bool) -> list[Share]:
    """Take a payment out of the project's parts, the first listed first.

    Raises ``InsufficientAllocation`` with what is left of all parts together.
    """
    parts = await repository.lock_fundings(tx, project_id)
    free = [part["free"] for part in parts]
    taken = split(amount, free)
    if taken is None:
        raise InsufficientAllocation(sum(free, Decimal("0.00")))
    shares = [
        Share(part["allocation_id"], part_of_it)
        for part, part_of_it in zip(parts, taken, strict=True)
        if part_of_it
    ]
    await _pay(tx, project_id, shares, retention=retention)
    return shares


async def give_back(tx: Transaction, project_id: UUID, shares: Sequence[Share], *, retention: bool) -> None:
    """Undo ``draw``: ``shares`` are its own, negative."""
    await repository.lock_fundings(tx, project_id)
    await _pay(tx, project_id, shares, retention=retention)


async def _pay(tx: Transaction, project_id: UUID, shares: Sequence[Share], *, retention: bool) -> None:
    nothing = Decimal(0)
    await repository.pay(
        tx,
        project_id,
        [
            {
                "allocation_id": share.allocation_id,
                "paid": nothing if retention else share.amount,
                "retained": share.amount if retention else nothing,
            }
            for share in shares
        ],
    )
