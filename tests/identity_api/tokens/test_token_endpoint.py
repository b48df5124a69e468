"""Client credentials by Basic and by form, what they give, and every way to be refused."""

import time
from base64 import b64encode
from urllib.parse import quote_plus

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from structlog.testing import capture_logs

from shared.auth import ROLE_SCOPES, Grant
from shared.auth.service_token import ServiceToken
from tests.identity_api.conftest import Identity

YB = Grant("department", "YB", "231226")


def basic(client_id: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f"{client_id}:{secret}".encode()).decode()}


async def claims_of(identity: Identity, token: str) -> jwt.Token:
    keys = KeySet.import_key_set((await identity.http.get("/.well-known/jwks.json")).json())
    return jwt.decode(token, keys, algorithms=["ES256"])


async def test_a_token_names_client_scopes_and_grants(identity: Identity) -> None:
    second = Grant("department", "YB", "420502")
    secret = await identity.add_client("231226-YB", [YB, second])
    answer = await identity.ask("231226-YB", secret)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 900)
    assert body["scope"].split() == list(ROLE_SCOPES["department"])
    token = await claims_of(identity, body["access_token"])
    claims = token.claims
    assert token.header["alg"] == "ES256"
    assert token.header["kid"]
    assert (claims["iss"], claims["aud"], claims["sub"]) == ("http://identity", "bihuan", "231226-YB")
    assert claims["exp"] - claims["iat"] == 900
    assert abs(claims["iat"] - time.time()) < 5, "tokens have real time, not that of the business clock"
    assert claims["scope"] == body["scope"]
    assert claims["grants"] == [
        {"role": "department", "org": "YB", "region": "231226"},
        {"role": "department", "org": "YB", "region": "420502"},
    ]
    again = await claims_of(identity, (await identity.ask("231226-YB", secret)).json()["access_token"])
    assert again.claims["jti"] != claims["jti"]


@pytest.mark.parametrize("client_id", ["231226-YB", "service:warning_api"])
@pytest.mark.parametrize("encoded", [True, False])
async def test_basic_takes_encoded_and_plain_credentials(
    identity: Identity, client_id: str, encoded: bool
) -> None:
    secret = await identity.add_client(client_id, [YB])
    headers = basic(quote_plus(client_id) if encoded else client_id, secret)
    answer = await identity.http.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, headers=headers
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("credentials", ["231226%00:x", "231226:x%00", "231226\0:x"])
async def test_basic_with_a_nul_in_any_spelling(identity: Identity, credentials: str) -> None:
    client_id, _, secret = credentials.partition(":")
    answer = await identity.http.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, headers=basic(client_id, secret)
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_client")


async def test_our_own_services_get_their_tokens(identity: Identity) -> None:
    secret = await identity.add_client("service:warning_api", [Grant("service", "", "")], ["matches:read"])
    mine = ServiceToken(identity.http, "/oauth/token", "service:warning_api", secret)
    token = await claims_of(identity, await mine.token())
    assert token.claims["grants"] == [{"role": "service", "org": "", "region": ""}]


async def test_scope_asks_for_fewer(identity: Identity) -> None:
    secret = await identity.add_client("231226-YB", [YB])
    fewer = await identity.ask("231226-YB", secret, scope="warnings:read batches:read")
    assert fewer.json()["scope"] == "warnings:read batches:read"
    more = await identity.ask("231226-YB", secret, scope="warnings:read tasks:read")
    assert (more.status_code, more.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/problem+json"])
async def test_a_wrong_secret_is_an_oauth_error_and_a_problem(identity: Identity, accept: str) -> None:
    await identity.add_client("231226-YB", [YB])
    identity.http.headers["Accept"] = accept
    with capture_logs() as logs:
        wrong = await identity.ask("231226-YB", "not-the-secret-of-it")
    unknown = await identity.ask("nobody", "not-the-secret-of-it")
    for answer in (wrong, unknown):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Basic ")
        assert answer.headers["cache-control"] == "no-store"
        kind = "application/json" if accept == "application/json" else "application/problem+json"
        assert answer.headers["content-type"] == kind
        body = answer.json()
        assert body["error"] == body["code"] == "invalid_client"
        assert body["status"] == 401
        assert {"type", "title", "detail", "error_description"} <= body.keys()
    assert wrong.json() == unknown.json(), "which clients exist is not told"
    assert [line["client_id"] for line in logs if line["event"] == "token_refused"] == ["231226-YB"]
    assert "not-the-secret-of-it" not in str(logs)


async def test_malformed_requests(identity: Identity) -> None:
    secret = await identity.add_client("231226-YB", [YB])
    grant = {"grant_type": "client_credentials"}
    asked = {
        "password": await identity.ask("231226-YB", secret, grant_type="password"),
        "no grant": await identity.ask("231226-YB", secret, grant_type=""),
        "two ways": await identity.http.post(
            "/oauth/token", data={**grant, "client_secret": secret}, headers=basic("231226-YB", secret)
        ),
        "json": await identity.http.post("/oauth/token", json=grant),
        "twice": await identity.http.post(
            "/oauth/token",
            content=f"grant_type=client_credentials&client_id=a&client_id=b&client_secret={secret}",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        ),
        "bytes": await identity.http.post(
            "/oauth/token",
            content=b"client_id=\xff%ff",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        ),
        "nothing": await identity.http.post("/oauth/token"),
        "bearer": await identity.http.post("/oauth/token", data=grant, headers={"Authorization": "Bearer x"}),
        "large": await identity.http.post("/oauth/token", data={**grant, "x": "x" * 20_000}),
    }
    got = {name: (answer.status_code, answer.json().get("error")) for name, answer in asked.items()}
    assert got == {
        "password": (400, "unsupported_grant_type"),
        "no grant": (400, "invalid_request"),
        "two ways": (400, "invalid_request"),
        "json": (400, "invalid_request"),
        "twice": (400, "invalid_request"),
        "bytes": (400, "invalid_request"),
        "nothing": (401, "invalid_client"),
        "bearer": (401, "invalid_client"),
        "large": (413, None),
    }


async def test_failures_are_limited_by_client(identity: Identity) -> None:
    secret = await identity.add_client("231226-YB", [YB])
    other = await identity.add_client("231226-ZJ", [Grant("department", "ZJ", "231226")])
    for _ in range(20):
        assert (await identity.ask("231226-YB", "wrong")).status_code == 401
    limited: httpx.Response = await identity.ask("231226-YB", secret)
    assert limited.status_code == 429
    assert 0 < int(limited.headers["retry-after"]) <= 60
    assert limited.json()["code"] == "rate_limited"
    assert (await identity.ask("231226-ZJ", other)).status_code == 200


async def test_discovery(identity: Identity) -> None:
    found = (await identity.http.get("/.well-known/openid-configuration")).json()
    assert found["issuer"] == "http://identity"
    assert found["token_endpoint"] == "http://identity/oauth/token"
    keys = (await identity.http.get(found["jwks_uri"])).json()["keys"]
    assert len(keys) == 2, "one that signs, and the next"
    assert all("d" not in key and key["alg"] == "ES256" and key["use"] == "sig" for key in keys)
    assert (await identity.http.get("/readyz")).status_code == 200
