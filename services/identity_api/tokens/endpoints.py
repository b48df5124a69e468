"""``/oauth/token`` and what verifiers need to know. Public: whoever comes has no token yet."""

from typing import Any

from fastapi import Request, Response

from services.identity_api.tokens.errors import TokenRefused, TooManyFailures
from services.identity_api.tokens.failed_attempts import FailedAttempts
from services.identity_api.tokens.rules import KEYS_MAX_AGE
from services.identity_api.tokens.schemas import Discovery, PublishedKeys, Token
from services.identity_api.tokens.service import issue_token
from services.identity_api.tokens.signing_keys import ALGORITHM, SigningKeys
from services.identity_api.tokens.token_request import FORM, read_token_request
from shared.auth import ROLE_SCOPES
from shared.errors import problem_response
from shared.runtime.app import make_router
from shared.runtime.route import Service

router = make_router("tokens")

NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}

_REQUEST_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            FORM: {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"type": "string", "enum": ["client_credentials"]},
                        "scope": {"type": "string", "description": "以空格分隔；不填为全部权限"},
                        "client_id": {"type": "string"},
                        "client_secret": {"type": "string"},
                    },
                }
            }
        },
    }
}


@router.post(
    "/oauth/token", response_model=Token, openapi_extra=_REQUEST_FORM, summary="领取访问令牌（客户端凭据）"
)
async def token(request: Request, service: Service) -> Response:
    keys: SigningKeys = request.app.state.signing_keys
    attempts: FailedAttempts = request.app.state.failed_attempts
    address = request.client.host if request.client else ""
    try:
        asked = await read_token_request(request)
        issued = await issue_token(service, keys, attempts, asked, address)
    except (TokenRefused, TooManyFailures) as refusal:
        return _refused(request, refusal)
    return Response(issued.model_dump_json(), 200, NO_STORE, media_type="application/json")


def _refused(request: Request, refusal: TokenRefused | TooManyFailures) -> Response:
    """A problem document that is an OAuth error too; typed as the RFC has it for whom asks for plain JSON."""
    response = problem_response(request, refusal)
    accept = request.headers.get("accept", "")
    if "application/json" in accept and "application/problem+json" not in accept:
        response.headers["Content-Type"] = "application/json"
    response.headers.update({**NO_STORE, "Vary": "Accept"})
    return response


@router.get("/.well-known/jwks.json", summary="验证令牌的公钥")
async def jwks(request: Request, response: Response) -> PublishedKeys:
    keys: SigningKeys = request.app.state.signing_keys
    response.headers["Cache-Control"] = f"public, max-age={int(KEYS_MAX_AGE.total_seconds())}"
    return PublishedKeys.model_validate(await keys.published())


@router.get("/.well-known/openid-configuration", summary="身份服务的说明")
async def discovery(service: Service) -> Discovery:
    issuer = service.settings.issuer
    return Discovery(
        issuer=issuer,
        token_endpoint=f"{issuer}/oauth/token",
        jwks_uri=f"{issuer}/.well-known/jwks.json",
        grant_types_supported=["client_credentials"],
        response_types_supported=[],
        subject_types_supported=["public"],
        id_token_signing_alg_values_supported=[ALGORITHM],
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
        scopes_supported=sorted({scope for scopes in ROLE_SCOPES.values() for scope in scopes}),
    )
