"""A code that has ended is refused at once in every process, and what stands on it can still be corrected."""

from datetime import timedelta

import pytest

from bihuan.regions.application import Owner, apply_changes
from bihuan.regions.changes_file import load_changes
from shared.clock import BusinessClock
from tests.bihuan.regions.conftest import COUNTY, MERGER, World
from tests.factories.clock import INSIDE_THE_WINDOW

OLD_VILLAGE, NEW_VILLAGE = "231226101200", "231226100300"


async def apply_in_another_process(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The services here are not told: what they remember, they must find to be past by themselves."""
    monkeypatch.setattr("shared.regions.change.forget_regions", lambda county: None)
    clock = BusinessClock.starting_at(INSIDE_THE_WINDOW + timedelta(hours=1))
    owner = Owner(world.database.owner_url, world.home.kek_file, world.home.match_key_file, clock)
    await apply_changes(owner, load_changes(world.file(*MERGER)), source="撤乡并镇.csv")


async def test_an_ended_code_is_refused_as_soon_as_it_has_ended(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    household = await world.household("H1", OLD_VILLAGE)
    await apply_in_another_process(world, monkeypatch)
    member = {"relationship": "户主", "name": "迟到户"}
    body = {"household_type": "ordinary", "members": [member]}
    async with world.caller("county", "NY", COUNTY) as county:
        late = await county.post("/v1/households", json={**body, "region_code": OLD_VILLAGE})
        assert (late.status_code, late.json()["errors"][0]["code"]) == (422, "region_unknown"), late.text
        right = await county.post("/v1/households", json={**body, "region_code": NEW_VILLAGE})
        assert right.status_code == 201, right.text
        assert (await county.get(f"/v1/households/{household}")).json()["region_code"] == NEW_VILLAGE


async def test_a_household_on_an_ended_code_can_be_corrected(world: World) -> None:
    household = await world.household("H1", OLD_VILLAGE)
    await world.apply(*MERGER)
    # A write that was under way when the change was carried out.
    for table, key in (("household", "id"), ("person", "household_id")):
        await world.rows(
            f"UPDATE household.{table} SET region_code = $1 WHERE {key} = $2", OLD_VILLAGE, household
        )
    async with world.caller("county", "NY", COUNTY) as county:
        path, any_version = f"/v1/households/{household}", {"If-Match": "*"}
        graded = await county.patch(path, json={"housing_grade": "D"}, headers=any_version)
        assert (graded.status_code, graded.json()["housing_grade"]) == (200, "D"), graded.text
        other = await county.patch(path, json={"region_code": "231226101201"}, headers=any_version)
        assert other.json()["errors"][0]["code"] == "region_unknown"
        placed = await county.patch(path, json={"region_code": NEW_VILLAGE}, headers=any_version)
        assert (placed.status_code, placed.json()["region_code"]) == (200, NEW_VILLAGE), placed.text
