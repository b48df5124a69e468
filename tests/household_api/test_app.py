"""The whole application: its tables, its description, and bodies that nobody should send."""

from typing import Any

import httpx
import orjson
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from services.household_api.models import METADATA
from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.household_api.conftest import PURPOSE


async def test_models_and_migration_agree(database: TestDatabase) -> None:
    def differences(connection: Connection) -> list[Any]:
        options = {
            "include_schemas": True,
            "include_name": lambda name, kind, _: kind != "schema" or name == "household",
            "include_object": lambda _, name, kind, *__: kind != "table" or not name.startswith("pgqueuer"),
            "compare_type": True,
        }
        found: list[Any] = compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)
        return found

    engine = create_async_engine(database.owner_url.replace("postgresql://", "postgresql+asyncpg://", 1))
    async with engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    await engine.dispose()


async def test_the_service_describes_itself(running: RunningService, county: httpx.AsyncClient) -> None:
    assert (await county.get("/readyz")).status_code == 200
    described = running.app.openapi()
    body = described["paths"]["/v1/matches"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert "id_index" in body["properties"]["subjects"]["items"]["properties"]
    assert "$defs" not in orjson.dumps(described).decode()


ROUTES = (
    ("PUT", "/v1/parameters"),
    ("POST", "/v1/households"),
    ("PATCH", "/v1/households/01a200ef-0334-77ba-a52d-df29b3cebd03"),
    ("POST", "/v1/searches"),
    ("POST", "/v1/imports"),
    ("POST", "/v1/imports/01a200ef-0334-77ba-a52d-df29b3cebd03/approval"),
    ("POST", "/v1/matches"),
    ("POST", "/v1/cases"),
    ("POST", "/v1/cases/01a200ef-0334-77ba-a52d-df29b3cebd03/transitions"),
    ("POST", "/v1/events"),
)
BODIES = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b"{",
    b"\xff\xfe",
    b'"\\ud800"',
    b'{"name": "\\ud800", "members": [{"name": "\\ud800"}]}',
    b'{"region_code": "231226100201", "household_type": "ordinary", "members": [{"name": "\\ud800"}]}',
    b'{"region_code": "231226100201", "household_type": "ordinary", "members": [{"name": {}, "phone": [1]}]}',
    b'{"region_code": "231226100201", "household_type": "ordinary", "members": [1]}',
    b'{"to": {}, "household_id": 5, "subjects": {}, "records": {}, "value": NaN}',
    b'{"name": "income_line", "value": 1e999, "valid_from": "9999-99-99", "source": "x"}',
    b'{"a": ' * 2000,
)


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_no_body_is_a_fault_of_ours(running: RunningService, method: str, path: str) -> None:
    scopes = ["parameters:write", "registry:write", "pii:read", "imports:write", "matches:read"]
    scopes += ["cases:write", "cases:approve", "events:deliver"]
    async with running.client("county", "NY", "231226", name="fuzzer", scopes=scopes) as client:
        for body in BODIES:
            headers = {"Content-Type": "application/json", "If-Match": "*", **PURPOSE}
            answer = await client.request(method, path, content=body, headers=headers)
            # An empty array is an import of nothing.
            if (path, body) == ("/v1/imports", b"[]"):
                assert answer.json()["received"] == 0
                continue
            assert 400 <= answer.status_code < 500, (body, answer.text)
            assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/households/not-an-id",
        "/v1/households/01a200ef-0334-77ba-a52d-df29b3cebd03",
        "/v1/cases/not-an-id",
        "/v1/imports/01a200ef-0334-77ba-a52d-df29b3cebd03",
        "/v1/imports/01a200ef-0334-77ba-a52d-df29b3cebd03/rejects",
    ],
)
async def test_what_is_not_there_is_not_found(county: httpx.AsyncClient, path: str) -> None:
    assert (await county.get(path)).status_code == 404


async def test_nobody_without_a_token(running: RunningService) -> None:
    transport = httpx.ASGITransport(running.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as anybody:
        for path in ("/v1/households", "/v1/regions", "/v1/cases", "/v1/parameters"):
            assert (await anybody.get(path)).status_code == 401


async def test_another_spelling_of_a_path_leads_nowhere_else(county: httpx.AsyncClient) -> None:
    answer = await county.get("/v1/households/", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 404
    assert "location" not in answer.headers
