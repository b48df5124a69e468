"""Issuing a token (RFC 6749 §4.4): one query, one SHA-256, one signature."""

import re
import time

import structlog
from joserfc import jwt

from services.identity_api.clients import service as clients
from services.identity_api.tokens.errors import InvalidClient, InvalidRequest, UnsupportedGrantType
from services.identity_api.tokens.failed_attempts import FailedAttempts
from services.identity_api.tokens.rules import TOKEN_LIFETIME, granted_scopes
from services.identity_api.tokens.schemas import Token
from services.identity_api.tokens.signing_keys import ALGORITHM, SigningKeys
from services.identity_api.tokens.token_request import CHALLENGE, TokenRequest
from shared.auth.tokens import AUDIENCE
from shared.db.identifiers import new_id
from shared.runtime.context import ServiceContext

log = structlog.get_logger("tokens")

#: A client id that may stand in a log; anything else may be a name, or a secret in the wrong field.
_LOGGED_ID = re.compile(r"[0-9A-Za-z:_-]{1,64}")


async def issue_token(
    service: ServiceContext,
    keys: SigningKeys,
    attempts: FailedAttempts,
    request: TokenRequest,
    address: str,
) -> Token:
    """Raises a ``TokenRefused``, or ``TooManyFailures``."""
    attempts.check(request.client_id, address)
    async with service.begin() as tx:
        client = await clients.authenticated(tx, request.client_id, request.client_secret)
    if client is None:
        attempts.count(request.client_id, address)
        named = request.client_id if _LOGGED_ID.fullmatch(request.client_id) else "unreadable"
        log.warning("token_refused", client_id=named, address=address, error="invalid_client")
        raise InvalidClient(headers=CHALLENGE)
    if not request.grant_type:
        raise InvalidRequest("缺少 grant_type", "grant_type is missing")
    if request.grant_type != "client_credentials":
        raise UnsupportedGrantType("请用 grant_type=client_credentials", "Use grant_type=client_credentials")
    scope = " ".join(granted_scopes(client.scopes, request.scope))
    kid, key = await keys.signer()
    issued = int(time.time())
    lifetime = int(TOKEN_LIFETIME.total_seconds())
    claims = {
        "iss": service.settings.issuer,
        "aud": AUDIENCE,
        "sub": client.client_id,
        "jti": str(new_id()),
        "iat": issued,
        "exp": issued + lifetime,
        "scope": scope,
        "grants": [{"role": g.role, "org": g.org, "region": g.region} for g in client.grants],
    }
    signed = jwt.encode({"alg": ALGORITHM, "kid": kid}, claims, key, algorithms=[ALGORITHM])
    return Token(access_token=signed, expires_in=lifetime, scope=scope)
