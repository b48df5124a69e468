"""Changes of regions on a real database: everything goes along, what was is kept, nothing is half done."""

from typing import Any

import asyncpg
import orjson
import pytest

from bihuan.regions import application
from bihuan.regions.errors import RegionsChangeRefused
from shared.regions import regions_of
from tests.bihuan.regions.conftest import COUNTY, MERGER, World
from tests.factories.warnings import record, registered, visit

OLD_VILLAGE, NEW_VILLAGE = "231226101200", "231226100300"


async def client(world: World, client_id: str, *grants: tuple[str, str, str]) -> None:
    connection = await world.database.connect()
    await connection.execute(
        "INSERT INTO identity.client (client_id, name, secret_digest, scopes, version, created_by, created_at)"
        " VALUES ($1, $1, '', '{}', 1, 'test', now())",
        client_id,
    )
    for grant in grants:
        await connection.execute(
            "INSERT INTO identity.client_grant VALUES ($1, $2, $3, $4)", client_id, *grant
        )
    await connection.close()


async def grants(world: World, client_id: str) -> set[tuple[Any, ...]]:
    rows = await world.rows(
        "SELECT role, org, region FROM identity.client_grant WHERE client_id = $1", client_id
    )
    return {tuple(row) for row in rows}


async def test_a_merger_takes_everything_along_and_keeps_what_was(world: World) -> None:
    household = await world.household("H1", OLD_VILLAGE)
    await world.household("H2", "231226101201")
    async with world.caller("county", "NY", COUNTY) as county:
        case = (await county.post("/v1/cases", json={"household_id": household})).json()
        entry = await county.post(
            "/v1/guarantees",
            json={
                "kind": "housing",
                "name": "外户甲",
                "region_code": OLD_VILLAGE,
                "note": "危房",
            },
        )
        assert entry.status_code == 201, entry.text
    person = {"region_code": OLD_VILLAGE}
    task = await world.loop.new_task({**_registered(household), **person}, region_code=OLD_VILLAGE)
    closed = await world.loop.new_task({**_registered(), **person}, region_code=OLD_VILLAGE)
    answer = await world.loop.other_township.post("/v1/verifications", json={"items": [visit(closed)]})
    assert answer.json()["accepted"] == 1, answer.text
    await client(world, "231226-231226101", ("township", "231226101", "231226101"))
    await client(world, "231226-231226100", ("township", "231226100", "231226100"))
    await client(world, "村医", ("village", "V", OLD_VILLAGE))

    told = await world.apply(*MERGER, dry_run=True)
    assert told[0].moved[OLD_VILLAGE][0] == NEW_VILLAGE
    assert told[0].moved[OLD_VILLAGE][1] == {
        "households": 1, "persons": 1, "cases": 1, "guarantee_entries": 1, "tasks": 1, "warnings": 1,
    }  # fmt: skip
    assert await world.rows("SELECT FROM household.region_change") == []
    assert (await world.rows("SELECT FROM household.region WHERE valid_to IS NOT NULL")) == []

    (applied,) = await world.apply(*MERGER)
    assert applied.moved == told[0].moved

    async with (
        world.caller("township", "231226100", "231226100") as township,
        world.caller("township", "231226101", "231226101") as ended,
        world.caller("county", "NY", COUNTY) as county,
    ):
        path = f"/v1/households/{household}"
        assert (await ended.get(path)).status_code == 404
        shown = (await township.get(path)).json()
        assert shown["region_code"] == NEW_VILLAGE
        assert shown["valid_from"].startswith("2026-11-08T10")
        before = await county.get(path, params={"at": case["opened_at"]})
        assert before.json()["region_code"] == OLD_VILLAGE
        moved_case = (await township.get(f"/v1/cases/{case['id']}")).json()
        assert moved_case["region_code"] == NEW_VILLAGE
        assert {step["place_code"] for step in moved_case["history"]} == {OLD_VILLAGE}
        ledger = (await township.get("/v1/guarantees")).json()["items"]
        assert [item["region_code"] for item in ledger] == [NEW_VILLAGE]
        listed = (await county.get("/v1/regions", params={"parent": "231226100", "limit": 100})).json()
        assert NEW_VILLAGE in {region["code"] for region in listed["items"]}
        assert not any(region["code"].startswith("231226101") for region in listed["items"])
    events = await world.rows("SELECT data FROM household.outbox_event WHERE type = 'bihuan.case.moved'")
    assert len(events) == 1

    bureau = world.loop.bureau
    followed = (await bureau.get(f"/v1/tasks/{task['id']}")).json()
    assert (followed["region_code"], followed["township_code"]) == (NEW_VILLAGE, "231226100")
    assert followed["version"] == task["version"] + 1
    kept = (await bureau.get(f"/v1/tasks/{closed['id']}")).json()
    assert (kept["region_code"], kept["state"]) == (OLD_VILLAGE, "closed")
    assert (await world.loop.township.get(f"/v1/tasks/{task['id']}")).status_code == 200
    filed = await world.rows("SELECT region_code, matched_region_code, state FROM warning.warning")
    assert {(row["region_code"], row["matched_region_code"], row["state"]) for row in filed} == {
        (OLD_VILLAGE, NEW_VILLAGE, "dispatched"),
        (OLD_VILLAGE, OLD_VILLAGE, "closed"),
    }

    assert await grants(world, "231226-231226101") == {("township", "231226100", "231226100")}
    assert await grants(world, "村医") == {("village", "V", NEW_VILLAGE)}
    recorded = await world.rows("SELECT * FROM household.region_change ORDER BY region_code")
    assert [(row["region_code"], row["kind"], row["successors"]) for row in recorded] == [
        ("231226101", "merged", ["231226100"]),
        (OLD_VILLAGE, "recoded", [NEW_VILLAGE]),
        ("231226101201", "merged", ["231226100202"]),
    ]
    assert recorded[1]["former_name"] == "大兴村委会"
    audited = await world.rows("SELECT action FROM household.audit_entry WHERE action = 'region.changed'")
    assert len(audited) == 3


def _registered(household: str | None = None) -> dict[str, Any]:
    return registered(**({"household_id": household} if household else {}))


async def test_pushes_with_former_codes_are_read_with_present_ones(world: World) -> None:
    await world.apply(*MERGER)
    for schema in ("household", "warning", "funds"):
        rows = await world.rows(
            f"SELECT value::text, version, valid_from FROM {schema}.parameter"
            " WHERE name = 'retired_regions' ORDER BY version"
        )
        assert len(rows) == 2
        assert f'"{OLD_VILLAGE}": "{NEW_VILLAGE}"' in rows[1]["value"]
        assert str(rows[1]["valid_from"]) == "2026-11-05"  # The month's cycle opened before the merger.
    loop = world.loop
    batch = await loop.push(loop.yb, "旧码", [record("1", region_code=OLD_VILLAGE, id_number=None)])
    (warning,) = await loop.warnings(batch)
    assert (warning["match"], warning["region_code"]) == ("unregistered", NEW_VILLAGE)
    task = (await loop.bureau.get(f"/v1/tasks/{warning['task_id']}")).json()
    assert (task["region_code"], task["township_code"]) == (NEW_VILLAGE, "231226100")


async def test_former_codes_are_read_from_the_day_on_which_they_ended(world: World) -> None:
    """Also by the versions that the county has set since, of which each stands for its own time."""
    other = {"231281": "231226"}
    async with world.caller("county", "NY", COUNTY) as county:
        body = {"name": "retired_regions", "value": other, "valid_from": "2026-09-01", "source": "某文件"}
        assert (await county.put("/v1/parameters", json=body)).status_code == 200
    await world.apply("2026-06-15,recoded,231226101200,,,,231226101300")
    rows = await world.rows(
        "SELECT DISTINCT ON (valid_from) valid_from, value FROM warning.parameter"
        " WHERE name = 'retired_regions' ORDER BY valid_from, version DESC"
    )
    ended = {"231226101200": "231226101300"}
    known = {str(row["valid_from"]): orjson.loads(row["value"]) for row in rows}
    assert known.pop(min(known)) == {}
    assert known == {"2026-06-15": ended, "2026-09-01": {**other, **ended}}


async def test_again_it_changes_nothing_but_takes_stragglers_along(world: World) -> None:
    await world.household("H1", OLD_VILLAGE)
    await world.apply(*MERGER)
    versions = "SELECT version FROM household.household"
    parameters = "SELECT count(*) FROM household.parameter"
    before = [await world.rows(query) for query in (versions, parameters)]
    (again,) = await world.apply(*MERGER)
    assert (again.changes, again.moved, again.grants) == ([], {}, [])
    assert [await world.rows(query) for query in (versions, parameters)] == before
    connection = await world.database.connect()
    await connection.execute("UPDATE household.household SET region_code = $1", OLD_VILLAGE)
    await connection.close()
    (late,) = await world.apply(*MERGER)
    assert late.moved == {OLD_VILLAGE: (NEW_VILLAGE, {"households": 1})}
    with pytest.raises(RegionsChangeRefused, match="已经应用，与文件不同"):
        await world.apply("2026-11-07,merged,231226101,,,,231226580")


async def test_a_kill_between_two_commits_is_made_good_by_the_next_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.household("H1", OLD_VILLAGE)
    await client(world, "231226-231226101", ("township", "231226101", "231226101"))

    async def killed(*_: object) -> None:
        raise asyncpg.ConnectionDoesNotExistError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(application.household, "record", killed)
        with pytest.raises(asyncpg.ConnectionDoesNotExistError):
            await world.apply(*MERGER)
    open_regions = "SELECT count(*) FROM warning.region WHERE code = '231226101' AND valid_to IS NULL"
    assert (await world.rows(open_regions))[0][0] == 1
    # The others committed, household did not.
    connection = await world.database.connect()
    await connection.execute("UPDATE warning.region SET valid_to = '2026-11-07' WHERE code = '231226101'")
    await connection.execute("UPDATE identity.client_grant SET org = '231226100', region = '231226100'")
    await connection.close()
    (applied,) = await world.apply(*MERGER)
    assert len(applied.changes) == 3
    assert await world.rows("SELECT FROM household.household WHERE region_code LIKE '231226101%'") == []


async def test_later_changes_lead_former_codes_on(world: World) -> None:
    first = "2026-11-05,recoded,231226101201,,,,231226101301"
    await world.household("H1", "231226101201")
    await world.apply(first)
    await world.apply("2026-11-06,recoded,231226101,,,,231226102")
    value = (
        await world.rows(
            "SELECT value FROM household.parameter WHERE name = 'retired_regions' ORDER BY version DESC LIMIT 1"
        )
    )[0]["value"]
    assert '"231226101201": "231226102301"' in value
    async with world.registry.context.begin(COUNTY) as tx:
        regions = await regions_of(tx)
    assert regions.name("231226102301") == "民族村委会"
    assert regions.full_name("231226101200") == "上集镇大兴村委会"
    assert "231226101" not in regions
    lived = "SELECT region_code FROM household.{} ORDER BY version"
    assert (await world.rows(lived.format("household")))[0]["region_code"] == "231226102301"
    history = await world.rows(lived.format("household_history"))
    assert [row["region_code"] for row in history] == ["231226101201", "231226101301"]
    connection = await world.database.connect()
    await connection.execute("UPDATE household.person SET region_code = '231226101201'")
    await connection.close()
    await world.apply(first)
    assert (await world.rows(lived.format("person")))[0]["region_code"] == "231226102301"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["2026-11-07,merged,231226999,,,,231226100"], "231226999 不在本县现行区划中"),
        (["2026-11-07,merged,411322100,,,,411322101"], "所属的县 411322 不在本系统中"),
        (["2026-11-07,merged,231226101200,,,,231226100999"], "后继 231226100999 不存在"),
        (["2026-11-07,recoded,231226101200,,,,231226100201"], "已存在，并入它请用 merged"),
        (["2026-11-07,new,231226100201,重名村,,,"], "已存在，不能新设"),
        (["2026-11-07,new,231226777001,孤村,,,"], "上级 231226777 不在本县现行区划中"),
        (["2026-12-01,renamed,231226101,新名,,,"], "于 2026-12-01 生效，今天是 2026-11-08"),
        (["2026-11-07,merged,231226101,,,,231226100"], "村 231226101201 归向不明"),
        (["2026-11-07,split,231226101,,,,231226100;231226580"], "村 231226101200、231226101201 归向不明"),
        (["2026-11-07,closed,231226100201,,,,"], "231226100201 停用后，其下 户 1、人 1 归向不明"),
        (["2026-11-07,split,231226100201,,,,231226100202;231226101200"], "其下 户 1、人 1 归向不明"),
        (["2019-01-01,merged,231226101200,,,,231226101201"], "自 2020-01-01 起启用"),
        (
            [
                "2026-11-07,merged,231226101200,,,,231226101201",
                "2026-11-07,merged,231226101201,,,,231226100202",
            ],
            "后继 231226101201 在同一天停用（第3行）",
        ),
        (
            [
                "2026-11-07,closed,231226100,,,,",
                "2026-11-07,recoded,231226100201,,,,231226101301",
                "2026-11-07,recoded,231226100202,,,,231226101302",
            ],
            "231226100 仍代管 231226580",
        ),
    ],
)
async def test_what_does_not_fit_is_refused_and_nothing_stays(
    world: World, lines: list[str], said: str
) -> None:
    await world.household("H1", "231226100201")
    with pytest.raises(RegionsChangeRefused) as refused:
        await world.apply(*lines)
    assert said in str(refused.value)
    assert await world.rows("SELECT FROM household.region_change") == []
    assert await world.rows("SELECT FROM warning.region WHERE valid_to IS NOT NULL") == []


async def test_a_township_is_split_by_its_villages(world: World) -> None:
    await world.household("H1", "231226101200")
    await world.household("H2", "231226101201")
    await client(world, "镇", ("township", "231226101", "231226101"))
    (applied,) = await world.apply(
        "2026-11-07,new,231226103,大兴镇,,,",
        "2026-11-07,split,231226101,,,,231226101;231226103",
        "2026-11-07,recoded,231226101200,,,,231226103200",
        "2026-11-07,renamed,231226101201,民族新村,,,",
    )
    assert applied.moved == {"231226101200": ("231226103200", {"households": 1, "persons": 1})}
    lived = await world.rows("SELECT region_code FROM household.household ORDER BY household_no")
    assert [row["region_code"] for row in lived] == ["231226103200", "231226101201"]
    assert await grants(world, "镇") == {("township", "231226101", "231226101")}
    async with world.registry.context.begin(COUNTY) as tx:
        assert (await regions_of(tx)).full_name("231226101201") == "上集镇民族新村"


async def test_who_served_a_unit_hands_it_on(world: World) -> None:
    await client(
        world, "旧镇", ("township", "231226100", "231226100"), ("township", "231226100", "231226580")
    )
    await client(world, "新镇", ("township", "231226101", "231226101"))
    await world.apply(
        "2026-11-07,merged,231226100,,,,231226101",
        "2026-11-07,recoded,231226100201,,,,231226101301",
        "2026-11-07,recoded,231226100202,,,,231226101302",
    )
    both = {("township", "231226101", "231226101"), ("township", "231226101", "231226580")}
    assert await grants(world, "旧镇") == both
    assert await grants(world, "新镇") == both
    rows = await world.rows("SELECT served_by FROM funds.region WHERE code = '231226580'")
    assert rows[0]["served_by"] == "231226101"
