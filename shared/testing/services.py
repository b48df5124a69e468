"""A service in this process, and callers of it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from shared.auth import ROLE_SCOPES, SERVICE_SCOPES, Caller, Grant
from shared.auth.service_token import ServiceToken
from shared.clock import BusinessClock
from shared.errors.refusals import Unauthenticated
from shared.parameters import DEFAULTS
from shared.runtime.context import ServiceContext
from shared.runtime.settings import ServiceSettings
from shared.testing.databases import TestDatabase


class KnownCallers:
    """Stands for the token verifier: the bearer token is the name of a caller made by ``caller``."""

    def __init__(self) -> None:
        self._callers: dict[str, Caller] = {}

    async def caller(self, authorization: str | None) -> Caller:
        found = self._callers.get((authorization or "").removeprefix("Bearer "))
        if found is None:
            raise Unauthenticated()
        return found

    def add(self, name: str, caller: Caller) -> None:
        self._callers[name] = caller


@dataclass
class RunningService:
    """A service on a test database, its clock at an instant that the test chose."""

    context: ServiceContext
    app: FastAPI
    callers: KnownCallers = field(default_factory=KnownCallers)

    def client(
        self,
        role: str,
        org: str,
        region: str,
        *,
        name: str = "",
        scopes: Iterable[str] | None = None,
        more: Iterable[Grant] = (),
    ) -> httpx.AsyncClient:
        """A client with the scopes of its role (or ``scopes``), granted (role, org, region) and ``more``."""
        name = name or f"{role}-{org}-{region}"
        given = ROLE_SCOPES.get(role) or SERVICE_SCOPES.get(name, ())
        grants = (Grant(role, org, region), *more)
        self.callers.add(name, Caller(name, frozenset(given if scopes is None else scopes), grants))
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False),
            base_url="http://test",
            headers={"Authorization": f"Bearer {name}"},
        )


def start_service(
    service: str,
    database: TestDatabase,
    create_app: Any,
    now: datetime,
    transport: httpx.AsyncBaseTransport | None = None,
) -> RunningService:
    """``create_app(context)`` on ``database``. Calls to other services go to ``transport``, if given, which also
    answers ``POST http://identity/oauth/token``."""
    schema = service.removesuffix("_api")
    settings = ServiceSettings(
        service=service,
        environment="demo",
        database_url=database.service_url(schema),
        listen_url=database.service_url(schema),
        kek_file=database.kek_file,
        match_key_file=database.match_key_file,
        identity_url="http://identity",
        issuer="http://identity",
        warning_url="http://warning",
        household_url="http://household",
        funds_url="http://funds",
        client_id="",
        client_secret_file=Path(),
        seal_algorithm="sm4-gcm",
        pool_size=8,
        storage_url=(database.home / "attachments" / database.owner_url.rpartition("/")[2]).as_uri(),
    )
    context = ServiceContext(settings, BusinessClock.starting_at(now))
    callers = KnownCallers()
    context.verifier = callers
    if transport is not None:
        context.http = httpx.AsyncClient(transport=transport)
        context.token = ServiceToken(context.http, "http://identity/oauth/token", f"service:{service}", "")
    return RunningService(context, create_app(context), callers)


async def add_county(database: TestDatabase, schema: str, regions: Iterable[Mapping[str, Any]]) -> None:
    """Regions (``code, name, parent_code, level, served_by``) and default parameters of one county."""
    rows = list(regions)
    county = next(row["code"] for row in rows if row["level"] == "county")
    connection = await database.connect()
    try:
        await connection.executemany(
            f"INSERT INTO {schema}.region (county_code, code, name, parent_code, level, served_by, valid_from)"
            " VALUES ($1, $2, $3, $4, $5, $6, '2020-01-01')",
            [
                (county, r["code"], r["name"], r.get("parent_code"), r["level"], r.get("served_by"))
                for r in rows
            ],
        )
        await connection.executemany(
            f"INSERT INTO {schema}.parameter"
            " (county_code, name, version, valid_from, value, source, set_by, set_at)"
            " VALUES ($1, $2, 1, '2020-01-01', $3::jsonb, $4, 'test', now())",
            [(county, d.name, json.dumps(d.value), d.source) for d in DEFAULTS],
        )
    finally:
        await connection.close()


#: A small county for tests: two townships with two villages each, and a farm served by the first township.
SMALL_COUNTY: tuple[dict[str, Any], ...] = (
    {"code": "23", "name": "黑龙江省", "parent_code": None, "level": "province"},
    {"code": "2312", "name": "绥化市", "parent_code": "23", "level": "city"},
    {"code": "231226", "name": "绥棱县", "parent_code": "2312", "level": "county"},
    {"code": "231226100", "name": "绥棱镇", "parent_code": "231226", "level": "township"},
    {"code": "231226100201", "name": "东方红村委会", "parent_code": "231226100", "level": "village"},
    {"code": "231226100202", "name": "东升村委会", "parent_code": "231226100", "level": "village"},
    {"code": "231226101", "name": "上集镇", "parent_code": "231226", "level": "township"},
    {"code": "231226101200", "name": "大兴村委会", "parent_code": "231226101", "level": "village"},
    {"code": "231226101201", "name": "民族村委会", "parent_code": "231226101", "level": "village"},
    {
        "code": "231226580",
        "name": "种马场",
        "parent_code": "231226",
        "level": "township",
        "served_by": "231226100",
    },
    {"code": "231226580598", "name": "种马场虚拟生活区", "parent_code": "231226580", "level": "village"},
)
