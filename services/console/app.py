"""The console: pages over HTTP to the services, without a database of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.console.service_states import ask_all
from services.console.settings import ConsoleSettings
from services.console.texts import WAYS, Language, texts_in
from shared.errors.problems import install_problem_handlers, wants_english
from shared.observability import configure_logs

HERE = Path(__file__).resolve().parent

#: Nothing inline, nothing from elsewhere, no frame around it.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self';"
        " base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def create_app(settings: ConsoleSettings | None = None, http: httpx.AsyncClient | None = None) -> FastAPI:
    """The console. What tests do not give is made from the environment when the process starts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        configure_logs("console")
        app.state.settings = ConsoleSettings.from_environment()
        app.state.http = httpx.AsyncClient()
        yield
        await app.state.http.aclose()

    app = FastAPI(
        title="闭环 控制台",
        lifespan=None if settings is not None else lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    if settings is not None:
        app.state.settings, app.state.http = settings, http
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    install_problem_handlers(app)
    app.mount("/static", StaticFiles(directory=HERE / "static"))

    @app.middleware("http")
    async def close_down(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await call_next(request)
        response.headers.update(HEADERS)
        return response

    @app.get("/")
    async def start(request: Request) -> HTMLResponse:
        state = request.app.state
        language: Language = "en" if wants_english(request) else "zh-CN"
        addresses = state.settings.addresses
        page = templates.get_template("start.html").render(
            language=language,
            t=texts_in(language),
            states=await ask_all(state.http, addresses),
            ways=WAYS,
            public={address.name: address.public for address in addresses},
        )
        return HTMLResponse(
            page,
            headers={"Content-Language": language, "Vary": "Accept-Language", "Cache-Control": "no-store"},
        )

    @app.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz")
    async def readyz() -> dict[str, str]:
        """The console needs nothing to show its page: it says itself which service does not answer."""
        return {"status": "ready"}

    return app
