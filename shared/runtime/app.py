"""The application of a service: routes, problem documents, health, metrics, request ids."""

import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.clock import offset_from_environment
from shared.db.identifiers import new_id_text
from shared.errors import Unavailable
from shared.errors.problems import install_problem_handlers
from shared.observability import configure_logs, request_id
from shared.runtime.api_pages import add_api_pages
from shared.runtime.context import ServiceContext
from shared.runtime.interpreter import settle_interpreter
from shared.runtime.rate_limit import RateLimit
from shared.runtime.route import Route
from shared.runtime.settings import ServiceSettings
from shared.runtime.tables import spreadsheet_turns

log = structlog.get_logger("http")

ReadyCheck = Callable[[ServiceContext], Awaitable[None]]
AtStart = Callable[[FastAPI, ServiceContext], None]


def make_router(tag: str) -> APIRouter:
    """A router whose routes authenticate before they read and commit before they answer."""
    return APIRouter(route_class=Route, tags=[tag])


def make_app(
    service: str,
    title: str,
    routers: Sequence[APIRouter],
    *,
    ready: ReadyCheck | None = None,
    at_start: AtStart | None = None,
    computes: str | None = None,
    context: ServiceContext | None = None,
) -> FastAPI:
    """The application of ``service``. ``context`` is given by tests; otherwise made from the environment.

    ``at_start`` completes application and context before the first request. ``computes``: the module of what a
    companion process will be asked for soon.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if context is not None:
            app.state.service = context
            yield
            return
        configure_logs(service)
        app.state.service = ServiceContext(
            ServiceSettings.from_environment(service), offset_from_environment()
        )
        if at_start is not None:
            at_start(app, app.state.service)
        settle_interpreter()
        if computes is not None:
            app.state.service.companions.start(computes)
        yield
        await app.state.service.close()

    # A redirect to another spelling of the path would name whatever host the caller says that we are.
    app = FastAPI(
        title=title,
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.rate_limit = RateLimit()
    app.state.spreadsheet_turns = spreadsheet_turns()
    if context is not None:
        app.state.service = context
        if at_start is not None:
            at_start(app, context)
    install_problem_handlers(app)
    for router in routers:
        app.include_router(router)
    add_api_pages(app)
    _add_health(app, ready)
    metrics = Metrics()
    _add_metrics(app, metrics)
    app.add_middleware(Observed, metrics=metrics)
    return app


def _add_health(app: FastAPI, ready: ReadyCheck | None) -> None:
    @app.get("/livez", include_in_schema=False)
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    async def readyz(request: Request) -> dict[str, str]:
        service: ServiceContext = request.app.state.service
        try:
            async with service.begin() as tx:
                await tx.execute("SELECT 1")
            if ready is not None:
                await ready(service)
        except (SQLAlchemyError, OSError) as error:
            raise Unavailable("数据库不可用", "The database is not answering") from error
        return {"status": "ready"}


class Metrics:
    """Requests by route, method and status, with their durations."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route", "status")
        self.requests = Counter("bihuan_requests", "Requests answered", labels, registry=self.registry)
        self.seconds = Histogram(
            "bihuan_request_seconds", "Seconds until answered", ("method", "route"), registry=self.registry
        )
        self._counting: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered. What its labels stand for is looked for once: that takes longer than to count."""
        labels = method, route, status
        if labels not in self._counting:
            self._counting[labels] = (
                self.requests.labels(method, route, str(status)),
                self.seconds.labels(method, route),
            )
        requests, durations = self._counting[labels]
        requests.inc()
        durations.observe(seconds)


def _add_metrics(app: FastAPI, metrics: Metrics) -> None:
    @app.get("/metrics", include_in_schema=False)
    async def read() -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)


#: What a caller may send as X-Request-Id and have written into logs.
REQUEST_ID = re.compile(r"[0-9A-Za-z._-]{1,64}")


#: What is answered here may be about a family: nobody in between keeps it, unless the answer says otherwise.
OURS = "/v1/"


class Observed:
    """Gives every request an id (the caller's, if it sent one), logs and counts it. No query, no body."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        current = given if REQUEST_ID.fullmatch(given) else new_id_text()
        token = request_id.set(current)
        started = time.perf_counter()
        status = 500

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", []), (b"x-request-id", current.encode())]
                if scope["path"].startswith(OURS) and b"cache-control" not in dict(headers):
                    headers.append((b"cache-control", b"no-store"))
                message["headers"] = headers
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            route = getattr(scope.get("route"), "path", "unknown")
            took = time.perf_counter() - started
            self.metrics.count(scope["method"], route, status, took)
            if route not in ("/livez", "/readyz", "/metrics"):
                log.info(
                    "request", method=scope["method"], route=route, status=status, ms=round(took * 1000, 1)
                )
            request_id.reset(token)
