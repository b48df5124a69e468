"""Whether households that are to be paid are there: for our own funds_api."""

from typing import Annotated

import msgspec
from fastapi import Query, Request, Response

from services.household_api.payees import service
from services.household_api.payees.errors import InvalidHouseholds
from shared.contracts.household_checks import (
    MOST_HOUSEHOLDS,
    CheckedHouseholds,
    HouseholdsToCheck,
    decode_to_check,
    encode_checked,
)
from shared.db import Transaction
from shared.errors import Malformed
from shared.runtime.app import make_router
from shared.runtime.route import allowed, check_json, read_body
from shared.runtime.schema import Day

router = make_router("household-checks")


@router.post("/v1/household-checks", response_class=Response)
async def check_households(
    request: Request,
    tx: Annotated[Transaction, allowed("households:check", reads=True, streams=True)],
    as_of: Annotated[Day | None, Query(description="哪一天的情况；不填为今天")] = None,
) -> Response:
    """Up to 5,000 households: whether each was there on the day, and whether the payee is one of its members."""
    check_json(request)
    await read_body(request)
    wanted = decoded(await request.body())
    checked = await service.check(tx, wanted.households, min(as_of or tx.today, tx.today))
    return Response(encode_checked(CheckedHouseholds(checked)), media_type="application/json")


def decoded(body: bytes) -> HouseholdsToCheck:
    """Raises ``Malformed`` (no JSON) or ``InvalidHouseholds``."""
    try:
        wanted = decode_to_check(body)
    except msgspec.ValidationError as error:
        raise InvalidHouseholds(str(error), str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("请求体不是有效的 JSON", "The body is not valid JSON") from None
    if len(wanted.households) > MOST_HOUSEHOLDS:
        message = f"一次最多 {MOST_HOUSEHOLDS} 户"
        raise InvalidHouseholds(message, f"At most {MOST_HOUSEHOLDS} households at once")
    return wanted
