"""Routes of the papers of the library."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.funds_api.projects import library
from services.funds_api.projects.library_schemas import (
    AppraisalIn,
    AppraisalOut,
    EvaluationIn,
    EvaluationOut,
    GoalsIn,
    GoalsOut,
    MilestoneChange,
    MilestoneIn,
    MilestoneOut,
    TransitionOut,
)
from services.funds_api.purposes import Year
from shared.db.transaction import Transaction
from shared.pagination.cursors import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.route import allowed
from shared.runtime.schema import RegionCode

router = make_router("项目库")

Reading = Annotated[Transaction, allowed("funds:read")]
Writing = Annotated[Transaction, allowed("funds:write")]


@router.get("/v1/projects/{project_id}/transitions", response_model=Page[TransitionOut])
async def list_transitions(project_id: UUID, tx: Reading, paging: PageQuery) -> dict[str, Any]:
    """项目状态流转的经过。"""
    return await library.list_papers(tx, "project_transition", project_id, paging)


@router.post("/v1/projects/{project_id}/appraisals", status_code=201, response_model=AppraisalOut)
async def appraise(project_id: UUID, given: AppraisalIn, tx: Writing) -> dict[str, Any]:
    """登记项目评审结果，以最近一次为准。"""
    return await library.appraise(tx, project_id, given)


@router.get("/v1/projects/{project_id}/appraisals", response_model=Page[AppraisalOut])
async def list_appraisals(project_id: UUID, tx: Reading, paging: PageQuery) -> dict[str, Any]:
    """项目的历次评审。"""
    return await library.list_papers(tx, "project_appraisal", project_id, paging)


@router.post("/v1/projects/{project_id}/milestones", status_code=201, response_model=MilestoneOut)
async def add_milestone(
    project_id: UUID, given: MilestoneIn, tx: Writing, response: Response
) -> dict[str, Any]:
    """计划一个进度节点。"""
    made = await library.add_milestone(tx, project_id, given)
    tagged(response, made["version"])
    return made


@router.get("/v1/milestones", response_model=Page[MilestoneOut])
async def list_milestones(
    tx: Reading,
    paging: PageQuery,
    project_id: UUID | None = None,
    year: Year | None = None,
    region: Annotated[RegionCode | None, Query()] = None,
    late: bool | None = None,
) -> dict[str, Any]:
    """项目进度节点；late 为滞后的节点。"""
    return await library.list_milestones(
        tx, paging, project_id=project_id, year=year, region=region, late=late
    )


@router.get("/v1/milestones/{milestone_id}", response_model=MilestoneOut)
async def find_milestone(milestone_id: UUID, tx: Reading, response: Response) -> dict[str, Any]:
    """一个进度节点。"""
    found = await library.find_milestone(tx, milestone_id)
    tagged(response, found["version"])
    return found


@router.patch("/v1/milestones/{milestone_id}", response_model=MilestoneOut)
async def change_milestone(
    milestone_id: UUID, given: MilestoneChange, if_match: Precondition, tx: Writing, response: Response
) -> dict[str, Any]:
    """登记节点完成日期，或说明理由后调整计划日期。"""
    changed = await library.change_milestone(tx, milestone_id, given, if_match)
    tagged(response, changed["version"])
    return changed


@router.post("/v1/projects/{project_id}/performance-goals", status_code=201, response_model=GoalsOut)
async def set_goals(project_id: UUID, given: GoalsIn, tx: Writing) -> dict[str, Any]:
    """设定绩效目标，权重合计 100。"""
    return await library.set_goals(tx, project_id, given)


@router.get("/v1/projects/{project_id}/performance-goals", response_model=Page[GoalsOut])
async def list_goals(project_id: UUID, tx: Reading, paging: PageQuery) -> dict[str, Any]:
    """项目历次设定的绩效目标，以最后一次为准。"""
    return await library.list_papers(tx, "performance_goals", project_id, paging)


@router.post(
    "/v1/projects/{project_id}/performance-evaluations", status_code=201, response_model=EvaluationOut
)
async def evaluate(project_id: UUID, given: EvaluationIn, tx: Writing) -> dict[str, Any]:
    """按绩效目标评价项目，算出得分和等次。"""
    return await library.evaluate(tx, project_id, given)


@router.get("/v1/projects/{project_id}/performance-evaluations", response_model=Page[EvaluationOut])
async def list_evaluations(project_id: UUID, tx: Reading, paging: PageQuery) -> dict[str, Any]:
    """项目的历次绩效评价。"""
    return await library.list_papers(tx, "performance_evaluation", project_id, paging)
