"""How every route is answered: checks in the contract's order, one transaction, one idempotency key.

Order: 401 without a valid token, 403 for a wrong scope, 429, 422 for a malformed request, then what the
endpoint finds (404, 428/412, 409).
"""

import re
from collections.abc import Callable, Collection, Coroutine, Iterator
from typing import Annotated, Any

import orjson
from fastapi import Depends, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel

from shared.auth import Caller, Reach
from shared.db.database import end
from shared.db.outages import is_database_away
from shared.db.transaction import Transaction
from shared.errors import Forbidden, Malformed, NotFound, Unavailable, Unprocessable
from shared.errors.refusals import TooLarge, UnsupportedMediaType
from shared.idempotency.keys import Replayed
from shared.identifiers.regions import InvalidRegionCode, normalise_region_code
from shared.runtime.asked import model_of_direct_calls, read_asked
from shared.runtime.context import ServiceContext
from shared.runtime.rate_limit import RateLimit
from shared.runtime.receiving import declares_more, whole_body
from shared.runtime.repetition import claim_key, remember_answer

#: JSON bodies that are no tables. Tables are received by shared.tables, with limits of their own.
MAX_JSON_BYTES = 32 * 1024 * 1024

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")

READING = {"GET", "HEAD"}

SOON = {"Retry-After": "2"}


#: Admits a request without a token by something else that it shows, or refuses it.
WithoutToken = Callable[[Request], Coroutine[Any, Any, Transaction]]


class Allowed:
    """The dependency that every endpoint declares: the scope it needs; gives it its transaction.

    ``reads`` marks a POST that changes nothing (a search), so that a caller above a county need not name one.
    ``streams`` marks an endpoint that receives the body by itself (a table), and with it the Idempotency-Key; query
    parameters that it does not have are refused.
    ``without_token`` admits, before anything of the body is read, who sends no token at all, and says what they may
    reach; ``most_bytes`` bounds a JSON body.
    """

    def __init__(
        self,
        scope: str,
        *,
        reads: bool = False,
        streams: bool = False,
        without_token: WithoutToken | None = None,
        most_bytes: int = MAX_JSON_BYTES,
    ) -> None:
        self.scope = scope
        self.reads = reads
        self.streams = streams
        self.without_token = without_token
        self.most_bytes = most_bytes

    async def __call__(self, request: Request, county: str | None = None) -> Transaction:
        return transaction_of(request, self, county)


def allowed(
    scope: str,
    *,
    reads: bool = False,
    streams: bool = False,
    without_token: WithoutToken | None = None,
    most_bytes: int = MAX_JSON_BYTES,
) -> Any:
    """``tx: Annotated[Transaction, allowed("tasks:read")]``."""
    return Depends(
        Allowed(scope, reads=reads, streams=streams, without_token=without_token, most_bytes=most_bytes)
    )


def service_of(request: Request) -> ServiceContext:
    service: ServiceContext = request.app.state.service
    return service


Service = Annotated[ServiceContext, Depends(service_of)]


def transaction_of(request: Request, rule: Allowed, county: str | None) -> Transaction:
    """The one transaction of this request, made at the first asking."""
    existing: Transaction | None = getattr(request.state, "transaction", None)
    if existing is not None:
        return existing
    caller: Caller = request.state.caller
    reach = reach_of(caller, county, writing=request.method not in READING and not rule.reads)
    service = service_of(request)
    request.state.transaction = service.database.transaction(
        service, reach, caller.actor, caller.roles_in(reach.county)
    )
    made: Transaction = request.state.transaction
    return made


def reach_of(caller: Caller, county: str | None, *, writing: bool) -> Reach:
    if county is not None:
        try:
            county = normalise_region_code(county)
        except InvalidRegionCode as error:
            raise Unprocessable(
                "county= 应为 6 位县级代码", "county= takes a six-digit county code"
            ) from error
        if len(county) != 6:
            raise Unprocessable("county= 应为 6 位县级代码", "county= takes a six-digit county code")
    return caller.reach(county, writing=writing)


class Route(APIRoute):
    """A route that authenticates before it reads, and commits before it answers."""

    def rule(self) -> Allowed | None:
        """What the endpoint declared, or None for a public route."""
        return next(
            (d.call for d in self.dependant.dependencies if isinstance(d.call, Allowed)),
            None,
        )

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answer = super().get_route_handler()
        rule = self.rule()
        asked = frozenset(_parameters(self.dependant)) if rule is not None and rule.streams else None
        model = model_of_direct_calls(self.endpoint)
        if model is not None and rule is not None:
            answer = self._directly(model, rule)

        async def handle(request: Request) -> Response:
            return await self._handle(request, rule, answer, asked)

        return handle

    def _directly(
        self, model: type[BaseModel], rule: Allowed
    ) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint without FastAPI's way to it (asked.py)."""

        async def answer(request: Request) -> Response:
            asked = read_asked(model, request)
            tx = transaction_of(request, rule, request.query_params.get("county"))
            response: Response = await self.endpoint(asked=asked, tx=tx, request=request)
            return response

        return answer

    async def _handle(
        self,
        request: Request,
        rule: Allowed | None,
        answer: Callable[[Request], Coroutine[Any, Any, Response]],
        asked: Collection[str] | None,
    ) -> Response:
        if rule is not None:
            await self._admit(request, service_of(request), rule)
        if asked is not None:
            _refuse_unknown(request, asked)
        self._check_body(request, rule)
        try:
            try:
                response = await self._answer(request, rule, answer)
            except BaseException:
                await _end(request, commit=False)
                raise
            await _end(request, commit=response.status_code < 400)
        except Exception as error:
            if is_database_away(error):
                raise Unavailable("数据库暂不可用", "The database is away", headers=SOON) from error
            raise
        return response

    async def _admit(self, request: Request, service: ServiceContext, rule: Allowed) -> None:
        if rule.without_token is not None and "authorization" not in request.headers:
            request.state.transaction = await rule.without_token(request)
            return
        caller = await service.verifier.caller(request.headers.get("authorization"))
        request.state.caller = caller
        limit: RateLimit = request.app.state.rate_limit
        limit.take(caller.client_id)
        if rule.scope not in caller.scopes:
            raise Forbidden(f"需要权限 {rule.scope}", f"needs scope {rule.scope}")

    def _check_body(self, request: Request, rule: Allowed | None) -> None:
        if b"%00" in request.scope["query_string"] or "\x00" in request.scope["path"]:
            raise Unprocessable("请求中含有空字符", "The request holds a NUL character")
        if self.body_field is not None:
            check_json(request, _most_bytes(rule))

    async def _answer(
        self,
        request: Request,
        rule: Allowed | None,
        answer: Callable[[Request], Coroutine[Any, Any, Response]],
    ) -> Response:
        if self.body_field is not None:
            await read_body(request, _most_bytes(rule))
        # A search creates nothing; its answer would be shown again without its purpose being written down.
        # The key of what comes as a stream is claimed when that has come (tables.py).
        keyed = request.method == "POST" and "idempotency-key" in request.headers
        try:
            if keyed and rule is not None and not (rule.reads or rule.streams):
                tx = transaction_of(request, rule, request.query_params.get("county"))
                await claim_key(request, tx, await request.body())
            response = await answer(request)
        except Replayed as repeated:
            return repeated.response
        await remember_answer(request, response)
        return response


def _parameters(dependant: Dependant) -> Iterator[str]:
    """The query's parameters that an endpoint and what it depends on may be asked."""
    yield from (field.alias for field in dependant.query_params)
    for each in dependant.dependencies:
        yield from _parameters(each)


def _refuse_unknown(request: Request, asked: Collection[str]) -> None:
    """Of a table that is sent: whoever writes ``dryrun=true`` shall not have filed it."""
    unknown = request.query_params.keys() - asked
    if unknown:
        raise RequestValidationError(
            [{"type": "extra_forbidden", "loc": ("query", name)} for name in sorted(unknown)]
        )


def _most_bytes(rule: Allowed | None) -> int:
    return MAX_JSON_BYTES if rule is None else rule.most_bytes


def check_json(request: Request, most_bytes: int = MAX_JSON_BYTES) -> None:
    """Refuse by its headers what is too large (413) or no JSON (415)."""
    if declares_more(request, most_bytes):
        raise TooLarge()
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if not (kind == "application/json" or kind.endswith("+json")):
        raise UnsupportedMediaType("此地址只接受 application/json", "Only application/json here")


async def read_body(request: Request, most_bytes: int = MAX_JSON_BYTES) -> None:
    """The whole body, refused as soon as it is too large; NUL characters are refused in any spelling, and so is
    half a surrogate pair, which Python would read and nothing could store or answer."""
    request._body = body = await whole_body(request, most_bytes)
    if b"\x00" in body or b"\\u0000" in body:
        raise Unprocessable("请求中含有空字符", "The request holds a NUL character")
    try:
        body.decode()
        if _SURROGATE.search(body):
            orjson.loads(body)
    except (UnicodeDecodeError, orjson.JSONDecodeError) as error:
        raise Malformed("请求体不是有效的 JSON", "The body is not valid JSON") from error


async def _end(request: Request, *, commit: bool) -> None:
    tx: Transaction | None = getattr(request.state, "transaction", None)
    if tx is not None:
        request.state.transaction = None
        await end(tx, commit=commit)


def in_reach(tx: Transaction, region: str) -> None:
    """Refuse (404) a region that the call does not reach."""
    if not tx.reach.covers(region):
        raise NotFound()
