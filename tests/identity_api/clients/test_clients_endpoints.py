"""What a security administrator may do with clients, and that each act is audited."""

from typing import Any

import pytest

from shared.auth import ROLE_SCOPES, Grant
from tests.identity_api.conftest import Identity

SYSTEM = {"name": "省平台", "role": "system", "org_code": "XT", "region_code": "231226000000"}


async def audited(identity: Identity) -> list[tuple[str, str, str]]:
    connection = await identity.database.connect()
    rows = await connection.fetch("SELECT client_id, action, subject FROM identity.audit_entry ORDER BY at")
    await connection.close()
    return [tuple(row) for row in rows if row["action"].startswith("client.")]


async def test_a_client_is_made_rotated_and_deleted(identity: Identity) -> None:
    administrator = await identity.administrator()
    made = await administrator.post("/v1/clients", json=SYSTEM)
    assert made.status_code == 201
    client = made.json()
    assert made.headers["cache-control"] == "no-store"
    assert (client["role"], client["org_code"], client["region_code"]) == ("system", "XT", "231226")
    assert client["scopes"] == list(ROLE_SCOPES["system"])
    place = f"/v1/clients/{client['client_id']}"
    assert made.headers["location"] == place
    assert (await identity.ask(client["client_id"], client["client_secret"])).status_code == 200

    rotated = (await administrator.post(f"{place}/rotate")).json()
    assert (await identity.ask(client["client_id"], client["client_secret"])).status_code == 401
    assert (await identity.ask(client["client_id"], rotated["client_secret"])).status_code == 200
    read = await administrator.get(place)
    assert "client_secret" not in read.json()
    assert (read.headers["etag"], read.json()["version"]) == ('"2"', 2)

    assert (await administrator.delete(place)).status_code == 204
    assert (await administrator.get(place)).status_code == 404
    assert (await administrator.delete(place)).status_code == 404
    assert (await identity.ask(client["client_id"], rotated["client_secret"])).status_code == 401
    who = "231226-secadmin"
    subject = f"client/{client['client_id']}"
    acts = ["client.created", "client.secret_rotated", "client.deleted"]
    assert await audited(identity) == [(who, act, subject) for act in acts]


async def test_the_secret_is_nowhere_in_the_database(identity: Identity) -> None:
    administrator = await identity.administrator()
    made = await administrator.post("/v1/clients", json=SYSTEM, headers={"Idempotency-Key": "k"})
    connection = await identity.database.connect()
    for table in ("client", "audit_entry", "idempotency_key"):
        rows = await connection.fetch(f"SELECT t::text AS row FROM identity.{table} t")
        assert not any(made.json()["client_secret"] in row["row"] for row in rows)
    await connection.close()


async def test_a_replayed_key_does_not_show_the_secret_again(identity: Identity) -> None:
    administrator = await identity.administrator()
    headers = {"Idempotency-Key": "first"}
    made = await administrator.post("/v1/clients", json=SYSTEM, headers=headers)
    again = await administrator.post("/v1/clients", json=SYSTEM, headers=headers)
    assert (again.status_code, again.headers["idempotent-replayed"]) == (201, "true")
    expected = made.json()
    expected.pop("client_secret")
    assert again.json() == expected
    place = f"/v1/clients/{expected['client_id']}/rotate"
    rotated = await administrator.post(place, headers={"Idempotency-Key": "second"})
    replayed = await administrator.post(place, headers={"Idempotency-Key": "second"})
    assert "client_secret" not in replayed.json()
    assert (await identity.ask(expected["client_id"], rotated.json()["client_secret"])).status_code == 200


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"role": "service"}, "unknown_role"),
        ({"role": "village"}, "unknown_role"),
        ({"region_code": "2312"}, "region_out_of_reach"),
        ({"region_code": "420502"}, "region_out_of_reach"),
        ({"org_code": "Y'B"}, "invalid_org"),
        ({"role": "township", "org_code": "231226"}, "region_level"),
        ({"scopes": ["funds:read", "pii:read"]}, "scope_not_of_role"),
        (
            {"grants": [{"role": "system", "org": "A", "region": f"23122610{n}"} for n in range(5)]},
            "too_many_regions",
        ),
        (
            {"grants": [{"role": role, "org": "AQ", "region": "231226"} for role in ("secadmin", "county")]},
            "roles_apart",
        ),
        (
            {
                "grants": [
                    {"role": "county", "org": "NYNC", "region": "231226100"},
                    {"role": "township", "org": "231226101", "region": "231226101"},
                ]
            },
            "roles_apart",
        ),
        (
            {"grants": [{"role": "department", "org": org, "region": "231226"} for org in ("YB", "ZJ")]},
            "one_department",
        ),
    ],
)
async def test_what_may_not_be_granted(identity: Identity, change: dict[str, Any], code: str) -> None:
    administrator = await identity.administrator()
    answer = await administrator.post("/v1/clients", json=SYSTEM | change)
    assert answer.status_code == 422
    assert [error["code"] for error in answer.json()["errors"]] == [code]
    assert await audited(identity) == []


async def test_clients_of_another_region_do_not_exist(identity: Identity) -> None:
    administrator = await identity.administrator()
    hidden = {
        "420502-YB": [Grant("department", "YB", "420502")],
        "two-counties": [Grant("department", "YB", "231226"), Grant("department", "YB", "420502")],
        "2312-supervisor": [Grant("supervisor", "DC", "2312")],
    }
    for client_id, grants in hidden.items():
        await identity.add_client(client_id, grants)
    await identity.add_client("service:console", [Grant("service", "", "")], ["matches:read"])
    await identity.add_client("231226-t", [Grant("township", "231226100", "231226100")])
    listed = (await administrator.get("/v1/clients")).json()["items"]
    assert [client["client_id"] for client in listed] == ["231226-secadmin", "231226-t"]
    for client_id in [*hidden, "service:console", "nobody"]:
        for method, path in (("GET", ""), ("POST", "/rotate"), ("DELETE", "")):
            answer = await administrator.request(method, f"/v1/clients/{client_id}{path}")
            assert answer.status_code == 404, (client_id, method)


async def test_the_list_has_pages(identity: Identity) -> None:
    administrator = await identity.administrator()
    for number in range(4):
        await identity.add_client(f"231226-{number}", [Grant("system", "XT", "231226")])
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (
            await administrator.get(
                "/v1/clients", params={"limit": 2, **({"cursor": cursor} if cursor else {})}
            )
        ).json()
        seen += [client["id"] for client in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [*(f"231226-{number}" for number in range(4)), "231226-secadmin"]


async def test_only_administrators_and_not_of_themselves(identity: Identity) -> None:
    administrator = await identity.administrator()
    own = await administrator.delete("/v1/clients/231226-secadmin")
    assert (own.status_code, own.json()["code"]) == (409, "own_client")
    secret = await identity.add_client("231226-county", [Grant("county", "NYNC", "231226")])
    token = (await identity.ask("231226-county", secret)).json()["access_token"]
    refused = await identity.http.get("/v1/clients", headers={"Authorization": f"Bearer {token}"})
    assert refused.status_code == 403


async def test_above_a_county_the_county_is_named(identity: Identity) -> None:
    administrator = await identity.administrator("2312")
    unnamed = await administrator.post("/v1/clients", json=SYSTEM)
    assert (unnamed.status_code, unnamed.json()["code"]) == (422, "county_required")
    named = await administrator.post("/v1/clients", json=SYSTEM, params={"county": "231226"})
    assert named.status_code == 201
    ids = {client["id"] for client in (await administrator.get("/v1/clients")).json()["items"]}
    assert ids == {"2312-secadmin", named.json()["id"]}
