"""What an import makes of the heads of households that the registry knows."""

from typing import Any

import httpx

from shared.testing.databases import TestDatabase
from tests.factories.registry import id_number, person
from tests.household_api.conftest import Load, household_of
from tests.household_api.imports.test_imports import rejects_of


async def relations(client: httpx.AsyncClient, household_no: str) -> dict[str, str]:
    members = (await household_of(client, household_no))["members"]
    return {member["name"]: member["relationship"] for member in members if member["status"] == "living"}


def wife(household_no: str, name: str, **more: Any) -> dict[str, Any]:
    return person(household_no, name, relationship="配偶", **more)


async def test_the_only_member_stays_head(county: httpx.AsyncClient, load: Load) -> None:
    await load([person("N0003", "新己")])
    imported = await load([wife("N0003", "新己"), person("N0004", "另户")])
    assert await rejects_of(county, imported) == {1: ["head_missing"]}
    assert [imported[name] for name in ("accepted", "households", "added", "changed")] == [1, 1, 1, 1]
    assert await relations(county, "N0003") == {"新己": "户主"}
    assert (await household_of(county, "N0003"))["version"] == 1
    told = (await county.get(f"/v1/imports/{imported['id']}/rejects")).json()["items"][0]
    assert told["record"]["relationship"] == "配偶" and "N0003" in told["errors"][0]["message"]


async def test_a_head_steps_down_only_where_another_steps_up(county: httpx.AsyncClient, load: Load) -> None:
    await load([person("W1", "老张"), wife("W1", "老李"), person("W1", "小张", relationship="子")])
    alone = await load([wife("W1", "老张", health="患病")])
    assert await rejects_of(county, alone) == {1: ["head_missing"]}
    # She who is to follow is refused for something else: he stays head.
    broken = await load([wife("W1", "老张"), person("W1", "老李", id_number="231226")])
    assert await rejects_of(county, broken) == {1: ["head_missing"], 2: ["id_number_length"]}
    assert await relations(county, "W1") == {"老张": "户主", "老李": "配偶", "小张": "子"}
    both = await load([wife("W1", "老张"), person("W1", "老李")])
    assert both["rejected"] == 0
    assert await relations(county, "W1") == {"老张": "配偶", "老李": "户主", "小张": "子"}


async def test_a_head_who_moves_away_is_followed_by_another(county: httpx.AsyncClient, load: Load) -> None:
    await load([person("W2", "走主"), wife("W2", "留妻")])
    assert await rejects_of(county, await load([person("W2", "走主", status="迁出")])) == {
        1: ["head_missing"]
    }
    assert (await load([person("W2", "走主", status="迁出"), person("W2", "留妻")]))["rejected"] == 0
    # Nobody stays behind who would need a head.
    assert (await load([person("W2", "留妻", status="迁出")]))["rejected"] == 0


async def test_a_namesake_does_not_stand_for_the_head(county: httpx.AsyncClient, load: Load) -> None:
    await load([person("W3", "同名", id_number=id_number("19700101", 301))])
    imported = await load(
        [person("W3", "新主"), person("W3", "同名", relationship="子", id_number=id_number("19990101", 302))]
    )
    assert await rejects_of(county, imported) == {1: ["two_heads"]}
    members = (await household_of(county, "W3"))["members"]
    assert sorted((member["name"], member["relationship"]) for member in members) == [
        ("同名", "子"),
        ("同名", "户主"),
    ]


async def test_without_a_head_before_the_rest_is_corrected(
    county: httpx.AsyncClient, load: Load, database: TestDatabase
) -> None:
    await load(
        [person("W4", "故主", status="死亡"), wife("W4", "孤妻"), person("W4", "孤子", relationship="子")]
    )
    imported = await load([wife("W4", "孤妻", health="患病")])
    assert (imported["rejected"], imported["changed"]) == (0, 1)
    assert (await load([person("W4", "孤妻")]))["rejected"] == 0
    # Two heads from long ago: one steps down, the other is corrected.
    await load([person("W5", "甲"), wife("W5", "乙")])
    owner = await database.connect()
    await owner.execute(
        "UPDATE household.person SET relationship = '户主' WHERE household_id = $1::text::uuid",
        (await household_of(county, "W5"))["id"],
    )
    await owner.close()
    assert (await load([person("W5", "甲", health="患病")]))["rejected"] == 1
    assert (await load([wife("W5", "乙")]))["rejected"] == 0
    assert await relations(county, "W5") == {"甲": "户主", "乙": "配偶"}


async def test_a_household_whose_every_row_is_refused_is_not_touched(
    county: httpx.AsyncClient, load: Load
) -> None:
    await load([person("W6", "原主", id_number=id_number("19720202", 303))])
    tried = (
        await county.post(
            "/v1/imports?dry_run=true",
            json={"records": [wife("W6", "原主", household_type="lifted", phone="13800138099")]},
        )
    ).json()
    assert (tried["accepted"], tried["households"], tried["changed"], tried["changes"]) == (0, 0, 0, [])
    assert [error["code"] for error in tried["rejects"][0]["errors"]] == ["head_missing"]
    imported = await load([wife("W6", "原主", household_type="lifted")])
    assert imported["accepted"] == 0
    found = await household_of(county, "W6")
    assert (found["household_type"], found["version"]) == ("ordinary", 1)
