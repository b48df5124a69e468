"""Telephone surveys: drawing, calling, counting."""

import asyncio
from itertools import islice
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Request, Response

from services.warning_api.cycles.quarters import QuarterCode
from services.warning_api.surveys import calls, schemas, service
from services.warning_api.surveys.sheet import answered_sheet, callers_sheet, in_words, item_of, sheet_of
from shared.db import Transaction
from shared.errors.refusals import TooLarge
from shared.pagination import Page, PageQuery
from shared.runtime.app import make_router
from shared.runtime.preconditions import Precondition, tagged
from shared.runtime.purpose import Purpose
from shared.runtime.route import allowed
from shared.runtime.tables import TABLE_BODY, json_items, received_table, table_response
from shared.tables.columns import Row
from shared.tables.content_types import negotiate, table_kind
from shared.tables.reading import read_table

router = make_router("surveys")

Reader = Annotated[Transaction, allowed("surveys:read")]


@router.post("/v1/surveys", status_code=201, response_model=schemas.SurveyInFull)
async def draw_survey(
    wanted: schemas.SurveyIn, response: Response, tx: Annotated[Transaction, allowed("surveys:write")]
) -> dict[str, Any]:
    """Draw a stratified sample of the households verified in a quarter, to be called by a script."""
    survey_id = await service.draw_survey(tx, wanted)
    response.headers["Location"] = f"/v1/surveys/{survey_id}"
    return await _survey(tx, survey_id, response)


@router.get("/v1/surveys", response_model=Page[schemas.Survey])
async def list_surveys(paging: PageQuery, tx: Reader, quarter: QuarterCode | None = None) -> dict[str, Any]:
    """Surveys in the order they were drawn."""
    return await service.list_surveys(tx, quarter, paging)


@router.get("/v1/surveys/{survey_id}", response_model=schemas.SurveyInFull)
async def read_survey(survey_id: UUID, response: Response, tx: Reader) -> dict[str, Any]:
    """A survey with its counts."""
    return await _survey(tx, survey_id, response)


@router.post("/v1/surveys/{survey_id}/transitions", response_model=schemas.SurveyInFull)
async def close_survey(
    survey_id: UUID,
    wanted: schemas.ClosingIn,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("surveys:write")],
) -> dict[str, Any]:
    """``closed``: no more answers are taken."""
    await service.close(tx, survey_id, expected)
    return await _survey(tx, survey_id, response)


@router.get("/v1/surveys/{survey_id}/samples", response_model=Page[schemas.Sample])
async def list_samples(
    survey_id: UUID,
    paging: PageQuery,
    purpose: Purpose,
    tx: Reader,
    state: schemas.CallState | None = None,
    accept: Annotated[str | None, Header()] = None,
) -> Any:
    """The caller's list; as XLSX to fill in and send back. Telephones in full need a purpose, and are audited."""
    kind = negotiate(accept, ("json", "xlsx", "csv"))
    if kind == "xlsx" or kind == "csv":
        survey = await service.held(tx, survey_id)
        rows = await calls.samples_for_sheet(tx, survey_id, state, purpose.value)
        return await table_response(kind, callers_sheet(survey, rows), f"survey-{survey['quarter']}")
    return await calls.list_samples(tx, survey_id, state, purpose.value, paging)


@router.put("/v1/surveys/{survey_id}/samples/{sample_id}", response_model=schemas.Sample)
async def answer_sample(
    survey_id: UUID,
    sample_id: UUID,
    call: schemas.CallIn,
    expected: Precondition,
    response: Response,
    tx: Annotated[Transaction, allowed("surveys:write")],
) -> dict[str, Any]:
    """What came of a call; said again it is corrected, and its problems with it."""
    await calls.answer_one(tx, survey_id, sample_id, call, expected)
    found = await calls.read_sample(tx, survey_id, sample_id)
    tagged(response, found["version"])
    return found


@router.post("/v1/surveys/{survey_id}/answers", response_model=schemas.CallVerdicts, openapi_extra=TABLE_BODY)
async def answer_samples(
    survey_id: UUID,
    request: Request,
    tx: Annotated[Transaction, allowed("surveys:write", streams=True)],
) -> Any:
    """What came of many calls, as ``{"items": […]}`` or as the filled sheet; each is judged on its own. The sheet comes
    back with a column 处理结果 where ``Accept`` names a table."""
    content_type, body = await received_table(request, tx)
    with body:
        sent = table_kind(content_type)
        rows: list[Row] = []
        if sent == "json":
            numbered: list[tuple[int, Any]] = list(enumerate(json_items(body), 1))
        else:
            script = (await service.held(tx, survey_id))["script"]
            most = islice(read_table(body.file, content_type, sheet_of(script)), calls.MOST_CALLS + 1)
            rows = await asyncio.to_thread(lambda: list(most))
            # A line of NDJSON is an item as JSON has it.
            read = [(r.line, r.original if sent == "ndjson" else item_of(r, script)) for r in rows]
            numbered = [(line, item) for line, item in read if item is not None]
    # Rows that nobody has answered count as well: of those beyond nothing is known.
    if max(len(rows), len(numbered)) > calls.MOST_CALLS:
        raise TooLarge(f"一次最多 {calls.MOST_CALLS} 户", f"At most {calls.MOST_CALLS} at once")
    verdicts = await calls.answer_many(tx, survey_id, numbered)
    if sent == "csv" or sent == "xlsx":
        verdicts["items"] = in_words(verdicts["items"])
    kind = negotiate(request.headers.get("accept"))
    if not rows or kind == "json":
        return verdicts
    return await table_response(kind, answered_sheet(script, rows, verdicts["items"]), "survey-answers")


async def _survey(tx: Transaction, survey_id: UUID, response: Response) -> dict[str, Any]:
    found = await service.describe(tx, survey_id)
    tagged(response, found["version"])
    return found
