"""Routes of cards."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Response

from services.funds_api.cards import proposals, schemas, service
from services.funds_api.cards.rules import State
from services.funds_api.purposes import Year
from shared.db import Transaction
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.route import allowed
from shared.runtime.schema import Day

router = make_router("黄牌红牌")

Reading = Annotated[Transaction, allowed("progress:read")]
Writing = Annotated[Transaction, allowed("funds:write")]


@router.get("/v1/cards/proposals", response_model=Page[schemas.Proposal])
async def list_proposals(tx: Reading, year: Year | None = None, as_of: Day | None = None) -> dict[str, Any]:
    """按规则提示应发牌的单位及各条原因：支出落后于节点、项目未按时开工、未按时竣工。由人决定发不发。"""
    day = as_of or tx.today
    return {"items": await proposals.proposals(tx, year or day.year, day), "next_cursor": None}


@router.post("/v1/cards", status_code=201, response_model=schemas.Card)
async def issue(given: schemas.CardIn, tx: Writing, response: Response) -> dict[str, Any]:
    """发牌；没有规则提示的须写明原因。"""
    made = await proposals.issue_card(
        tx, given.region_code, given.year, given.source_id, given.kind, given.note
    )
    tagged(response, made["version"])
    return made


@router.get("/v1/cards", response_model=Page[schemas.Card])
async def list_cards(
    tx: Reading, paging: PageQuery, year: Year | None = None, state: State | None = None
) -> dict[str, Any]:
    """所发的牌，新的在前。"""
    return await service.list_cards(tx, paging, year=year, state=state)


@router.get("/v1/cards/{card_id}", response_model=schemas.Card)
async def find(card_id: UUID, tx: Reading, response: Response) -> dict[str, Any]:
    """一张牌。"""
    found = await service.find(tx, card_id)
    tagged(response, found["version"])
    return found


@router.post("/v1/cards/{card_id}/appeal", response_model=schemas.Card)
async def appeal(
    card_id: UUID, given: schemas.AppealIn, expected: Precondition, tx: Writing, response: Response
) -> dict[str, Any]:
    """登记单位的申诉。"""
    made = await service.appeal(tx, card_id, given.reason, expected)
    tagged(response, made["version"])
    return made


@router.post("/v1/cards/{card_id}/decision", response_model=schemas.Card)
async def decide(
    card_id: UUID, given: schemas.DecisionIn, expected: Precondition, tx: Writing, response: Response
) -> dict[str, Any]:
    """解除，或维持被申诉的牌（由发牌人以外的人裁定）。"""
    made = await service.decide(tx, card_id, given.to, given.reason, expected)
    tagged(response, made["version"])
    return made
