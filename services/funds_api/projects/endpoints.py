"""Routes of projects."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Response

from services.funds_api.projects import service
from services.funds_api.projects.rules import State
from services.funds_api.projects.schemas import (
    FundingChangeIn,
    ProjectChange,
    ProjectIn,
    ProjectOut,
    SelectionIn,
    TransitionIn,
)
from services.funds_api.purposes import Purpose, Year
from shared.db.transaction import Transaction
from shared.pagination.cursors import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.route import allowed
from shared.runtime.schema import RegionCode

router = make_router("项目")

Reading = Annotated[Transaction, allowed("funds:read")]
Writing = Annotated[Transaction, allowed("funds:write")]


@router.post("/v1/projects", status_code=201, response_model=ProjectOut)
async def add_project(given: ProjectIn, tx: Writing, response: Response) -> dict[str, Any]:
    """项目入库，并从各项指标安排资金。"""
    made = await service.add_project(tx, given)
    tagged(response, made["version"])
    return made


@router.get("/v1/projects", response_model=Page[ProjectOut])
async def list_projects(
    tx: Reading,
    paging: PageQuery,
    year: Year | None = None,
    state: State | None = None,
    category: Purpose | None = None,
    region: Annotated[RegionCode | None, Query()] = None,
    planned_year: Year | None = None,
    overdue: bool | None = None,
) -> dict[str, Any]:
    """项目清单；planned_year 为滚动计划中的年度，overdue 为逾期未竣工的项目。"""
    filters = {
        "year": year,
        "state": state,
        "category": category,
        "planned_year": planned_year,
        "overdue": overdue,
    }
    return await service.list_projects(tx, paging, region=region, filters=filters)


@router.get("/v1/projects/{project_id}", response_model=ProjectOut)
async def find_project(project_id: UUID, tx: Reading, response: Response) -> dict[str, Any]:
    """一个项目及其资金。"""
    found = await service.find_project(tx, project_id)
    tagged(response, found["version"])
    return found


@router.patch("/v1/projects/{project_id}", response_model=ProjectOut)
async def change_project(
    project_id: UUID, given: ProjectChange, if_match: Precondition, tx: Writing, response: Response
) -> dict[str, Any]:
    """修改项目名称、预算或滚动计划。"""
    changed = await service.change_project(tx, project_id, given, if_match)
    tagged(response, changed["version"])
    return changed


@router.post("/v1/projects/{project_id}/selection", response_model=ProjectOut)
async def select_project(
    project_id: UUID, given: SelectionIn, if_match: Precondition, tx: Writing, response: Response
) -> dict[str, Any]:
    """储备项目列入一个年度的计划。"""
    selected = await service.select_project(tx, project_id, given, if_match)
    tagged(response, selected["version"])
    return selected


@router.post("/v1/projects/{project_id}/fundings", status_code=201, response_model=ProjectOut)
async def change_funding(
    project_id: UUID, given: FundingChangeIn, tx: Writing, response: Response
) -> dict[str, Any]:
    """为项目追加资金，或把未用资金退回指标。"""
    changed = await service.change_funding(tx, project_id, given)
    tagged(response, changed["version"])
    return changed


@router.post("/v1/projects/{project_id}/transitions", response_model=ProjectOut)
async def move_project(
    project_id: UUID, given: TransitionIn, if_match: Precondition, tx: Writing, response: Response
) -> dict[str, Any]:
    """项目进入下一阶段，或暂停、恢复、终止。"""
    moved = await service.move_project(tx, project_id, given, if_match)
    tagged(response, moved["version"])
    return moved
