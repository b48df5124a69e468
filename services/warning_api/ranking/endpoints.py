"""The quarterly ranking of townships."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Query, Response

from services.warning_api.cycles.quarters import QuarterCode
from services.warning_api.ranking import proposals, schemas, service
from services.warning_api.ranking.sheet import ranking_sheet
from shared.db import Transaction
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.route import allowed
from shared.runtime.schema import RegionCode
from shared.runtime.tables import table_response
from shared.tables.content_types import negotiate

router = make_router("rankings")

Reader = Annotated[Transaction, allowed("rankings:read")]
Writer = Annotated[Transaction, allowed("rankings:write")]


@router.post("/v1/rankings", status_code=201, response_model=schemas.RankingInFull)
async def compute_ranking(wanted: schemas.RankingIn, response: Response, tx: Writer) -> dict[str, Any]:
    """Rank the townships by what the quarter's rows say now; computed again it is the next edition."""
    ranking_id = await service.compute(tx, wanted.quarter)
    response.headers["Location"] = f"/v1/rankings/{ranking_id}"
    return await _ranking(tx, ranking_id, response)


@router.get("/v1/rankings", response_model=Page[schemas.Ranking])
async def list_rankings(paging: PageQuery, tx: Reader, quarter: QuarterCode | None = None) -> dict[str, Any]:
    """Rankings in the order they were computed; those that are published, except for the county."""
    return await service.list_rankings(tx, quarter, paging)


@router.get("/v1/rankings/{ranking_id}", response_model=schemas.RankingInFull)
async def read_ranking(
    ranking_id: UUID,
    response: Response,
    tx: Reader,
    accept: Annotated[str | None, Header()] = None,
) -> Any:
    """A ranking with the numbers of every township, the best first; as XLSX or CSV to hand out."""
    kind = negotiate(accept, ("json", "xlsx", "csv"))
    if kind == "xlsx" or kind == "csv":
        found = await service.describe(tx, ranking_id)
        return await table_response(kind, ranking_sheet(found), f"ranking-{found['quarter']}")
    return await _ranking(tx, ranking_id, response)


@router.post("/v1/rankings/{ranking_id}/publication", response_model=schemas.RankingInFull)
async def publish_ranking(
    ranking_id: UUID, expected: Precondition, response: Response, tx: Writer
) -> dict[str, Any]:
    """Fix the latest edition and show it to townships and supervisors; by another person than who made it."""
    await service.publish(tx, ranking_id, expected)
    return await _ranking(tx, ranking_id, response)


@router.get(
    "/v1/rankings/{ranking_id}/townships/{township_code}/evidence",
    response_model=Page[schemas.EvidenceRow],
)
async def read_evidence(
    ranking_id: UUID,
    township_code: RegionCode,
    component: Annotated[str, Query(max_length=64)],
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("ranking_evidence:read")],
    counted: bool | None = None,
) -> dict[str, Any]:
    """The rows behind one number, as they were when it was computed; for the county and the township itself."""
    return await service.evidence(tx, ranking_id, township_code, component, counted, paging)


@router.get("/v1/rankings/{ranking_id}/proposals", response_model=Page[schemas.Proposal])
async def list_proposals(ranking_id: UUID, paging: PageQuery, tx: Reader) -> dict[str, Any]:
    """What is proposed for the last places; what was issued, except for the county."""
    await service.held(tx, ranking_id)
    return await proposals.page_of(tx, ranking_id, paging)


@router.post("/v1/rankings/{ranking_id}/proposals/{proposal_id}/decision", response_model=schemas.Proposal)
async def decide_proposal(
    ranking_id: UUID,
    proposal_id: UUID,
    wanted: schemas.DecisionIn,
    expected: Precondition,
    response: Response,
    tx: Writer,
) -> dict[str, Any]:
    """``issue`` or ``dismiss``, with the reason; people decide, and not who made the ranking."""
    ranking = await service.held(tx, ranking_id)
    decided = await proposals.decide(tx, ranking, proposal_id, wanted, expected)
    tagged(response, decided["version"])
    return decided


async def _ranking(tx: Transaction, ranking_id: UUID, response: Response) -> dict[str, Any]:
    found = await service.describe(tx, ranking_id)
    tagged(response, found["version"])
    return found
