"""identity_api: who calls, and what they may. Tokens for clients, and the clients themselves."""

from fastapi import FastAPI

from services.identity_api.clients.endpoints import router as clients
from services.identity_api.tokens.endpoints import router as tokens
from services.identity_api.tokens.failed_attempts import FailedAttempts
from services.identity_api.tokens.signing_keys import SigningKeys
from shared.auth.tokens import TokenVerifier
from shared.runtime.app import make_app
from shared.runtime.context import ServiceContext


def create_app(context: ServiceContext | None = None) -> FastAPI:
    """``context`` is given by tests; otherwise made from the environment when the process starts."""

    def at_start(app: FastAPI, service: ServiceContext) -> None:
        app.state.failed_attempts = FailedAttempts()
        app.state.signing_keys = SigningKeys(service)
        # Its own callers are verified with its own keys: no HTTP to itself.
        service.verifier = TokenVerifier(app.state.signing_keys, service.settings.issuer)

    async def ready(service: ServiceContext) -> None:
        await app.state.signing_keys.signer()

    app = make_app(
        "identity_api",
        "身份服务 identity_api",
        [tokens, clients],
        ready=ready,
        at_start=at_start,
        context=context,
    )
    return app
