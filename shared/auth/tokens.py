"""Verification of access tokens (JWT, ES256) against identity's published keys."""

import time
from collections import OrderedDict
from typing import Any, Protocol

import httpx
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.auth.caller import Caller, Grant
from shared.errors.refusals import Unauthenticated, Unavailable

AUDIENCE = "bihuan"
LEEWAY_SECONDS = 10
#: Verified tokens are remembered until they expire: one signature check a token, not one a request.
REMEMBERED_TOKENS = 10_000
#: An unknown key id makes us ask again, at most this often.
REFRESH_SECONDS = 5.0
#: Whoever calls waits for it.
FETCH_SECONDS = 3.0


class Keys(Protocol):
    """Where the keys come from that tokens are verified with."""

    async def key_set(self, kid: str | None) -> KeySet:
        """All keys that are known now, with the one named ``kid`` if it exists."""
        ...


class KeySource:
    """Identity's JWKS, kept between calls; verification goes on with what is known when identity is down."""

    def __init__(self, http: httpx.AsyncClient, jwks_url: str) -> None:
        self._http = http
        self._url = jwks_url
        self._keys: KeySet | None = None
        self._asked = 0.0

    async def key_set(self, kid: str | None) -> KeySet:
        known = self._keys is not None and any(key.kid == kid for key in self._keys.keys)
        if not known and time.monotonic() - self._asked > (REFRESH_SECONDS if self._keys else 0):
            self._asked = time.monotonic()
            try:
                answer = await self._http.get(self._url, timeout=FETCH_SECONDS)
                answer.raise_for_status()
                self._keys = KeySet.import_key_set(answer.json())
            except httpx.HTTPError as error:
                if self._keys is None:
                    raise Unavailable("身份服务暂不可用", "identity_api is not answering") from error
        if self._keys is None:
            raise Unavailable("身份服务暂不可用", "identity_api is not answering")
        return self._keys


class TokenVerifier:
    """Turns ``Authorization: Bearer …`` into a ``Caller``; refuses with 401."""

    def __init__(self, keys: Keys, issuer: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._verified: OrderedDict[str, tuple[float, Caller]] = OrderedDict()

    async def caller(self, authorization: str | None) -> Caller:
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated(headers={"WWW-Authenticate": "Bearer"})
        token = token.strip()
        remembered = self._verified.get(token)
        if remembered is not None and remembered[0] > time.time():
            return remembered[1]
        claims = await self._claims(token)
        caller = Caller(
            client_id=claims["sub"],
            scopes=frozenset(str(claims.get("scope", "")).split()),
            grants=tuple(Grant(g["role"], g["org"], g["region"]) for g in claims.get("grants", [])),
        )
        self._verified[token] = (float(claims["exp"]), caller)
        while len(self._verified) > REMEMBERED_TOKENS:
            self._verified.popitem(last=False)
        return caller

    async def _claims(self, token: str) -> dict[str, Any]:
        refused = Unauthenticated(headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
        try:
            kid = jwt_header(token).get("kid")
            decoded = jwt.decode(token, await self._keys.key_set(kid), algorithms=["ES256"])
            jwt.JWTClaimsRegistry(
                leeway=LEEWAY_SECONDS,
                iss={"essential": True, "value": self._issuer},
                aud={"essential": True, "value": AUDIENCE},
                exp={"essential": True},
                sub={"essential": True},
            ).validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise refused from error
        return decoded.claims


def jwt_header(token: str) -> dict[str, Any]:
    """The protected header, unverified: only to choose the key."""
    return dict(jws.extract_compact(token.encode()).headers())
