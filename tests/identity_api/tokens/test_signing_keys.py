"""Keys are made once, rotated without a gap, and readable only with the key-encryption key."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity_api.tokens import rules, signing_keys
from services.identity_api.tokens.rules import SigningKey
from services.identity_api.tokens.signing_keys import SigningKeys, rotate
from shared.auth import Grant
from shared.auth.tokens import TokenVerifier
from tests.identity_api.conftest import Identity

START = datetime(2026, 11, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def test_processes_that_start_at_once_agree_on_one_key(identity: Identity) -> None:
    processes = [SigningKeys(identity.context) for _ in range(6)]
    signers = await asyncio.gather(*(process.signer() for process in processes))
    assert len({kid for kid, _ in signers}) == 1
    connection = await identity.database.connect()
    assert await connection.fetchval("SELECT count(*) FROM identity.signing_key") == 2
    wrapped = await connection.fetchval("SELECT wrapped FROM identity.signing_key LIMIT 1")
    await connection.close()
    private = signers[0][1].as_der(private=True)
    assert private[-40:] not in bytes(wrapped)


async def test_a_rotation_lets_the_published_key_sign(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = await identity.add_client("231226-YB", [Grant("department", "YB", "231226")])
    old = (await identity.ask("231226-YB", secret)).json()["access_token"]
    published = {key["kid"] for key in (await identity.http.get("/.well-known/jwks.json")).json()["keys"]}
    connection = await identity.database.connect()
    await connection.execute("UPDATE identity.signing_key SET published_at = now() - interval '1 hour'")
    rotated = await rotate(identity.context)
    assert rotated.kid in published, "nobody meets a token whose key was not published before"
    assert rotated.signs_from is not None
    assert rotated.signs_from <= datetime.now(UTC)
    monkeypatch.setattr(signing_keys, "RELOAD_SECONDS", -1)
    kid, _ = await SigningKeys(identity.context).signer()
    assert kid == rotated.kid
    new = (await identity.ask("231226-YB", secret)).json()["access_token"]
    verifier = TokenVerifier(SigningKeys(identity.context), "http://identity")
    for token in (old, new):
        assert (await verifier.caller(f"Bearer {token}")).client_id == "231226-YB"
    keys = (await identity.http.get("/.well-known/jwks.json")).json()["keys"]
    assert len(keys) == 3, "retired, current and next"
    audited = await connection.fetchval(
        "SELECT subject FROM identity.audit_entry WHERE action = 'signing_key.rotated'"
    )
    await connection.close()
    assert audited == f"signing_key/{rotated.kid}"


async def test_a_key_just_published_signs_later(identity: Identity) -> None:
    kid, _ = await SigningKeys(identity.context).signer()
    rotated = await rotate(identity.context)
    assert rotated.signs_from is not None
    assert rotated.signs_from > datetime.now(UTC) + 4 * MINUTE
    assert (await SigningKeys(identity.context).signer())[0] == kid


async def test_dead_keys_are_forgotten(identity: Identity) -> None:
    first, _ = await SigningKeys(identity.context).signer()
    connection = await identity.database.connect()
    await connection.execute("UPDATE identity.signing_key SET published_at = now() - interval '1 hour'")
    await rotate(identity.context)
    await connection.execute(
        "UPDATE identity.signing_key SET signs_from = signs_from - interval '30 minutes'"
    )
    await rotate(identity.context)
    kids = {row["kid"] for row in await connection.fetch("SELECT kid FROM identity.signing_key")}
    await connection.close()
    assert first not in kids
    assert len(kids) == 3


async def test_a_rotation_before_the_first_token(identity: Identity) -> None:
    rotated = await rotate(identity.context)
    assert (await SigningKeys(identity.context).signer())[0] == rotated.kid


async def test_identity_verifies_with_its_own_keys(identity: Identity) -> None:
    """Its context's HTTP client is never used: there is nothing at the other end."""
    administrator = await identity.administrator()
    assert (await administrator.get("/v1/clients")).status_code == 200
    assert (await identity.http.get("/v1/clients")).status_code == 401


@given(st.lists(st.integers(0, 200), min_size=1, max_size=6), st.integers(0, 400))
def test_a_living_tokens_key_is_published(rotations: list[int], minute: int) -> None:
    """Whenever rotations come, the key of any token that lives at a minute is published then and before."""
    keys = [SigningKey("0", b"", {}, START, START), SigningKey("1", b"", {}, START, None)]
    for after in sorted(rotations):
        now = START + after * MINUTE
        following = next(key for key in keys if key.signs_from is None)
        begins = rules.starts_signing(following, now)
        started = SigningKey(following.kid, b"", {}, following.published_at, begins)
        keys = [key for key in keys if key.kid != following.kid and not rules.is_dead(key, keys, now)]
        keys += [started, SigningKey(str(int(following.kid) + 1), b"", {}, now, None)]
    now = START + minute * MINUTE
    if minute < max(rotations):
        return
    for age in range(16):
        signed_at = now - age * MINUTE
        key = rules.signer(keys, signed_at)
        if key is None:
            assert signed_at < START or rules.signer(keys, now) is not None
            continue
        assert not rules.is_dead(key, keys, now)
        assert key.published_at <= signed_at - rules.KEYS_MAX_AGE or key.kid == "0"
