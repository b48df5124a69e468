"""Who of many persons is in the registry."""

import re
from typing import Annotated

import msgspec
from fastapi import Request, Response

from services.household_api.matching import service
from services.household_api.matching.errors import InvalidSubjects
from services.household_api.matching.schemas import Subjects, json_schema_of
from shared.contracts.matches import Matches
from shared.db import Transaction
from shared.errors import FieldError, Malformed
from shared.runtime.app import make_router
from shared.runtime.route import allowed, check_json, read_body

router = make_router("matches")

_decode = msgspec.json.Decoder(Subjects).decode
_encode = msgspec.json.Encoder().encode
_PLACE = re.compile(r" - at `\$(?P<path>[^`]*)`")

DOCUMENTED = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": json_schema_of(Subjects)}},
    },
    "responses": {"200": {"content": {"application/json": {"schema": json_schema_of(Matches)}}}},
}


@router.post("/v1/matches", openapi_extra=DOCUMENTED, response_class=Response)
async def match(
    request: Request, tx: Annotated[Transaction, allowed("matches:read", reads=True, streams=True)]
) -> Response:
    """Compare up to 5,000 persons with the registry: exact, candidates for a person to decide on, or none."""
    check_json(request)
    await read_body(request)
    subjects = decoded(await request.body())
    found = await service.match(tx, subjects.subjects, request.state.caller.scopes)
    return Response(_encode(Matches(found)), media_type="application/json")


def decoded(body: bytes) -> Subjects:
    """The subjects. Raises ``Malformed`` (no JSON) or ``InvalidSubjects``, naming the place."""
    try:
        return _decode(body)
    except msgspec.ValidationError as error:
        place = _PLACE.search(str(error))
        path = re.sub(r"[.\[]+", "/", place["path"]).replace("]", "") if place else ""
        raise InvalidSubjects(
            errors=[FieldError(path, "invalid", "此处的内容不符合要求；一次最多 5000 人")]
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("请求体不是有效的 JSON", "The body is not valid JSON") from None
