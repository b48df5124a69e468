"""Filed warnings: for whom, how much of the name, never changed."""

import asyncpg
import pytest

from shared.auth import Grant
from tests.factories.warnings import OTHER_VILLAGE, id_number, new_id_number, record, registered
from tests.warning_api.conftest import County, got, problem


async def test_filters(common: County) -> None:
    number = new_id_number()
    common.registry.persons[number] = registered(OTHER_VILLAGE, household_type="low_income")
    records = [record("f-1", id_number=number), record("f-2", indicator="YB03", amount=None, id_number=None)]
    batch = await common.push(common.yb, "filters", records)

    async def found(**params: str) -> set[str]:
        items = (await got(common.bureau, "/v1/warnings", cycle="2026-11", **params))["items"]
        return {item["source_record_id"] for item in items if item["batch_id"] == batch["id"]}

    assert await found() == {"f-1", "f-2"}
    assert await found(match="low_income") == {"f-1"}
    assert await found(match="unregistered") == {"f-2"}
    assert await found(indicator="YB03") == {"f-2"}
    assert await found(region="231226101000") == {"f-1"}
    assert await found(region="2312") == {"f-1", "f-2"}
    assert await found(state="dispatched") == {"f-1", "f-2"}
    assert await found(state="closed") == set()


@pytest.mark.parametrize(
    "params",
    [
        {"cycle": "x2026-11y"},
        {"cycle": "2026-13"},
        {"cycle": "２０２６-11"},
        {"state": "lost"},
        {"match": "x"},
        {"region": "23122"},
        {"limit": "501"},
        {"limit": "0"},
        {"cursor": "WyJZQjAxIl0"},
        {"cursor": "W10"},
        {"cursor": "WzFd"},
        {"cursor": "%%%"},
    ],
)
async def test_malformed_filters_are_422_everywhere(common: County, params: dict[str, str]) -> None:
    assert problem(await common.bureau.get("/v1/warnings", params=params))[0] == 422
    for path in ("/v1/tasks", "/v1/batches", "/v1/candidates", "/v1/outcomes"):
        if {"cycle", "cursor", "limit"} & params.keys():
            assert problem(await common.bureau.get(path, params=params))[0] == 422, path


async def test_pages_follow_one_another_while_rows_are_added(common: County) -> None:
    cl = common.caller("department", "CL")
    await common.push(cl, "p1", [record(f"p-{n}", indicator="CL01") for n in range(5)])
    seen: list[str] = []
    cursor = None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = await got(cl, "/v1/warnings", **params)
        seen += [item["source_record_id"] for item in page["items"]]
        if len(seen) == 2:
            await common.push(cl, "p2", [record("p-late", indicator="CL01")])
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [*(f"p-{n}" for n in range(5)), "p-late"]


async def test_who_sees_which_warnings_and_names(common: County) -> None:
    number = new_id_number()
    common.registry.persons[number] = registered()
    batch = await common.push(common.yb, "names", [record("names-1", id_number=number, name="欧阳娜娜")])
    expected = {
        "department-YB": "欧阳娜娜",
        "county-NYNC": "欧阳娜娜",
        "township-231226100": "欧阳娜娜",
        "system-SYS": "欧*",
    }
    for caller, name in expected.items():
        role, org = caller.split("-")
        region = org if role == "township" else "231226"
        items = (await got(common.caller(role, org, region), "/v1/warnings", limit=500))["items"]
        (item,) = [item for item in items if item["batch_id"] == batch["id"]]
        assert item["subject"]["id_number"] == "231226************"
        assert item["subject"]["name"] == name, caller
    for client in (common.zj, common.other_township):
        items = (await got(client, "/v1/warnings", limit=500))["items"]
        assert all(item["batch_id"] != batch["id"] for item in items)


async def test_roles_count_in_their_own_county_only(common: County) -> None:
    """A county officer elsewhere who serves a township here is a township's officer here."""
    elsewhere = [Grant("county", "NYNC", "231281")]
    helper = common.caller("township", "231226100", "231226100", name="helper", more=elsewhere)
    number = new_id_number()
    common.registry.candidates["待定"] = [registered()]
    await common.push(common.yb, "roles", [record("roles-1", id_number=number, name="待定")])
    items = (await got(helper, "/v1/warnings", county="231226", limit=500))["items"]
    assert all(item["state"] != "filed" for item in items)
    assert "roles-1" not in [item["source_record_id"] for item in items]


async def test_other_counties_codes_and_higher_regions_are_filed(common: County) -> None:
    records = [
        record("far-1", region_code="110101001001", id_number=id_number(7, prefix="110101")),
        record("far-2", region_code="231200000000", id_number=new_id_number()),
        record("far-3", region_code="231226", id_number=new_id_number()),
    ]
    batch = await common.push(common.yb, "far", records)
    assert (batch["accepted"], batch["matches"]) == (3, {"out_of_county": 1, "unregistered": 2})
    filed = {w["source_record_id"]: w["region_code"] for w in await common.warnings(batch)}
    assert filed == {"far-1": "110101001001", "far-2": "2312", "far-3": "231226"}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE warning.warning SET filing_seq = 0",
        "UPDATE warning.warning SET indicator = 'YB02'",
        "UPDATE warning.warning SET sealed = ''",
        "UPDATE warning.warning SET occurred_on = '2026-01-01'",
        "UPDATE warning.warning SET batch_id = id",
        "UPDATE warning.warning SET withdrawn_at = now(), amount = 0",
        "UPDATE warning.warning_entry SET kind = 'withdrawal'",
        "DELETE FROM warning.warning_entry",
        "UPDATE warning.batch SET state = 'closed'",
        "UPDATE warning.batch SET release_required = false",
        "UPDATE warning.cycle_reminder SET reminded_at = now()",
        "UPDATE warning.batch_reject SET errors = '[]'",
        "UPDATE warning.verification SET outcome = 'no_risk'",
        "UPDATE warning.policy_receipt SET amount = 0",
        "DELETE FROM warning.warning",
        "DELETE FROM warning.batch",
        "DELETE FROM warning.verification_task",
        "TRUNCATE warning.warning",
        "SELECT * FROM warning.warning_2026_11",
        "SELECT * FROM warning.verification_task_2026_11",
        "DROP TABLE warning.warning",
        "ALTER TABLE warning.warning DISABLE ROW LEVEL SECURITY",
        "SELECT * FROM household.person",
        "SELECT * FROM identity.client",
    ],
)
async def test_the_service_role_cannot(common: County, statement: str) -> None:
    connection = await asyncpg.connect(common.database.service_url("warning"))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()
