"""What `county add` writes: regions and rules in three schemas, clients that get tokens; all or nothing."""

import json
import stat
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import httpx
import pytest

from bihuan.county import (
    CountyDiffers,
    add_counties,
    ensure_service_clients,
    load_regions,
    write_credentials,
)
from bihuan.launcher.home import Home
from bihuan.sample.county import SUILENG_FILE, YICHANG_FILE
from services.identity_api.app import create_app
from shared.auth import ROLE_SCOPES, SERVICE_SCOPES
from shared.auth.tokens import TokenVerifier
from shared.parameters import DEFAULTS, parameter
from shared.regions import regions_of
from shared.testing.databases import TestDatabase
from shared.testing.services import start_service
from tests.factories.clock import INSIDE_THE_WINDOW

TODAY = date(2026, 11, 8)
KEYS = ["name", "client_id", "client_secret", "role", "org_code", "region_code", "scopes"]


async def count(database: TestDatabase, table: str) -> int:
    connection = await database.connect()
    counted: int = await connection.fetchval(f"SELECT count(*) FROM {table}")
    await connection.close()
    return counted


async def test_the_sample_county_is_set_up(database: TestDatabase) -> None:
    (county,) = load_regions(SUILENG_FILE)
    credentials = await add_counties(database.owner_url, [county], today=TODAY)
    assert all(list(entry) == KEYS for entry in credentials)
    roles = Counter(entry["role"] for entry in credentials)
    assert roles == {
        "department": 10,
        "township": 24,
        "county": 2,
        "finance": 2,
        "supervisor": 1,
        "system": 1,
        "secadmin": 1,
    }
    named = {entry["name"]: entry for entry in credentials}
    assert named["YB"]["client_id"] == "231226-YB"
    assert (named["county-checker"]["role"], named["county-checker"]["org_code"]) == ("county", "NYNC")
    town = named["绥棱镇"]
    assert (town["client_id"], town["org_code"], town["region_code"]) == (
        "231226-231226100",
        "231226100",
        "231226100",
    )
    assert all(entry["scopes"] == list(ROLE_SCOPES[entry["role"]]) for entry in credentials)
    assert len({entry["client_secret"] for entry in credentials}) == len(credentials)

    for schema in ("household", "warning", "funds"):
        service = start_service(f"{schema}_api", database, lambda _: None, INSIDE_THE_WINDOW).context
        async with service.begin("231226") as tx:
            regions = await regions_of(tx)
            assert len(regions.townships()) == 24
            assert regions.full_name("231226580598") == "种马场种马场虚拟生活区"
            farm = regions.get("231226580")
            assert farm is not None
            assert farm.served_by == "231226101"
            expected = {default.name: default.value for default in DEFAULTS}
            expected["retired_regions"] = {"232132": "231226", "232332": "231226"}
            for name, value in expected.items():
                assert (await parameter(tx, name)).value == value
            assert (await parameter(tx, "cycle_opens_day", date(2020, 1, 1))).version == 1
        await service.close()

    identity = start_service("identity_api", database, lambda _: None, INSIDE_THE_WINDOW).context
    app = create_app(identity)
    verifier = identity.verifier
    assert isinstance(verifier, TokenVerifier)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://identity") as http:
        answer = await http.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(town["client_id"], town["client_secret"]),
        )
        caller = await verifier.caller(f"Bearer {answer.json()['access_token']}")
    await identity.close()
    assert {grant.region for grant in caller.grants} == {"231226100", "231226404", "231226581"}
    assert {(grant.role, grant.org) for grant in caller.grants} == {("township", "231226100")}
    assert caller.reach(None, writing=True).covers("231226404598")


async def test_again_without_and_with_differences(database: TestDatabase) -> None:
    (county,) = load_regions(SUILENG_FILE)
    await add_counties(database.owner_url, [county], today=TODAY)
    before = await count(database, "identity.client")
    assert await add_counties(database.owner_url, [county], today=TODAY) == []
    changed = replace(county, regions=tuple(r for r in county.regions if r.code != "231226580598"))
    yichang = load_regions(YICHANG_FILE)[0]
    with pytest.raises(
        CountyDiffers, match="绥棱县（231226）已存在，且与文件不同：231226580598；未作任何更改"
    ):
        await add_counties(database.owner_url, [yichang, changed], today=TODAY)
    assert await count(database, "identity.client") == before, "all of a file's counties, or none"


async def test_several_counties_at_once(database: TestDatabase) -> None:
    counties = load_regions(YICHANG_FILE)
    credentials = await add_counties(database.owner_url, counties, today=TODAY)
    assert len(credentials) == 13 * 17 + 113
    departments = [entry["region_code"] for entry in credentials if entry["name"] == "YB"]
    assert departments == [county.code for county in counties]
    assert await count(database, "identity.audit_entry WHERE action = 'county.added'") >= 13


async def test_service_clients_keep_their_secrets(database: TestDatabase, home: Home) -> None:
    await ensure_service_clients(database.owner_url, home)
    await ensure_service_clients(database.owner_url, home)
    connection = await database.connect()
    select = "SELECT client_id, version, scopes FROM identity.client WHERE client_id LIKE 'service:%'"
    first = {
        row["client_id"]: (row["version"], tuple(row["scopes"])) for row in await connection.fetch(select)
    }
    assert first == {name: (1, scopes) for name, scopes in SERVICE_SCOPES.items()}
    await connection.execute(
        "UPDATE identity.client SET scopes = '{}' WHERE client_id = 'service:warning_api'"
    )
    await ensure_service_clients(database.owner_url, home)
    again = {row["client_id"]: row["version"] for row in await connection.fetch(select)}
    await connection.close()
    assert again == {name: 2 if name == "service:warning_api" else 1 for name in SERVICE_SCOPES}
    identity = start_service("identity_api", database, lambda _: None, INSIDE_THE_WINDOW).context
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(identity)), base_url="http://identity"
    ) as http:
        form = {
            "grant_type": "client_credentials",
            "client_id": "service:warning_api",
            "client_secret": home.secret("client-warning_api"),
        }
        answer = await http.post("/oauth/token", data=form)
    await identity.close()
    assert answer.json()["scope"].split() == list(SERVICE_SCOPES["service:warning_api"])


def test_credentials_are_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "out.json"
    path.write_text("old")
    path.chmod(0o644)
    write_credentials(path, [])
    assert json.loads(path.read_text()) == []
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["out.json"]
