"""Routes of disbursements to households."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response

from services.funds_api.disbursements import receipts, schemas, service
from services.funds_api.disbursements.rules import ItemState, State
from services.funds_api.disbursements.sheet import DisbursementIn
from shared.db import Transaction
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.repetition import claim_key
from shared.runtime.route import allowed
from shared.runtime.tables import TABLE_BODY, received_table

router = make_router("发放到户")

Reading = Annotated[Transaction, allowed("funds:read")]
Writing = Annotated[Transaction, allowed("funds:write")]


@router.post(
    "/v1/disbursements", status_code=201, response_model=schemas.DisbursementOut, openapi_extra=TABLE_BODY
)
async def submit(
    request: Request,
    response: Response,
    tx: Annotated[Transaction, allowed("funds:write", streams=True)],
    project_id: Annotated[str | None, Query(description="表格时在此给出；JSON 在请求体内")] = None,
    allocation_id: str | None = None,
    count: int | None = None,
    total: str | None = None,
) -> Any:
    """发放批次：JSON `{project_id 或 allocation_id, count, total, items: [{household_id, payee, account, amount,
    purpose, period}]}`，或一行一户的表格。笔数、合计须与各项相符；有误的整批退回，一笔不记。"""
    content_type, body = await received_table(request)
    with body:
        said = DisbursementIn(project_id, allocation_id, count, total)
        batch = await service.prepared(tx, content_type, said, body)
        await claim_key(request, tx, body.sha256)
    made = await service.file(tx, batch)
    response.headers["Location"] = f"/v1/disbursements/{made['id']}"
    tagged(response, made["version"])
    return made


@router.get("/v1/disbursements", response_model=Page[schemas.DisbursementOut])
async def list_batches(
    tx: Reading, paging: PageQuery, project_id: UUID | None = None, state: State | None = None
) -> dict[str, Any]:
    """批次清单，新的在前。"""
    return await service.list_batches(tx, paging, project_id=project_id, state=state)


@router.get("/v1/disbursements/{disbursement_id}", response_model=schemas.DisbursementOut)
async def find(disbursement_id: UUID, tx: Reading, response: Response) -> dict[str, Any]:
    """一个批次。"""
    found = await service.find(tx, disbursement_id)
    tagged(response, found["version"])
    return found


@router.get("/v1/disbursements/{disbursement_id}/items", response_model=Page[schemas.ItemOut])
async def list_items(
    disbursement_id: UUID, tx: Reading, paging: PageQuery, state: ItemState | None = None
) -> dict[str, Any]:
    """各户的一项；`state=rejected` 为被银行退回、须更正再发的。"""
    return await service.list_items(tx, disbursement_id, paging, state)


@router.post("/v1/disbursements/{disbursement_id}/approval", response_model=schemas.DisbursementOut)
async def approve(
    disbursement_id: UUID, expected: Precondition, tx: Writing, response: Response
) -> dict[str, Any]:
    """由制单人以外的另一人复核：占用资金并交银行。"""
    made = await service.approve(tx, disbursement_id, expected)
    tagged(response, made["version"])
    return made


@router.post("/v1/disbursements/{disbursement_id}/refusal", response_model=schemas.DisbursementOut)
async def refuse(
    disbursement_id: UUID,
    given: schemas.RefusalIn,
    expected: Precondition,
    tx: Writing,
    response: Response,
) -> dict[str, Any]:
    """复核不通过，写明原因；整批作废。"""
    made = await service.refuse(tx, disbursement_id, given.reason, expected)
    tagged(response, made["version"])
    return made


@router.post("/v1/disbursements/{disbursement_id}/receipts", response_model=schemas.Answered)
async def take_receipts(disbursement_id: UUID, given: schemas.ReceiptsIn, tx: Writing) -> dict[str, Any]:
    """银行回执，逐项 `paid` 或 `rejected`；有一项不对则都不记，重复的不变。"""
    said = [
        receipts.Receipt(item.item_id, item.status, item.paid_on, item.reason, item.reference)
        for item in given.items
    ]
    return await receipts.take(tx, disbursement_id, said)
