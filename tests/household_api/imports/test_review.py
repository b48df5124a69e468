"""Maker and checker: what a large import would change is shown, approved or refused by somebody else."""

from collections.abc import AsyncIterator

import httpx
import pytest

from shared.testing.databases import TestDatabase
from tests.factories.registry import OTHER_VILLAGE, id_number, person
from tests.household_api.conftest import PURPOSE, Load, household_of
from tests.household_api.imports.test_national_layout import head, send


@pytest.fixture(autouse=True)
async def reviewed_from_20_000_rows_on_afterwards(database: TestDatabase) -> AsyncIterator[None]:
    yield
    await set_review_rows(database, 20_000)


async def set_review_rows(database: TestDatabase, rows: int) -> None:
    owner = await database.connect()
    await owner.execute(
        "UPDATE household.parameter SET value = $1::text::jsonb WHERE name = 'import_review_rows'", str(rows)
    )
    await owner.close()


async def count(database: TestDatabase, table: str) -> int:
    owner = await database.connect()
    found: int = await owner.fetchval(f"SELECT count(*) FROM household.{table}")
    await owner.close()
    return found


async def test_the_checker_sees_what_would_be_added_changed_and_left(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load, database: TestDatabase
) -> None:
    known = [
        person("C1", "旧主", id_number=id_number("19620101", 201), phone="13800138020", labour="ordinary"),
        person("C1", "旧妻", relationship="配偶"),
        person("C2", "不变"),
    ]
    await load(known)
    await set_review_rows(database, 0)
    changed = known[0] | {"labour": "weak", "phone": "13800138021"}
    newcomer = person("C3", "新主", id_number=id_number("19630101", 202), phone="13800138022")
    waiting = await load([changed, known[1], known[2], newcomer])
    assert waiting["state"] == "review"
    assert [waiting[name] for name in ("accepted", "added", "changed", "unchanged")] == [4, 1, 2, 2]
    path = f"/v1/imports/{waiting['id']}"
    first = (await checker.get(f"{path}/changes", params={"limit": 1})).json()
    assert [item["line"] for item in first["items"]] == [1]
    second = (await checker.get(f"{path}/changes", params={"cursor": first["next_cursor"]})).json()
    assert second["next_cursor"] is None
    (one,), (other,) = first["items"], second["items"]
    assert (one["change"], one["household_no"], one["name"]) == ("changed", "C1", "旧主")
    assert one["fields"] == [
        {"name": "phone", "source": "registry", "before": "*******8020", "after": "*******8021"},
        {"name": "labour", "source": "registry", "before": "ordinary", "after": "weak"},
    ]
    assert (other["change"], other["line"], other["household_id"]) == ("new", 4, None)
    told = {field["name"]: field["after"] for field in other["fields"]}
    assert told["id_number"] == "231226" + "*" * 12 and told["household_type"] == "ordinary"
    full = (await checker.get(f"{path}/changes", headers=PURPOSE)).json()["items"][1]
    number = {"name": "id_number", "source": "registry", "before": None, "after": id_number("19630101", 202)}
    assert number in full["fields"]

    approved = (await checker.post(f"{path}/approval", headers={"If-Match": '"1"'})).json()
    assert (approved["state"], approved["differences"]) == ("applied", [])
    assert approved["approved_by"] != approved["imported_by"]
    assert (await household_of(county, "C1"))["members"][0]["labour"] == "weak"
    gone = await checker.get(f"{path}/changes")
    assert (gone.status_code, gone.json()["code"]) == (409, "not_in_review")
    assert await count(database, "import_change") == 0 and await count(database, "import_row") == 0


async def test_what_differs_from_the_reviewed_counts_is_told(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load, database: TestDatabase
) -> None:
    records = [person("C10", "变主", health="良好"), person("C11", "同时")]
    await load(records[:1])
    await set_review_rows(database, 1)
    waiting = await load([records[0] | {"health": "患病"}, records[1]])
    assert (waiting["state"], waiting["added"], waiting["changed"]) == ("review", 1, 2)
    # Before the approval somebody else registers the second household, as it stands in the file.
    await load(records[1:])
    approved = (
        await checker.post(f"/v1/imports/{waiting['id']}/approval", headers={"If-Match": '"1"'})
    ).json()
    assert {item["name"]: (item["reviewed"], item["applied"]) for item in approved["differences"]} == {
        "added": (1, 0),
        "changed": (2, 1),
        "unchanged": (0, 1),
    }
    assert (approved["changed"], approved["unchanged"]) == (1, 1)


async def test_a_refused_import_leaves_nothing(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load, database: TestDatabase
) -> None:
    await set_review_rows(database, 0)
    nobody = {item["id"] for item in (await checker.get("/v1/imports?state=review")).json()["items"]}
    waiting = await load([person("C20", "退主", region_code=OTHER_VILLAGE), person("C21", "")])
    path = f"/v1/imports/{waiting['id']}/refusal"
    reason = {"reason": "上集镇大兴村的名单是上个月的，请导出最新一期"}
    assert (await checker.post(path, json=reason)).status_code == 428
    assert (await checker.post(path, json={"reason": " "}, headers={"If-Match": '"1"'})).status_code == 422
    listed = (await checker.get("/v1/imports?state=review")).json()["items"]
    assert [item["id"] for item in listed if item["id"] not in nobody] == [waiting["id"]]
    own = await county.post(path, json=reason, headers={"If-Match": '"1"'})
    assert (own.status_code, own.json()["code"]) == (409, "same_person")
    refused = await checker.post(path, json=reason, headers={"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["state"]) == (200, "refused")
    assert (await county.get(f"/v1/imports/{waiting['id']}")).json()["refusal"] == reason["reason"]
    owner = await database.connect()
    sealed = await owner.fetchval(
        "SELECT refusal FROM household.registry_import WHERE id = $1::text::uuid", waiting["id"]
    )
    await owner.close()
    assert "大兴村".encode() not in sealed
    assert (await county.get("/v1/households", params={"household_no": "C20"})).json()["items"] == []
    assert await count(database, "import_change") == 0 and await count(database, "import_row") == 0
    approval = await checker.post(
        f"/v1/imports/{waiting['id']}/approval", headers={"If-Match": refused.headers["etag"]}
    )
    assert (approval.status_code, approval.json()["code"]) == (409, "not_in_review")


async def test_what_the_national_system_says_is_told_from_the_registry(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, database: TestDatabase
) -> None:
    await set_review_rows(database, 0)
    waiting = await send(county, [head("C40", "国主", 240)])
    (row,) = (await checker.get(f"/v1/imports/{waiting['id']}/changes")).json()["items"]
    told = [(field["source"], field["name"]) for field in row["fields"]]
    assert len(told) == len(set(told))
    assert {("registry", "monitoring_type"), ("national", "monitoring_type")} <= set(told)


async def test_imports_are_listed_the_newest_first(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    township: httpx.AsyncClient,
    load: Load,
    database: TestDatabase,
) -> None:
    await set_review_rows(database, 0)
    made = [(await load([person(f"L{place}", "列主")]))["id"] for place in range(3)]
    refusal = {"reason": "试"}
    for import_id in made[:2]:
        await checker.post(f"/v1/imports/{import_id}/refusal", json=refusal, headers={"If-Match": "*"})
    first = (await county.get("/v1/imports", params={"limit": 2})).json()
    assert [item["id"] for item in first["items"]] == made[:0:-1]
    assert [(item["state"], item["refusal"]) for item in first["items"]] == [
        ("review", None),
        ("refused", "试"),
    ]
    rest = (await county.get("/v1/imports", params={"limit": 1, "cursor": first["next_cursor"]})).json()
    assert [item["id"] for item in rest["items"]] == made[:1]
    assert (await county.get("/v1/imports?state=lost")).status_code == 422
    assert (await township.get("/v1/imports")).status_code == 403


async def test_nobody_reviews_a_file_of_which_nothing_comes_in(
    county: httpx.AsyncClient, load: Load, database: TestDatabase
) -> None:
    await set_review_rows(database, 1)
    waiting = await count(database, "import_row")
    records = [person("C30", ""), person("C31", "遮盖", id_number="231226************")]
    tried = (await county.post("/v1/imports?dry_run=true", json={"records": records})).json()
    imported = await load(records)
    assert (tried["state"], imported["state"]) == ("applied", "applied")
    assert [imported[name] for name in ("accepted", "rejected", "changed")] == [0, 2, 0]
    assert await count(database, "import_row") == waiting
    rejects = (await county.get(f"/v1/imports/{imported['id']}/rejects")).json()["items"]
    assert [row["errors"][0]["code"] for row in rejects] == ["name_missing", "id_number_masked"]


async def test_an_import_tells_the_planner_what_has_come(load: Load, database: TestDatabase) -> None:
    # Enough pages that the registry counts as grown.
    await load([person(f"S{number}", "统计", health="良" * 100) for number in range(3_000)])
    owner = await database.connect()
    rows = await owner.fetchval("SELECT reltuples FROM pg_class WHERE oid = 'household.person'::regclass")
    told = await owner.fetchval(
        "SELECT count(*) FROM pg_stats WHERE schemaname = 'household' AND tablename = 'person'"
        " AND attname IN ('county_code', 'household_id', 'name_index')"
    )
    await owner.close()
    assert rows >= 3_000 and told == 3
