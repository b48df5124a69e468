"""Assets: registered from accepted projects, described in versions, seen by those who may."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.assets import accepted_project, asset_body, household, make_asset
from tests.factories.funds import CREDIT_CODE, created, make_payment, move, project_with
from tests.funds_api.registry_stub import RegistryStub
from tests.funds_api.second_wall import ANOTHER, NOWHERE, TOWNSHIP, seen

KEEPER = "司马长风"
COLLECTIVE = {"kind": "village_collective", "name": "东方红村经济合作社", "credit_code": CREDIT_CODE}
UNKNOWN = "0199c000-0000-7000-8000-000000000000"


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def places(answer: httpx.Response) -> set[tuple[str, str]]:
    return {(each["pointer"], each["code"]) for each in answer.json()["errors"]}


async def test_the_first_asset_moves_its_project_on(finance: httpx.AsyncClient) -> None:
    project = await accepted_project(finance)
    answer = await finance.post("/v1/assets", json=asset_body(project["id"], "600.00"))
    assert answer.status_code == 201
    assert answer.headers["etag"] == '"1"'
    made = answer.json()
    assert (made["kind"], made["original_value"], made["state"]) == ("operating", "600.00", "in_use")
    assert made["owner"] == COLLECTIVE | {"household_id": None}
    assert made["keeper"] == {"kind": "person", "name": KEEPER}
    assert (await finance.get(f"/v1/projects/{project['id']}")).json()["state"] == "asset"
    await created(finance, "/v1/assets", asset_body(project["id"], "400.00"))
    more = await finance.post("/v1/assets", json=asset_body(project["id"], "0.01"))
    assert told(more) == (409, "value_exceeds_spent")
    assert more.json()["available"] == "0.00"


async def test_retention_money_counts_as_value(finance: httpx.AsyncClient) -> None:
    project = await project_with(finance, "100.00")
    await make_payment(finance, project["id"], "60.00")
    await make_payment(finance, project["id"], "40.00", retention=True)
    for state in ("under_construction", "completed"):
        project = (await move(finance, project, state)).json()
    early = await finance.post("/v1/assets", json=asset_body(project["id"], "100.00"))
    assert told(early) == (409, "project_not_accepted")
    await move(finance, project, "accepted")
    over = await finance.post("/v1/assets", json=asset_body(project["id"], "100.01"))
    assert told(over) == (409, "value_exceeds_spent")
    assert (await finance.get(f"/v1/projects/{project['id']}")).json()["state"] == "accepted"
    await created(finance, "/v1/assets", asset_body(project["id"], "100.00"))


async def test_of_many_at_once_no_more_is_registered_than_was_spent(finance: httpx.AsyncClient) -> None:
    project = await accepted_project(finance, "100.00")
    answers = await asyncio.gather(
        *(finance.post("/v1/assets", json=asset_body(project["id"], "9.00")) for _ in range(32))
    )
    assert Counter(told(answer) for answer in answers) == {(201, ""): 11, (409, "value_exceeds_spent"): 21}


@pytest.mark.parametrize(
    ("changes", "status", "code", "errors"),
    [
        ({"original_value": "1.001"}, 422, "invalid", {("/original_value", "amount_too_precise")}),
        ({"original_value": 1.5}, 422, "invalid", {("/original_value", "amount_not_text")}),
        ({"original_value": "0.00"}, 422, "invalid", {("/original_value", "amount_not_positive")}),
        ({"kind": "公益"}, 422, "invalid", {("/kind", "not_a_choice")}),
        ({"region_code": "231225100"}, 404, "not_found", set()),
        ({"region_code": "231226999"}, 422, "unknown_region", {("/region_code", "unknown_region")}),
        ({"project_id": UNKNOWN}, 404, "not_found", set()),
        (
            {"owner": {"kind": "unit", "name": "站"}},
            422,
            "owner_invalid",
            {("/owner/credit_code", "missing")},
        ),
        (
            {"owner": COLLECTIVE | {"credit_code": CREDIT_CODE[:-1] + "0"}},
            422,
            "invalid",
            {("/owner/credit_code", "credit_code_checksum")},
        ),
        (
            {"kind": "household_owned"},
            422,
            "owner_invalid",
            {("/owner/kind", "owner_does_not_fit")},
        ),
        (
            {"kind": "household_owned", "owner": {"kind": "household", "household_id": UNKNOWN}},
            422,
            "household_not_found",
            {("/owner/household_id", "household_not_found")},
        ),
        (
            {"kind": "household_owned", "owner": {"kind": "household", "name": "张三"}},
            422,
            "owner_invalid",
            {("/owner/household_id", "missing"), ("/owner/name", "not_expected")},
        ),
        ({"keeper": {"kind": "person"}}, 422, "invalid", {("/keeper/name", "missing")}),
    ],
)
async def test_what_is_no_asset_is_refused(
    finance: httpx.AsyncClient,
    changes: dict[str, Any],
    status: int,
    code: str,
    errors: set[tuple[str, str]],
) -> None:
    project = await accepted_project(finance, "10.00")
    answer = await finance.post("/v1/assets", json=asset_body(project["id"], "10.00") | changes)
    assert answer.status_code == status, answer.text
    assert places(answer) == errors
    assert answer.json()["code"] == code or code == "invalid"
    assert (await finance.get(f"/v1/projects/{project['id']}")).json()["state"] == "accepted"


async def test_a_register_number_stands_once(finance: httpx.AsyncClient) -> None:
    first = await make_asset(finance)
    project = await accepted_project(finance)
    body = asset_body(project["id"], register_no=first["register_no"])
    assert told(await finance.post("/v1/assets", json=body)) == (409, "duplicate_register_no")


async def test_a_repeated_request_registers_once(finance: httpx.AsyncClient) -> None:
    project = await accepted_project(finance)
    body = asset_body(project["id"], "400.00")
    key = {"Idempotency-Key": body["register_no"].encode().hex()}
    first = await finance.post("/v1/assets", json=body, headers=key)
    again = await finance.post("/v1/assets", json=body, headers=key)
    assert (first.status_code, again.status_code, again.json()) == (201, 201, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    other = await finance.post("/v1/assets", json=body | {"name": "二"}, headers=key)
    assert told(other) == (422, "idempotency_key_reused")


async def test_a_registry_that_is_away_registers_nothing(
    finance: httpx.AsyncClient, registry: RegistryStub
) -> None:
    project = await accepted_project(finance)
    owner = {"kind": "household", "household_id": household(registry)}
    body = asset_body(project["id"], kind="household_owned", owner=owner)
    registry.down = True
    answer = await finance.post("/v1/assets", json=body)
    registry.down = False
    assert told(answer) == (503, "registry_away")
    made = await created(finance, "/v1/assets", body)
    assert made["owner"]["household_id"] == owner["household_id"]


async def test_every_change_is_a_version(finance: httpx.AsyncClient) -> None:
    asset = await make_asset(finance)
    path = f"/v1/assets/{asset['id']}"
    change = {"keeper": {"kind": "unit", "name": "绥棱镇农机站"}, "reason": "换人"}
    assert told(await finance.patch(path, json=change)) == (428, "if_match_required")
    changed = await finance.patch(path, json=change, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    assert changed.json()["keeper"]["name"] == "绥棱镇农机站"
    assert told(await finance.patch(path, json=change, headers={"If-Match": '"1"'}))[0] == 412
    moved = await finance.patch(
        path, json={"location": "村西", "keeper": None, "reason": "搬迁"}, headers={"If-Match": "*"}
    )
    assert (moved.json()["location"], moved.json()["keeper"]) == ("村西", None)
    renamed = await finance.patch(path, json={"name": "大棚二", "reason": "改名"}, headers={"If-Match": "*"})
    assert (renamed.json()["name"], renamed.json()["location"]) == ("大棚二", "村西")
    nothing = await finance.patch(path, json={"reason": "无"}, headers={"If-Match": "*"})
    assert told(nothing) == (422, "nothing_to_change")
    wrong = {"owner": {"kind": "household", "name": "张三"}, "reason": "错"}
    assert told(await finance.patch(path, json=wrong, headers={"If-Match": "*"})) == (422, "owner_invalid")
    versions = (await finance.get(f"{path}/versions")).json()["items"]
    assert [(each["version"], each["location"], each["reason"]) for each in versions] == [
        (1, "村东", None),
        (2, "村东", "换人"),
        (3, "村西", "搬迁"),
        (4, "村西", "改名"),
    ]
    assert [each["keeper"] and each["keeper"]["name"] for each in versions] == [
        KEEPER,
        "绥棱镇农机站",
        None,
        None,
    ]


async def test_who_sees_and_who_writes(
    funds: RunningService,
    finance: httpx.AsyncClient,
    township: httpx.AsyncClient,
    registry: RegistryStub,
) -> None:
    owner = {"kind": "household", "household_id": household(registry)}
    asset = await make_asset(finance, kind="household_owned", owner=owner)
    path = f"/v1/assets/{asset['id']}"
    assert (await township.get(path)).json() == asset
    async with (
        funds.client("township", "231226101", "231226101") as elsewhere,
        funds.client("supervisor", "2312", "2312") as supervisor,
        funds.client("department", "YB", "231226") as department,
    ):
        assert told(await elsewhere.get(path)) == (404, "not_found")
        listed = (await elsewhere.get("/v1/assets")).json()["items"]
        assert asset["id"] not in {item["id"] for item in listed}
        seen = (await supervisor.get(path)).json()
        assert (seen["owner"]["household_id"], seen["keeper"]["name"]) == (None, "司*")
        versions = await supervisor.get(f"{path}/versions")
        assert owner["household_id"] not in versions.text
        assert KEEPER not in versions.text
        assert (await department.get("/v1/assets")).status_code == 403
    body = asset_body(asset["project_id"])
    assert (await township.post("/v1/assets", json=body)).status_code == 403


async def test_the_list_is_filtered(finance: httpx.AsyncClient) -> None:
    operating = await make_asset(finance)
    public = await make_asset(finance, kind="public_benefit", region_code="231226101200")

    async def ids(**query: str) -> set[str]:
        items = (await finance.get("/v1/assets", params={"limit": "500", **query})).json()["items"]
        return {item["id"] for item in items} & {operating["id"], public["id"]}

    assert await ids() == {operating["id"], public["id"]}
    assert await ids(kind="public_benefit") == {public["id"]}
    assert await ids(region="231226100") == {operating["id"]}
    assert await ids(project_id=public["project_id"]) == {public["id"]}
    assert await ids(state="disposed") == set()
    review = {"year": 2026, "decision": "consolidate", "reason": "正常"}
    await created(finance, f"/v1/assets/{public['id']}/reviews", review)
    assert await ids(not_reviewed_in="2026") == {operating["id"]}
    first = (await finance.get("/v1/assets", params={"limit": "1"})).json()
    second = (await finance.get("/v1/assets", params={"limit": "1", "cursor": first["next_cursor"]})).json()
    assert first["items"][0]["id"] < second["items"][0]["id"]


async def test_the_keeper_is_sealed_and_rows_are_behind_the_second_wall(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    asset = await make_asset(finance)
    owner = await database.connect()
    try:
        stored = await owner.fetchval(
            "SELECT keeper_sealed FROM funds.asset_version WHERE asset_id = $1", asset["id"]
        )
        assert KEEPER.encode() not in stored
    finally:
        await owner.close()
    tables = ("asset", "asset_version")
    assert min((await seen(database, tables, TOWNSHIP)).values()) > 0
    assert set((await seen(database, tables, NOWHERE)).values()) == {0}
    only = await seen(database, tables, ANOTHER)
    await make_asset(finance, region_code="231226101200")
    assert await seen(database, tables, ANOTHER) == {table: only[table] + 1 for table in tables}
