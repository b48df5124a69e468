"""Who comes without a token: a farmer with a code of his village (contract.md, Everywhere).

What is counted here stays counted whatever becomes of the request, so it has a transaction of its own; the request's
begins afterwards, and reaches the one village.
"""

from typing import Final

from fastapi import Request

from services.warning_api.reports import repository
from services.warning_api.reports.errors import InvalidReportCode, NeitherTokenNorCode, TooManyReports
from services.warning_api.reports.rules import address_group, hour_of, read_credential, seconds_left
from shared.auth import Actor, Reach
from shared.auth.client_secrets import digest_of, is_secret
from shared.db import Transaction
from shared.identifiers.regions import region_range
from shared.parameters import parameter, read_together
from shared.regions import regions_of
from shared.runtime.rate_limit import RateLimit
from shared.runtime.route import service_of

HEADER: Final = "x-report-code"

#: The client id of a farmer begins so; behind it stands the id of the code.
FARMER: Final = "report-code:"

#: The first wall, in the process: what these let through costs a query. Requests a second, bursts of twice that.
PER_ADDRESS_SECOND: Final = 20.0
PER_PROCESS_SECOND: Final = 100.0

#: The parameters of the second wall, by what they bound.
LIMITS: Final = {
    "code": "self_reports_per_code_hour",
    "address": "self_reports_per_address_hour",
    "county": "self_reports_per_county_hour",
    "wrong": "self_report_wrong_codes_hour",
}


class ReportLimits:
    """What one process lets through before it asks the database."""

    def __init__(
        self, per_address: float = PER_ADDRESS_SECOND, per_process: float = PER_PROCESS_SECOND
    ) -> None:
        self._addresses = RateLimit(per_address)
        self._all = RateLimit(per_process)

    def take(self, address: str) -> None:
        """Raises 429."""
        self._addresses.take(address)
        self._all.take("")


async def with_report_code(request: Request) -> Transaction:
    """The transaction of a farmer, reaching his village alone.

    Refuses 401 without a code or with one that is not in force, 429 beyond the county's limits.
    """
    given = request.headers.get(HEADER)
    if given is None:
        raise NeitherTokenNorCode()
    address = address_group(request.client.host if request.client else "")
    limits: ReportLimits = request.app.state.report_limits
    limits.take(address)
    credential = read_credential(given)
    if credential is None:
        raise InvalidReportCode()
    village, code = credential
    service = service_of(request)
    async with service.begin(village[:6]) as tx:
        code_id = await _admit(tx, village, code, address)
    if code_id is None:
        raise InvalidReportCode()
    reach = Reach(village[:6], (region_range(village),))
    return service.database.transaction(service, reach, Actor(f"{FARMER}{code_id}"))


async def _admit(tx: Transaction, village: str, code: str, address: str) -> str | None:
    """The id of the code; None for a wrong one, which is counted. Raises ``TooManyReports``.

    Who has guessed wrong too often is not heard for the rest of the hour, also with the right code: the answer would
    tell that it is the right one.
    """
    if village not in await regions_of(tx):
        return None
    await read_together(tx, list(LIMITS.values()))
    hour = hour_of(tx.now)
    by_address, wrong = (await tx.sealer()).mac_many(
        tx.county, [f"report/address/{address}".encode(), f"report/wrong/{address}".encode()]
    )
    if await repository.counted(tx, wrong, hour) >= await _limit(tx, "wrong"):
        raise _too_many(tx)
    if await repository.count(tx, by_address, hour) > await _limit(tx, "address"):
        raise _too_many(tx)
    known = await repository.digests(tx, village)
    # Every one is compared, and one that is none where there are none, so that all take the same time.
    right = [row["id"] for row in known if is_secret(code, row["digest"])]
    if not known:
        is_secret(code, digest_of(""))
    if not right:
        await repository.count(tx, wrong, hour)
        return None
    # The county's bound counts who has a code: guesses from many addresses do not shut its farmers out.
    for what, counted in (("code", right[0].bytes), ("county", b"county")):
        if await repository.count(tx, counted, hour) > await _limit(tx, what):
            raise _too_many(tx)
    return str(right[0])


async def _limit(tx: Transaction, what: str) -> int:
    found: int = (await parameter(tx, LIMITS[what])).value
    return found


def _too_many(tx: Transaction) -> TooManyReports:
    return TooManyReports(headers={"Retry-After": str(seconds_left(tx.now))})
