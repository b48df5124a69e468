"""Plans, measures and obstacles of a case."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query, Response

from services.household_api.assistance import measures, obstacles, schemas, service
from shared.db import Transaction
from shared.pagination import Page, PageQuery, page
from shared.parameters import parameter
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.route import allowed
from shared.runtime.schema import RegionCode

router = make_router("assistance")

ReadCases = Annotated[Transaction, allowed("cases:read")]
WriteCases = Annotated[Transaction, allowed("cases:write")]
PeriodNo = Annotated[int | None, Query(ge=1, le=1000, description="第几轮监测，缺省为当前一轮")]


@router.get("/v1/measure-kinds", response_model=Page[schemas.MeasureKindTold])
async def list_measure_kinds(tx: ReadCases) -> dict[str, Any]:
    """The kinds of measures of the county, with the risks that they answer."""
    return {"items": (await parameter(tx, "measure_kinds")).value, "next_cursor": None}


@router.get("/v1/cases/{case_id}/plan", response_model=schemas.Plan)
async def read_plan(
    case_id: UUID, response: Response, tx: ReadCases, period: PeriodNo = None
) -> dict[str, Any]:
    """The plan with its measures and obstacles, what it lacks and what is doubtful about it."""
    return await _plan(tx, case_id, response, period)


@router.put("/v1/cases/{case_id}/plan", response_model=schemas.Plan)
async def put_plan(
    case_id: UUID, wanted: schemas.NewPlan, expected: Precondition, response: Response, tx: WriteCases
) -> dict[str, Any]:
    """Draw up, change or confirm the plan; an If-Match that is sent is checked."""
    await service.put(tx, case_id, wanted, expected)
    return await _plan(tx, case_id, response, None)


@router.get("/v1/cases/{case_id}/measures", response_model=Page[schemas.Measure])
async def list_measures(case_id: UUID, tx: ReadCases, period: PeriodNo = None) -> dict[str, Any]:
    """The measures of all periods, or of one."""
    return {"items": await measures.list_measures(tx, case_id, period), "next_cursor": None}


@router.post("/v1/cases/{case_id}/measures", status_code=201, response_model=schemas.Measure)
async def enter_measure(
    case_id: UUID, wanted: schemas.NewMeasure, response: Response, tx: WriteCases
) -> dict[str, Any]:
    """Add a measure; in the green channel also before the approval."""
    measure_id = await measures.enter(tx, case_id, wanted)
    response.headers["Location"] = f"/v1/cases/{case_id}/measures/{measure_id}"
    return await _measure(tx, case_id, measure_id, response)


@router.get("/v1/cases/{case_id}/measures/{measure_id}", response_model=schemas.Measure)
async def read_measure(case_id: UUID, measure_id: UUID, response: Response, tx: ReadCases) -> dict[str, Any]:
    """One measure as it stands."""
    return await _measure(tx, case_id, measure_id, response)


@router.patch("/v1/cases/{case_id}/measures/{measure_id}", response_model=schemas.Measure)
async def change_measure(
    case_id: UUID,
    measure_id: UUID,
    wanted: schemas.MeasureChange,
    expected: Precondition,
    response: Response,
    tx: WriteCases,
) -> dict[str, Any]:
    """Note how a measure is carried out, and its effect."""
    await measures.change(tx, case_id, measure_id, wanted, expected)
    return await _measure(tx, case_id, measure_id, response)


@router.get("/v1/obstacles", response_model=Page[schemas.Obstacle])
async def list_obstacle_ledger(
    paging: PageQuery,
    tx: ReadCases,
    region: RegionCode | None = None,
    state: Literal["open", "removed"] | None = None,
    overdue: bool = False,
) -> dict[str, Any]:
    """The ledger of obstacles (堵点台账) of all cases, the newest first."""
    found = await obstacles.ledger(tx, region, state, overdue, paging.after_id(), paging.limit)
    return page(found, paging, lambda row: [row["id"]])


@router.get("/v1/cases/{case_id}/obstacles", response_model=Page[schemas.Obstacle])
async def list_obstacles(case_id: UUID, tx: ReadCases, period: PeriodNo = None) -> dict[str, Any]:
    """What keeps the risk from being removed (堵点症结), in all periods or in one."""
    return {"items": await obstacles.list_obstacles(tx, case_id, period), "next_cursor": None}


@router.post("/v1/cases/{case_id}/obstacles", status_code=201, response_model=schemas.Obstacle)
async def enter_obstacle(
    case_id: UUID, wanted: schemas.NewObstacle, response: Response, tx: WriteCases
) -> dict[str, Any]:
    """Enter an obstacle with the next measure."""
    obstacle_id = await obstacles.enter(tx, case_id, wanted)
    response.headers["Location"] = f"/v1/cases/{case_id}/obstacles/{obstacle_id}"
    return await _obstacle(tx, case_id, obstacle_id, response)


@router.get("/v1/cases/{case_id}/obstacles/{obstacle_id}", response_model=schemas.Obstacle)
async def read_obstacle(
    case_id: UUID, obstacle_id: UUID, response: Response, tx: ReadCases
) -> dict[str, Any]:
    """One obstacle as it stands."""
    return await _obstacle(tx, case_id, obstacle_id, response)


@router.patch("/v1/cases/{case_id}/obstacles/{obstacle_id}", response_model=schemas.Obstacle)
async def change_obstacle(
    case_id: UUID,
    obstacle_id: UUID,
    wanted: schemas.ObstacleChange,
    expected: Precondition,
    response: Response,
    tx: WriteCases,
) -> dict[str, Any]:
    """Another next measure, or the obstacle removed."""
    await obstacles.change(tx, case_id, obstacle_id, wanted, expected)
    return await _obstacle(tx, case_id, obstacle_id, response)


async def _plan(tx: Transaction, case_id: UUID, response: Response, period: int | None) -> dict[str, Any]:
    found = await service.describe(tx, case_id, period)
    tagged(response, found["version"])
    return found


async def _measure(tx: Transaction, case_id: UUID, measure_id: UUID, response: Response) -> dict[str, Any]:
    found = await measures.describe(tx, case_id, measure_id)
    tagged(response, found["version"])
    return found


async def _obstacle(tx: Transaction, case_id: UUID, obstacle_id: UUID, response: Response) -> dict[str, Any]:
    found = await obstacles.describe(tx, case_id, obstacle_id)
    tagged(response, found["version"])
    return found
