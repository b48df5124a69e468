"""The least that FastAPI can answer: a route that returns an empty object, in the same kind of process as our own."""

from fastapi import FastAPI


def create_app() -> FastAPI:
    """No tokens, no database, no middleware."""
    app = FastAPI(openapi_url=None)

    @app.get("/empty")
    async def empty() -> dict[str, str]:
        return {}

    return app
