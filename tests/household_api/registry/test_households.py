"""Households through the API: registering, correcting, reading as of an instant, masking, searching."""

import httpx
import orjson
import pytest

from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.registry import OTHER_VILLAGE, VILLAGE, id_number, person
from tests.household_api.conftest import COUNTY, PURPOSE, Load, household_of

NUMBER = id_number("19800203", 11)


async def register(client: httpx.AsyncClient, name: str, **more: object) -> httpx.Response:
    member = {"relationship": "户主", "name": name, **more}
    body = {"region_code": VILLAGE, "household_type": "一般农户", "members": [member]}
    return await client.post("/v1/households", json=body)


async def test_registering_reading_and_masking(
    county: httpx.AsyncClient, township: httpx.AsyncClient
) -> None:
    made = await register(county, "阿依古丽·买买提", id_number=NUMBER, phone="13800138000")
    assert made.status_code == 201
    household = made.json()
    assert household["household_no"].startswith("Z-")
    assert made.headers["etag"] == '"1"' and household["version"] == 1
    (member,) = household["members"]
    assert member["name"] == "阿依古丽·买买提"
    assert member["id_number"] == NUMBER[:6] + "*" * 12
    assert member["phone"] == "*******8000"
    assert member["birth_date"] is None
    seen = (await township.get(f"/v1/households/{household['id']}")).json()
    assert seen["members"][0]["name"] == "阿依古丽·买买提"
    again = await register(county, "另一人", id_number=NUMBER)
    assert again.status_code == 409
    assert again.json()["errors"][0]["pointer"] == "/members/0/id_number"


async def test_others_see_masked_names(running: RunningService, county: httpx.AsyncClient) -> None:
    household = (await register(county, "欧阳某某")).json()
    async with running.client("supervisor", "", "2312", scopes=["registry:read"]) as supervisor:
        path = f"/v1/households/{household['id']}?county={COUNTY}"
        assert (await supervisor.get(path)).json()["members"][0]["name"] == "欧*"
        listed = await supervisor.get("/v1/households", params={"county": COUNTY, "limit": 500})
        heads = {row["head"]["name"] for row in listed.json()["items"] if row["id"] == household["id"]}
        assert heads == {"欧*"}
        refused = await supervisor.get(path, headers=PURPOSE)
        assert refused.status_code == 403


async def test_full_values_need_a_purpose_and_are_audited(
    county: httpx.AsyncClient, database: TestDatabase
) -> None:
    number = id_number("19811203", 12)
    household = (await register(county, "赵敏", id_number=number)).json()
    path = f"/v1/households/{household['id']}"
    for malformed in ("verification", "a:b c", "核实", "a:" + number, "%ff:1"):
        header = malformed if malformed.isascii() else "%E6%A0%B8%E5%AE%9E"
        answer = await county.get(path, headers={"X-Purpose": header})
        assert (answer.status_code, answer.json()["code"]) == (422, "purpose_malformed")
    answer = await county.get(path, headers={"X-Purpose": "%E6%A0%B8%E5%AE%9E:task-7"})
    assert answer.json()["members"][0]["id_number"] == number
    assert answer.json()["members"][0]["birth_date"] == "1981-12-03"
    owner = await database.connect()
    detail = await owner.fetchval(
        "SELECT detail FROM household.audit_entry WHERE action = 'household.disclosed' AND subject = $1",
        f"household/{household['id']}",
    )
    await owner.close()
    assert orjson.loads(detail) == {"purpose": "核实:task-7"}


async def test_nothing_personal_stands_in_plain_text(
    county: httpx.AsyncClient, database: TestDatabase
) -> None:
    number = id_number("19820304", 13)
    await register(county, "司马明文", id_number=number, phone="13912345678", address="明文街9号")
    owner = await database.connect()
    tables = await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'household'")
    for (table,) in tables:
        text = await owner.fetchval(f"SELECT coalesce(string_agg(t::text, ''), '') FROM household.{table} t")
        for secret in ("司马明文", number, "13912345678", "明文街"):
            assert secret not in text and secret.encode().hex() not in text, table
    await owner.close()


async def test_a_correction_is_a_version_and_the_former_state_stays_readable(
    county: httpx.AsyncClient,
) -> None:
    household = (await register(county, "陈建国", labour="ordinary")).json()
    path = f"/v1/households/{household['id']}"
    head = household["members"][0]
    change = {
        "household_type": "low_income",
        "members": [
            {"person_id": head["id"], "labour": "lost", "name": "陈建囯"},
            {"relationship": "配偶", "name": "李秀英"},
        ],
    }
    assert (await county.patch(path, json=change)).status_code == 428
    assert (await county.patch(path, json=change, headers={"If-Match": '"9"'})).status_code == 412
    changed = await county.patch(path, json=change, headers={"If-Match": '"1"'})
    assert changed.status_code == 200 and changed.headers["etag"] == '"2"'
    assert changed.json()["household_type"] == "low_income"
    assert [(m["name"], m["labour"]) for m in changed.json()["members"]] == [
        ("陈建囯", "lost"),
        ("李秀英", None),
    ]
    before = await county.get(path, params={"at": household["valid_from"]})
    assert before.json()["household_type"] == "ordinary"
    assert [(m["name"], m["labour"]) for m in before.json()["members"]] == [("陈建国", "ordinary")]
    assert before.json()["version"] == 1
    assert len((await county.get(path, params={"at": "2026-11-08"})).json()["members"]) == 2
    assert (await county.get(path, params={"at": "2026-11-07"})).status_code == 404
    edges = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01", "9999-12-31"]
    for at in ("yesterday", "2026-11-08T09:00:00", *edges):
        refused = await county.get(path, params={"at": at})
        assert (refused.status_code, refused.json()["code"]) == (422, "at_malformed"), at


async def test_corrections_that_cannot_be(county: httpx.AsyncClient) -> None:
    other = id_number("19830405", 14)
    await register(county, "占号人", id_number=other)
    household = (await register(county, "周杰")).json()
    path = f"/v1/households/{household['id']}"
    head = household["members"][0]["id"]
    any_version = {"If-Match": "*"}

    async def refused(change: dict[str, object]) -> tuple[int, str]:
        answer = await county.patch(path, json=change, headers=any_version)
        problem = answer.json()
        return answer.status_code, (problem["errors"] or [problem])[0]["code"]

    assert await refused({"members": [{"person_id": head, "id_number": other}]}) == (409, "members_conflict")
    assert await refused({"members": [{"relationship": "户主", "name": "周二"}]}) == (422, "two_heads")
    assert await refused({"members": [{"person_id": "nobody"}]}) == (422, "member_unknown")
    assert await refused({"members": [{"relationship": "子"}]}) == (422, "name_missing")
    assert await refused({"region_code": "231226999999"}) == (422, "region_unknown")
    assert (await county.get(path)).json()["version"] == 1


async def test_a_township_sees_and_reaches_only_its_own(
    county: httpx.AsyncClient, township: httpx.AsyncClient, other_township: httpx.AsyncClient
) -> None:
    household = (await register(county, "孙丽")).json()
    path = f"/v1/households/{household['id']}"
    assert (await township.get(path)).status_code == 200
    assert (await other_township.get(path)).status_code == 404
    listed = await other_township.get("/v1/households", params={"region": VILLAGE})
    assert listed.json() == {"items": [], "next_cursor": None}
    moved = await county.patch(path, json={"region_code": OTHER_VILLAGE}, headers={"If-Match": "*"})
    assert moved.json()["region_code"] == OTHER_VILLAGE
    assert (await township.get(path)).status_code == 404
    assert len((await other_township.get(path)).json()["members"]) == 1


async def test_lists_are_filtered_and_go_on(county: httpx.AsyncClient, load: Load) -> None:
    await load([person(f"L{n:02d}", f"户{n}", region_code="231226101201") for n in range(5)])
    await load([person("L09", "脱贫户主", household_type="lifted", region_code="231226101201")])
    query = {"region": "231226101201", "limit": 2}
    seen: list[str] = []
    cursor = None
    while True:
        answer = (
            await county.get("/v1/households", params=query | ({"cursor": cursor} if cursor else {}))
        ).json()
        seen += [row["household_no"] for row in answer["items"]]
        cursor = answer["next_cursor"]
        if cursor is None:
            break
    assert seen == ["L00", "L01", "L02", "L03", "L04", "L09"]
    lifted = await county.get("/v1/households", params={"region": "231226101000", "household_type": "lifted"})
    assert [row["household_no"] for row in lifted.json()["items"]] == ["L09"]
    assert (await county.get("/v1/households", params={"cursor": "WyJhIiwiYiJd"})).status_code == 422


async def test_searching(
    county: httpx.AsyncClient, other_township: httpx.AsyncClient, database: TestDatabase
) -> None:
    number = id_number("19840506", 15)
    household = (await register(county, "寻人某", id_number=number)).json()
    refused = await county.post("/v1/searches", json={"id_number": number})
    assert (refused.status_code, refused.json()["code"]) == (422, "purpose_required")
    by_number = await county.post("/v1/searches", json={"id_number": number.lower()}, headers=PURPOSE)
    (found,) = by_number.json()["items"]
    assert found["household_id"] == household["id"]
    assert found["person"]["id_number"] == number
    wanted = {"name": " 寻人某 ", "birth_date": "1984-05-06"}
    by_name = await county.post("/v1/searches", json=wanted, headers=PURPOSE)
    assert [row["household_id"] for row in by_name.json()["items"]] == [household["id"]]
    elsewhere = await other_township.post("/v1/searches", json={"id_number": number}, headers=PURPOSE)
    assert elsewhere.json()["items"] == []
    owner = await database.connect()
    audited = await owner.fetch(
        "SELECT detail::text FROM household.audit_entry WHERE action = 'registry.searched'"
    )
    await owner.close()
    assert len(audited) == 3
    assert not any(number in row[0] or "寻人" in row[0] for row in audited)


@pytest.mark.parametrize("body", [{}, {"name": "某"}, {"id_number": "12"}])
async def test_searches_for_nothing(county: httpx.AsyncClient, body: dict[str, str]) -> None:
    answer = await county.post("/v1/searches", json=body, headers=PURPOSE)
    assert (answer.status_code, answer.json()["code"]) == (422, "search_malformed")


async def test_searches_need_the_scope(running: RunningService) -> None:
    async with running.client("supervisor", "", COUNTY) as supervisor:
        answer = await supervisor.post("/v1/searches", json={"id_number": NUMBER}, headers=PURPOSE)
        assert answer.status_code == 403


async def test_history_of_an_imported_household(county: httpx.AsyncClient, load: Load) -> None:
    await load([person("X1", "历史人", labour="ordinary")])
    before = await household_of(county, "X1")
    await load([person("X1", "历史人", labour="weak")])
    now = await household_of(county, "X1")
    assert now["members"][0]["labour"] == "weak" and now["version"] == 2
    then = await county.get(f"/v1/households/{before['id']}", params={"at": before["valid_from"]})
    assert then.json()["members"][0]["labour"] == "ordinary"


async def test_a_search_is_never_shown_again_without_its_purpose(county: httpx.AsyncClient) -> None:
    number = id_number("19820304", 14)
    await register(county, "钱敏", id_number=number)
    key = {"Idempotency-Key": "search-once"}
    found = await county.post("/v1/searches", json={"id_number": number}, headers=PURPOSE | key)
    assert len(found.json()["items"]) == 1
    again = await county.post("/v1/searches", json={"id_number": number}, headers=key)
    assert again.status_code == 422
    assert "Idempotent-Replayed" not in again.headers
