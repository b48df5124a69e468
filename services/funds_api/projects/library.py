"""The papers of the library: appraisals (评审), milestones with their delays, performance (绩效)."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.funds_api.projects import library_repository as repository
from services.funds_api.projects.errors import (
    DayAfterToday,
    GoalsDoNotFit,
    NoGoals,
    NothingToChange,
    ReasonRequired,
    WeightsNotWhole,
)
from services.funds_api.projects.library_repository import Paper
from services.funds_api.projects.library_schemas import (
    AppraisalIn,
    EvaluationIn,
    GoalsIn,
    MilestoneChange,
    MilestoneIn,
)
from services.funds_api.projects.repository import state
from services.funds_api.projects.rules import Goal, grade, score
from shared.audit import record
from shared.db.transaction import Transaction
from shared.errors import NotFound, PreconditionFailed
from shared.identifiers.regions import region_range
from shared.pagination.cursors import Paging, page
from shared.parameters import parameter
from shared.runtime.preconditions import IfMatch


async def list_papers(tx: Transaction, paper: Paper, project_id: UUID, paging: Paging) -> dict[str, Any]:
    """Everything of one kind that was said of a project. Raises ``NotFound`` outside the reach."""
    await _region(tx, project_id)
    rows = await repository.papers(tx, paper, project_id, paging.after_id(), paging.limit + 1)
    return page([dict(row) for row in rows], paging, lambda row: [row["id"]])


async def appraise(tx: Transaction, project_id: UUID, given: AppraisalIn) -> dict[str, Any]:
    """Record an appraisal: the last one counts."""
    return await _added(tx, "project_appraisal", project_id, given.appraised_on, given.model_dump())


async def set_goals(tx: Transaction, project_id: UUID, given: GoalsIn) -> dict[str, Any]:
    """Set a project's goals anew; the earlier ones stay to be read. Raises ``WeightsNotWhole``."""
    if sum((goal.weight for goal in given.goals), Decimal(0)) != 100:
        raise WeightsNotWhole()
    if len({goal.name for goal in given.goals}) != len(given.goals):
        raise GoalsDoNotFit(sorted({goal.name for goal in given.goals}))
    goals = [goal.model_dump(mode="json") for goal in given.goals]
    return await _added(tx, "performance_goals", project_id, tx.today, {"goals": goals})


async def evaluate(tx: Transaction, project_id: UUID, given: EvaluationIn) -> dict[str, Any]:
    """Evaluate a project against its goals: the score by their weights, the result by the county's grades.

    Raises ``NoGoals``, ``GoalsDoNotFit``.
    """
    await _region(tx, project_id)
    last = await repository.last_paper(tx, "performance_goals", project_id)
    if last is None:
        raise NoGoals()
    goals = [
        Goal(each["name"], each["unit"], Decimal(each["target"]), Decimal(each["weight"]))
        for each in last["goals"]
    ]
    actual = {each.name: each.actual for each in given.goals}
    if sorted(each.name for each in given.goals) != sorted(goal.name for goal in goals):
        raise GoalsDoNotFit([goal.name for goal in goals])
    points = score(goals, actual)
    grades = await parameter(tx, "performance_grades")
    reached = [{**each, "actual": str(actual[each["name"]])} for each in last["goals"]]
    values = {
        "goals_id": last["id"],
        "evaluated_on": given.evaluated_on,
        "document_no": given.document_no,
        "goals": reached,
        "score": points,
        "result": grade(points, grades.value),
        "rule_version": grades.version,
    }
    return await _added(tx, "performance_evaluation", project_id, given.evaluated_on, values)


async def _added(
    tx: Transaction, paper: Paper, project_id: UUID, on: date, values: dict[str, Any]
) -> dict[str, Any]:
    if on > tx.today:
        pointer = "/appraised_on" if paper == "project_appraisal" else "/evaluated_on"
        raise DayAfterToday(pointer)
    await repository.add_paper(tx, paper, project_id, await _region(tx, project_id), values)
    await record(tx, f"{paper}.added", f"project/{project_id}", {})
    added = await repository.last_paper(tx, paper, project_id)
    if added is None:
        raise NotFound()
    return dict(added)


async def add_milestone(tx: Transaction, project_id: UUID, given: MilestoneIn) -> dict[str, Any]:
    """Plan a milestone. What is planned first stays to be seen."""
    region = await _region(tx, project_id)
    values = {
        "name": given.name,
        "planned_on": given.planned_on,
        "first_planned_on": given.planned_on,
        "reached_on": None,
        "reason": None,
        "version": 1,
        "changed_at": tx.now,
    }
    milestone_id = await repository.add_paper(tx, "project_milestone", project_id, region, values)
    await record(tx, "milestone.planned", f"milestone/{milestone_id}", {"on": str(given.planned_on)})
    return await find_milestone(tx, milestone_id)


async def find_milestone(tx: Transaction, milestone_id: UUID) -> dict[str, Any]:
    """Raises ``NotFound`` also outside the reach."""
    rows = await repository.milestones(tx, {"id": milestone_id}, None, 1)
    if not rows:
        raise NotFound()
    return dict(rows[0])


async def list_milestones(
    tx: Transaction,
    paging: Paging,
    *,
    project_id: UUID | None,
    year: int | None,
    region: str | None,
    late: bool | None,
) -> dict[str, Any]:
    """``late``: reached after the planned day, or not yet reached though it has passed."""
    filters = {"project_id": project_id, "year": year, "late": late, "after": paging.after_id()}
    reach = region_range(region) if region else None
    rows = await repository.milestones(tx, filters, reach, paging.limit + 1)
    return page([dict(row) for row in rows], paging, lambda row: [row["id"]])


async def change_milestone(
    tx: Transaction, milestone_id: UUID, given: MilestoneChange, if_match: IfMatch
) -> dict[str, Any]:
    """Write down when a milestone was reached, or plan another day for it, with a reason.

    Raises ``NothingToChange``, ``DayAfterToday``, ``ReasonRequired``.
    """
    found = await find_milestone(tx, milestone_id)
    if_match.check(found["version"])
    if given.planned_on is None and given.reached_on is None:
        raise NothingToChange()
    if given.reached_on is not None and given.reached_on > tx.today:
        raise DayAfterToday("/reached_on")
    if given.planned_on is not None and not given.reason:
        raise ReasonRequired()
    changed = await repository.change_milestone(
        tx,
        milestone_id,
        found["version"],
        planned_on=given.planned_on or found["planned_on"],
        reached_on=given.reached_on or found["reached_on"],
        reason=given.reason or found["reason"],
    )
    if not changed:
        raise PreconditionFailed()
    after = await find_milestone(tx, milestone_id)
    days = ("planned_on", "reached_on")
    detail = {"from": {day: found[day] for day in days}, "to": {day: after[day] for day in days}}
    await record(tx, "milestone.changed", f"milestone/{milestone_id}", detail)
    return after


async def _region(tx: Transaction, project_id: UUID) -> str:
    found = await state(tx, project_id)
    if found is None:
        raise NotFound()
    return str(found["region_code"])
