"""Self-reports, and the villages' codes for them."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request, Response

from services.warning_api.cycles.schemas import CycleCode
from services.warning_api.reports import codes, schemas, service
from services.warning_api.reports.admission import with_report_code
from shared.db import Transaction
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.route import allowed
from shared.runtime.schema import RegionCode

router = make_router("self-reports")

#: A report is a page of text at most.
MOST_BYTES: Final = 16 * 1024

#: What the OpenAPI document says of the way in without a token.
BY_CODE: Final = {
    "parameters": [
        {
            "name": "X-Report-Code",
            "in": "header",
            "required": False,
            "schema": {"type": "string"},
            "description": "instead of a token: the village's twelve digits, a colon, the village's code",
        }
    ]
}


@router.post("/v1/self-reports", status_code=201, response_model=schemas.Receipt, openapi_extra=BY_CODE)
async def report(
    body: schemas.SelfReportIn,
    tx: Annotated[
        Transaction,
        allowed("self_reports:write", without_token=with_report_code, most_bytes=MOST_BYTES),
    ],
) -> dict[str, Any]:
    """A farmer reports a difficulty: an officer for him, or he himself with his village's code (X-Report-Code)."""
    return await service.report(tx, body)


@router.get("/v1/self-reports", response_model=Page[schemas.Report])
async def list_reports(
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("self_reports:read")],
    cycle: CycleCode | None = None,
) -> dict[str, Any]:
    """Receipts of the caller's villages, and how far each report has come."""
    return await service.list_reports(tx, cycle, paging)


@router.get("/v1/self-reports/{receipt_no}", response_model=schemas.Receipt, openapi_extra=BY_CODE)
async def read_report(
    receipt_no: str,
    tx: Annotated[Transaction, allowed("self_reports:read", without_token=with_report_code)],
) -> dict[str, Any]:
    """``received``, ``visited`` or ``closed``; for a farmer with his village's code."""
    return await service.read_state(tx, receipt_no)


@router.post("/v1/villages/{code}/report-codes", status_code=201, response_model=schemas.NewReportCode)
async def issue_code(
    request: Request,
    response: Response,
    code: RegionCode,
    tx: Annotated[Transaction, allowed("report_codes:write")],
) -> dict[str, Any]:
    """A code for the farmers of a village, shown this once, with the text of the QR code to print."""
    issued = await codes.issue(tx, code)
    shown = schemas.NewReportCode.model_validate({**issued, "code": None, "qr_text": None})
    request.state.replay_body = shown.model_dump_json().encode()
    response.headers["Cache-Control"] = "no-store"
    return issued


@router.get("/v1/villages/{code}/report-codes", response_model=Page[schemas.ReportCode])
async def list_codes(
    code: RegionCode, paging: PageQuery, tx: Annotated[Transaction, allowed("report_codes:write")]
) -> dict[str, Any]:
    """When each code was made, when it ends or was revoked; never the code itself."""
    return await codes.list_codes(tx, code, paging)


@router.delete("/v1/report-codes/{code_id}", status_code=204)
async def revoke_code(code_id: UUID, tx: Annotated[Transaction, allowed("report_codes:write")]) -> None:
    """The code ends now."""
    await codes.revoke(tx, code_id)
