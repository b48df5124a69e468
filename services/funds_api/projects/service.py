"""Putting projects into the library, arranging money for them, and moving them on (policy.md, Funds)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.funds_api.ledger import years
from services.funds_api.ledger.service import Document, Move, allocation_account, book, project_account
from services.funds_api.projects import funding, funding_repository, library_repository, repository
from services.funds_api.projects.errors import (
    AppraisalNotPassed,
    AppraisalRequired,
    BudgetTooSmall,
    ContractsOpen,
    DuplicateAllocation,
    DuplicateYear,
    FundingOfNothing,
    IllegalTransition,
    NothingToChange,
    NotInReserve,
    OnNegativeList,
    ReasonRequired,
    YearNotPlanned,
)
from services.funds_api.projects.rules import NEEDS_REASON, following, listed
from services.funds_api.projects.schemas import (
    FundingChangeIn,
    FundingIn,
    PlannedYear,
    ProjectChange,
    ProjectIn,
    SelectionIn,
    TransitionIn,
)
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

    Raises ``OnNegativeList``, ``YearClosed``, ``InsufficientAllocation`` beyond what an allocation still has.
    """
    total = _check_fundings(given.allocations)
    if given.budget is not None and given.budget < total:
        raise BudgetTooSmall()
    _check_plan(given.plan)
    await check_region(tx, given.region_code)
    await _check_negative_list(tx, given.name, given.category)
    await years.require_open(tx, given.year)
    shares = [Share(each.allocation_id, each.amount) for each in given.allocations]
    await sources.require_open(tx, {share.allocation_id for share in shares})
    await sources.budget(tx, shares)
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
    for place, funding_of in enumerate(fundings):
        if funding_of.allocation_id in seen:
            raise DuplicateAllocation(place)
        seen.add(funding_of.allocation_id)
    return sum((funding_of.amount for funding_of in fundings), Decimal("0.00"))


def _check_plan(plan: Sequence[PlannedYear]) -> None:
    seen = set()
    for place, planned in enumerate(plan):
        if planned.year in seen:
            raise DuplicateYear(place)
        seen.add(planned.year)


async def _check_negative_list(tx: Transaction, name: str, category: str) -> None:
    rules = await parameter(tx, "project_negative_list")
    if rule := listed(name, category, rules.value):
        raise OnNegativeList(rule)


async def _add_fundings(tx: Transaction, project_id: UUID, given: ProjectIn) -> None:
    await funding_repository.add_parts(
        tx,
        [
            part.model_dump()
            | {"project_id": project_id, "region_code": given.region_code, "position": position}
            for position, part in enumerate(given.allocations)
        ],
    )
    moves = [
        Move(
            allocation_account(part.allocation_id),
            project_account(project_id, part.allocation_id),
            part.amount,
        )
        for part in given.allocations
    ]
    await book(tx, Document("project", project_id, given.region_code), moves)


async def find_project(tx: Transaction, project_id: UUID) -> dict[str, Any]:
    """Raises ``NotFound`` also for a project outside the reach."""
    row = await repository.project(tx, project_id)
    if row is None:
        raise NotFound()
    return dict(row)


async def list_projects(
    tx: Transaction, paging: Paging, *, region: str | None, filters: Mapping[str, Any]
) -> dict[str, Any]:
    """``filters``: year, state, category, planned_year, overdue."""
    reach = region_range(region) if region else None
    rows = await repository.projects(tx, filters, reach, paging.after_id(), paging.limit + 1)
    return page([dict(row) for row in rows], paging, lambda row: [row["id"]])


async def change_project(
    tx: Transaction, project_id: UUID, given: ProjectChange, if_match: IfMatch
) -> dict[str, Any]:
    """Change a project's name, budget or rolling plan.

    Raises ``OnNegativeList``, ``BudgetTooSmall`` below what it has been given.
    """
    changes = given.model_dump(exclude_unset=True, exclude_none=True)
    if not changes:
        raise NothingToChange()
    found = await _locked(tx, project_id, if_match)
    if given.plan is not None:
        _check_plan(given.plan)
    if given.name is not None:
        await _check_negative_list(tx, given.name, found["category"])
    if given.budget is not None and given.budget < await _arranged(tx, project_id):
        raise BudgetTooSmall()
    await _change(tx, project_id, found, changes)
    await record(tx, "project.changed", f"project/{project_id}", {"changed": sorted(changes)})
    return await find_project(tx, project_id)


async def select_project(
    tx: Transaction, project_id: UUID, given: SelectionIn, if_match: IfMatch
) -> dict[str, Any]:
    """Pull a reserve project into a year of its rolling plan.

    Raises ``NotInReserve``, ``YearNotPlanned`` where it has a plan without that year, ``YearClosed``.
    """
    found = await _locked(tx, project_id, if_match)
    if found["state"] != "reserve":
        raise NotInReserve()
    if found["plan"] and given.year not in {planned["year"] for planned in found["plan"]}:
        raise YearNotPlanned()
    await years.require_open(tx, given.year)
    changes = {"year": given.year, "selection_document_no": given.document_no}
    await _change(tx, project_id, found, changes)
    await record(tx, "project.selected", f"project/{project_id}", {"year": given.year})
    return await find_project(tx, project_id)


async def change_funding(tx: Transaction, project_id: UUID, given: FundingChangeIn) -> dict[str, Any]:
    """Arrange more of an allocation for a project, or give back what is free of it (negative).

    Raises ``ProjectTerminated``, ``BudgetTooSmall``, ``InsufficientAllocation``, ``YearClosed``.
    """
    if given.amount == 0:
        raise FundingOfNothing()
    found = await repository.state(tx, project_id, "FOR NO KEY UPDATE")
    if found is None:
        raise NotFound()
    region = found["region_code"]
    if given.amount > 0:
        await funding.arrangeable(tx, project_id)
        await sources.require_open(tx, {given.allocation_id})
    else:
        await sources.hold_years(tx, {given.allocation_id})
    parts = await funding_repository.lock_parts(tx, project_id)
    if given.amount > 0 and sum(part["amount"] for part in parts) + given.amount > found["budget"]:
        raise BudgetTooSmall("/amount")
    free = {part["allocation_id"]: part["free"] for part in parts}
    if given.amount < 0 and free.get(given.allocation_id, Decimal("0.00")) + given.amount < 0:
        raise InsufficientAllocation(free.get(given.allocation_id, Decimal("0.00")), given.allocation_id)
    share = Share(given.allocation_id, given.amount)
    if given.allocation_id in free:
        await funding.change(tx, project_id, [share], {"amount": 1})
    else:
        part = {"project_id": project_id, "region_code": region, "amount": given.amount, "committed": 0}
        await funding_repository.add_to_part(tx, part | {"allocation_id": given.allocation_id})
    await funding.arrange(tx, Document("funding", project_id, region), project_id, [share])
    detail = {"allocation_id": str(given.allocation_id), "amount": str(given.amount), "reason": given.reason}
    await record(tx, "project.funded", f"project/{project_id}", detail)
    return await find_project(tx, project_id)


async def move_project(
    tx: Transaction, project_id: UUID, given: TransitionIn, if_match: IfMatch
) -> dict[str, Any]:
    """Move a project on, one state at a time: checks its version (428, 412), then the table (409).

    Raises ``IllegalTransition``, ``ReasonRequired``, ``AppraisalRequired``, ``AppraisalNotPassed``. A terminated
    project gives back what it has not used; ``ContractsOpen`` where contracts still bind some of it.
    """
    found = await _locked(tx, project_id, if_match)
    before = found["state"]
    allowed = following(before, found["suspended_from"])
    if given.to not in allowed:
        raise IllegalTransition(before, allowed)
    if given.to in NEEDS_REASON and not given.reason:
        raise ReasonRequired()
    if before == "reserve" and given.to == "started":
        await _check_appraisal(tx, project_id, given.appraisal_document_no)
    values = {
        "to": given.to,
        "suspended_from": before if given.to == "suspended" else None,
        "appraisal": given.appraisal_document_no,
    }
    if not await repository.move(tx, project_id, found["version"], values):
        raise PreconditionFailed()
    if given.to == "terminated":
        await _give_back_all(tx, project_id, found["region_code"])
    step = {"from_state": before, "to_state": given.to, "reason": given.reason}
    await library_repository.add_paper(
        tx,
        "project_transition",
        project_id,
        found["region_code"],
        {**step, "document_no": given.document_no or given.appraisal_document_no},
    )
    await record(tx, "project.moved", f"project/{project_id}", {"from": before, "to": given.to})
    return await find_project(tx, project_id)


async def _check_appraisal(tx: Transaction, project_id: UUID, document_no: str | None) -> None:
    """A project whose last appraisal failed does not start; one without any does where the county allows it."""
    last = await library_repository.last_paper(tx, "project_appraisal", project_id)
    if last is not None and last["result"] != "passed":
        raise AppraisalNotPassed()
    if last is None and document_no is None:
        rule = await parameter(tx, "appraisal_required")
        if rule.value:
            raise AppraisalRequired()


async def _give_back_all(tx: Transaction, project_id: UUID, region: str) -> None:
    parts = await funding.lock_parts(tx, project_id, tx.today)
    if any(part.committed for part in parts):
        raise ContractsOpen()
    shares = [Share(part.allocation_id, -part.free) for part in parts if part.free]
    await funding.change(tx, project_id, shares, {"amount": 1})
    await funding.arrange(tx, Document("funding", project_id, region), project_id, shares)


async def hold_project(tx: Transaction, project_id: UUID) -> RowMapping:
    """State, region and category of a project that nobody moves or pays for until the transaction ends."""
    found = await repository.state(tx, project_id, "FOR NO KEY UPDATE")
    if found is None:
        raise NotFound()
    return found


async def _locked(tx: Transaction, project_id: UUID, if_match: IfMatch) -> RowMapping:
    found = await hold_project(tx, project_id)
    if_match.check(found["version"])
    return found


async def _arranged(tx: Transaction, project_id: UUID) -> Decimal:
    parts = await funding_repository.lock_parts(tx, project_id)
    return sum((part["amount"] for part in parts), Decimal("0.00"))


async def _change(tx: Transaction, project_id: UUID, found: RowMapping, changes: Mapping[str, Any]) -> None:
    kept = {name: found[name] for name in ("name", "budget", "plan", "year")}
    values = {**kept, "selection_document_no": None, **changes}
    if not await repository.change(tx, project_id, found["version"], values):
        raise PreconditionFailed()
