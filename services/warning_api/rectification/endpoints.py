"""Problems of inspections and what becomes of them."""

import asyncio
from itertools import islice
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Request, Response

from services.warning_api.cycles.quarters import QuarterCode
from services.warning_api.rectification import counts, course, rechecks, schemas, service
from services.warning_api.rectification.repository import Filters
from services.warning_api.rectification.sheet import SHEET, answered_sheet, in_words, item_of, problems_sheet
from shared.db import Transaction
from shared.errors.refusals import TooLarge
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.route import allowed
from shared.runtime.schema import Code, RegionCode
from shared.runtime.tables import TABLE_BODY, json_document, received_table, table_response
from shared.tables.columns import Row
from shared.tables.content_types import negotiate, table_kind
from shared.tables.reading import read_table

router = make_router("problems")

Reader = Annotated[Transaction, allowed("problems:read")]


@router.post(
    "/v1/problems",
    status_code=201,
    response_model=schemas.ProblemInFull | schemas.Filed,
    openapi_extra=TABLE_BODY,
)
async def file_problems(
    request: Request,
    response: Response,
    tx: Annotated[Transaction, allowed("problems:file", streams=True)],
) -> Any:
    """One problem as JSON, or many: ``{"items": […]}`` or a table, each judged on its own; what is filed already is a
    duplicate. A table comes back with a column 处理结果 where ``Accept`` names one."""
    content_type, body = await received_table(request, tx)
    with body:
        sent = table_kind(content_type)
        rows: list[Row] = []
        if sent == "json":
            document = json_document(body)
            items = document.get("items") if isinstance(document, dict) else None
            if not isinstance(items, list):
                problem_id = await service.file_one(tx, document)
                response.headers["Location"] = f"/v1/problems/{problem_id}"
                return await _problem(tx, problem_id, response)
            numbered = list(enumerate(items, 1))
        else:
            most = islice(read_table(body.file, content_type, SHEET), service.MOST_PROBLEMS + 1)
            rows = await asyncio.to_thread(lambda: list(most))
            numbered = [(row.line, item_of(row, whole=sent == "ndjson")) for row in rows]
    if len(numbered) > service.MOST_PROBLEMS:
        raise TooLarge(f"一次最多 {service.MOST_PROBLEMS} 条", f"At most {service.MOST_PROBLEMS} at once")
    filed = await service.file_many(tx, numbered)
    if sent == "csv" or sent == "xlsx":
        filed["items"] = in_words(filed["items"])
    kind = negotiate(request.headers.get("accept"))
    if not rows or kind == "json":
        return filed
    answer = await table_response(kind, answered_sheet(rows, filed["items"]), "problems")
    answer.status_code = 201
    return answer


@router.get("/v1/problems", response_model=Page[schemas.Problem])
async def list_problems(
    paging: PageQuery,
    tx: Reader,
    source: schemas.Source | None = None,
    state: schemas.PartState | None = None,
    region: RegionCode | None = None,
    org_code: Code | None = None,
    overdue: bool = False,
    accept: Annotated[str | None, Header()] = None,
) -> Any:
    """Problems in the caller's places, of a department its own; as XLSX or CSV the list to work through."""
    filters = Filters(source, state, region, org_code, overdue)
    kind = negotiate(accept, ("json", "xlsx", "csv"))
    if kind == "xlsx" or kind == "csv":
        sheet = problems_sheet(await service.problems_for_sheet(tx, filters))
        return await table_response(kind, sheet, "problems")
    return await service.list_problems(tx, filters, paging)


@router.get("/v1/problems/{problem_id}", response_model=schemas.ProblemInFull)
async def read_problem(problem_id: UUID, response: Response, tx: Reader) -> dict[str, Any]:
    """A problem with its parts and everything that was done about it."""
    return await _problem(tx, problem_id, response)


@router.post("/v1/problems/{problem_id}/transitions", response_model=schemas.ProblemInFull)
async def move_problem(
    problem_id: UUID,
    wanted: schemas.StepIn,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("problems:write")],
) -> dict[str, Any]:
    """``rectified`` by the department or the township, each for its own part; ``accepted``, ``returned`` or
    ``withdrawn`` by the county, where not the one who rectified checks."""
    await course.move(tx, problem_id, wanted, expected)
    return await _problem(tx, problem_id, response)


@router.get("/v1/statistics/problems", response_model=Page[schemas.CountRow])
async def problem_counts(
    paging: PageQuery,
    tx: Annotated[Transaction, allowed("statistics:read")],
    by: counts.By = "township",
    quarter: QuarterCode | None = None,
) -> dict[str, Any]:
    """How many were found, rectified, checked, re-checked; small cells are hidden from supervisors and systems."""
    return await counts.page_of(tx, by, quarter, paging)


@router.post("/v1/problem-rechecks", status_code=201, response_model=schemas.RecheckInFull)
async def draw_recheck(
    wanted: schemas.RecheckIn,
    response: Response,
    tx: Annotated[Transaction, allowed("problems:file")],
) -> dict[str, Any]:
    """Draw a stratified sample of accepted problems, with a seed by which anybody can draw it again."""
    recheck_id = await rechecks.draw_sample(tx, wanted)
    response.headers["Location"] = f"/v1/problem-rechecks/{recheck_id}"
    return await rechecks.describe(tx, recheck_id)


@router.get("/v1/problem-rechecks", response_model=Page[schemas.Recheck])
async def list_rechecks(
    paging: PageQuery, tx: Annotated[Transaction, allowed("problems:file")]
) -> dict[str, Any]:
    """The re-checks of problems in the order they were drawn."""
    return await rechecks.list_rechecks(tx, paging)


@router.get("/v1/problem-rechecks/{recheck_id}", response_model=schemas.RecheckInFull)
async def read_recheck(
    recheck_id: UUID, tx: Annotated[Transaction, allowed("problems:file")]
) -> dict[str, Any]:
    return await rechecks.describe(tx, recheck_id)


@router.post(
    "/v1/problem-rechecks/{recheck_id}/items/{problem_id}/result", response_model=schemas.RecheckInFull
)
async def judge_recheck(
    recheck_id: UUID,
    problem_id: UUID,
    wanted: schemas.ResultIn,
    expected: Precondition,
    tx: Annotated[Transaction, allowed("problems:file")],
) -> dict[str, Any]:
    """What the re-check found, by another person than those who rectified and accepted; If-Match is the problem's.
    A failed one is to be rectified again."""
    await rechecks.judge(tx, recheck_id, problem_id, wanted, expected)
    return await rechecks.describe(tx, recheck_id)


async def _problem(tx: Transaction, problem_id: UUID, response: Response) -> dict[str, Any]:
    found = await service.describe(tx, problem_id)
    tagged(response, found["version"])
    return found
