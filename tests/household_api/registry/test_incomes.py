"""Income by kind, per head: dated, only added, corrected by a new record."""

import httpx

from shared.testing.databases import TestDatabase
from tests.factories.registry import person
from tests.household_api.conftest import Load, household_of

AMOUNTS = {
    "wages": "24000.00",
    "business": "9000.00",
    "property": "300.00",
    "transfers": "1700.50",
    "costs": "5000.50",
}


async def test_the_latest_record_of_the_latest_day_counts(
    load: Load, county: httpx.AsyncClient, township: httpx.AsyncClient
) -> None:
    await load([person("I1", "甲"), person("I1", "乙", relationship="配偶")])
    home = await household_of(county, "I1")
    assert home["per_capita_income"] is None
    path = f"/v1/households/{home['id']}"
    made = await township.post(f"{path}/incomes", json={"as_of": "2026-09-30", **AMOUNTS})
    assert made.status_code == 201, made.text
    first = made.json()
    assert (first["per_capita_income"], first["members"]) == ("15000.00", 2)
    older = await township.post(f"{path}/incomes", json={"as_of": "2025-09-30", "wages": "1000.00"})
    assert older.status_code == 201
    assert (await county.get(path)).json()["per_capita_income"] == "15000.00"
    corrected = await county.post(
        f"{path}/incomes",
        json={"as_of": "2026-09-30", **AMOUNTS, "costs": "6000.50", "reason": "补记化肥支出"},
    )
    assert corrected.json()["per_capita_income"] == "14500.00"
    now = (await county.get(path)).json()
    assert (now["per_capita_income"], now["income_as_of"]) == ("14500.00", "2026-09-30")
    before = (await county.get(path, params={"at": first["recorded_at"]})).json()
    assert before["per_capita_income"] == "15000.00"
    seen = []
    cursor = None
    while True:
        query = {"limit": 1} | ({"cursor": cursor} if cursor else {})
        listed = (await county.get(f"{path}/incomes", params=query)).json()
        seen += [(row["as_of"], row["per_capita_income"]) for row in listed["items"]]
        if (cursor := listed["next_cursor"]) is None:
            break
    assert seen == [("2026-09-30", "14500.00"), ("2026-09-30", "15000.00"), ("2025-09-30", "500.00")]


async def test_a_slipped_comma_is_refused_unless_it_is_confirmed_with_a_reason(
    load: Load, county: httpx.AsyncClient, other_township: httpx.AsyncClient, database: TestDatabase
) -> None:
    await load([person("I2", "丙")])
    home = await household_of(county, "I2")
    path = f"/v1/households/{home['id']}/incomes"
    million = {"as_of": "2026-09-30", "business": "1000000.00", "wages": "10.00"}
    refused = await county.post(path, json=million)
    assert (refused.status_code, refused.json()["code"]) == (422, "income_invalid")
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/business", "income_per_head_limit")
    assert "confirmed" in error["message"]
    bare = await county.post(path, json={**million, "confirmed": True})
    assert bare.json()["errors"][0]["code"] == "reason_missing"
    for body, pointer in (
        ({"as_of": "2026-12-01"}, "/as_of"),
        ({"as_of": "2026-09-30", "costs": "-1.00"}, "/costs"),
        ({"as_of": "2026-09-30", "wages": 1.5}, "/wages"),
        ({"as_of": "2026-09-30", "members": 0}, "/members"),
    ):
        answer = await county.post(path, json=body)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert (await other_township.post(path, json={"as_of": "2026-09-30"})).status_code == 404
    assert (await county.get(path)).json()["items"] == []
    taken = await county.post(path, json={**million, "confirmed": True, "reason": "出售加工厂"})
    assert (taken.status_code, taken.json()["reason"]) == (201, "出售加工厂")
    owner = await database.connect()
    try:
        privileges = await owner.fetch(
            "SELECT privilege_type FROM information_schema.role_table_grants"
            " WHERE grantee = 'bihuan_household' AND table_name = 'income_record'"
        )
    finally:
        await owner.close()
    assert {row["privilege_type"] for row in privileges} == {"SELECT", "INSERT"}
