"""Routes of reports."""

from typing import Annotated, Any

from fastapi import Request, Response

from services.funds_api.reports import service
from services.funds_api.reports.composition import Kind
from shared.db import Transaction
from shared.documents import DOCUMENT_ANSWERS, document_response, wants_document
from shared.documents.keeping import to_json
from shared.runtime.app import make_router
from shared.runtime.route import allowed
from shared.runtime.schema import Day

router = make_router("资金报表")


@router.get("/v1/fund-reports/{kind}", response_model=dict[str, Any], responses=DOCUMENT_ANSWERS)
async def read_report(
    kind: Kind,
    request: Request,
    tx: Annotated[Transaction, allowed("funds:read")],
    as_of: Day | None = None,
) -> Any:
    """周调度 `weekly`、月通报 `monthly`、季调度 `quarterly`；按 Accept 给出 XLSX、PDF、Word、JSON。"""
    day = as_of or tx.today
    document = await service.compose(tx, kind, day)
    form = wants_document(request)
    if form == "json":
        return Response(to_json(document), media_type="application/json")
    return await document_response(form, document, f"funds-{kind}-{day}")
