"""Refusals as ``application/problem+json`` (RFC 9457), in the reader's language."""

import structlog
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from shared.errors.refusals import (
    Malformed,
    NotFound,
    Refusal,
    TooLarge,
    Unprocessable,
    UnsupportedMediaType,
)
from shared.errors.validation import field_error

log = structlog.get_logger("problems")


class InternalError(Refusal):
    status = 500
    code = "internal_error"
    title, title_en = (
        "系统内部错误，本次操作未保存，请稍后重试",
        "Internal error: nothing was saved, try again",
    )


class Disconnected(Refusal):
    status = 400
    code = "client_disconnected"
    title, title_en = "上传中断，本次操作未保存", "The client went away, nothing was saved"


class MethodNotAllowed(Refusal):
    status = 405
    code = "method_not_allowed"
    title, title_en = "此地址不支持该方法", "Method not allowed"


def wants_english(request: Request) -> bool:
    return request.headers.get("accept-language", "").strip().lower().startswith("en")


def problem_response(request: Request, refusal: Refusal) -> JSONResponse:
    """The problem document of ``refusal``: type, title, status, detail, instance, code, errors."""
    english = wants_english(request)
    title = refusal.title_en if english else refusal.title
    detail = (refusal.detail_en or refusal.detail) if english else refusal.detail
    document = {
        **refusal.members,
        "type": f"urn:bihuan:problem:{refusal.code}",
        "title": title,
        "status": refusal.status,
        "detail": detail or title,
        "instance": request.url.path,
        "code": refusal.code,
        "errors": [error.as_dict() for error in refusal.errors],
    }
    headers = {"Content-Language": "en" if english else "zh-CN", **refusal.headers}
    return JSONResponse(
        jsonable_encoder(document), refusal.status, headers, media_type="application/problem+json"
    )


def refusal_of_validation(error: RequestValidationError) -> Refusal:
    """What FastAPI found wrong, in our terms. An id in the path that is no id does not exist (404)."""
    found = error.errors()
    if any(item["loc"][:1] == ("path",) for item in found):
        return NotFound()
    if any(item["type"] == "json_invalid" for item in found):
        return Malformed("请求体不是有效的 JSON", "The body is not valid JSON")
    return Unprocessable(
        "请更正所列各项后重试",
        "Correct what is listed and try again",
        errors=[field_error(item, skip=1) for item in found],
    )


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every failure of ``app`` with a problem document; log those that are ours."""

    @app.exception_handler(Refusal)
    async def refused(request: Request, error: Refusal) -> JSONResponse:
        return problem_response(request, error)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return problem_response(request, refusal_of_validation(error))

    @app.exception_handler(ClientDisconnect)
    async def gone(request: Request, error: ClientDisconnect) -> JSONResponse:
        # Nobody is there to read it, and nothing of ours has failed.
        return problem_response(request, Disconnected())

    @app.exception_handler(HTTPException)
    async def raised(request: Request, error: HTTPException) -> JSONResponse:
        kinds: dict[int, type[Refusal]] = {
            404: NotFound,
            405: MethodNotAllowed,
            413: TooLarge,
            415: UnsupportedMediaType,
        }
        return problem_response(request, kinds.get(error.status_code, Malformed)(headers=error.headers))

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> JSONResponse:
        log.error("request_failed", path=request.url.path, error=type(error).__name__, exc_info=error)
        return problem_response(request, InternalError())
