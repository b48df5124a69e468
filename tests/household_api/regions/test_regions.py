"""Regions through the API."""

import httpx

from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService, add_county

OTHER_COUNTY = (
    {"code": "23", "name": "黑龙江省", "parent_code": None, "level": "province"},
    {"code": "2312", "name": "绥化市", "parent_code": "23", "level": "city"},
    {"code": "231224", "name": "庆安县", "parent_code": "2312", "level": "county"},
)


async def test_below_a_parent_and_all(township: httpx.AsyncClient) -> None:
    below = (await township.get("/v1/regions", params={"parent": "231226000000"})).json()
    assert [row["code"] for row in below["items"]] == ["231226100", "231226101", "231226580"]
    assert below["items"][2] == {
        "code": "231226580",
        "name": "种马场",
        "level": "township",
        "parent": "231226",
        "served_by": "231226100",
    }
    everything = (await township.get("/v1/regions", params={"limit": 7})).json()
    rest = (await township.get("/v1/regions", params={"cursor": everything["next_cursor"]})).json()
    assert len(everything["items"]) == 7 and len(rest["items"]) == 4
    assert (await township.get("/v1/regions", params={"parent": "x"})).status_code == 422


async def test_above_a_county(running: RunningService, database: TestDatabase) -> None:
    await add_county(database, "household", OTHER_COUNTY)
    async with running.client("supervisor", "", "2312") as city:
        counties = (await city.get("/v1/regions", params={"parent": "2312"})).json()["items"]
        assert [row["code"] for row in counties] == ["231224", "231226"]
        assert (await city.get("/v1/regions", params={"county": "231224", "parent": "231226"})).json()[
            "items"
        ] == []
    async with running.client("supervisor", "", "4113") as elsewhere:
        assert (await elsewhere.get("/v1/regions")).json()["items"] == []
