"""Parameters through the API: versions with their source, told to the other services."""

import json
from typing import Any

import httpx
import orjson
import pytest

from shared.testing.databases import TestDatabase


async def in_force(client: httpx.AsyncClient, name: str, **query: str) -> dict[str, Any] | None:
    items = (await client.get("/v1/parameters", params={"limit": 500, **query})).json()["items"]
    return next((row for row in items if row["name"] == name), None)


async def test_a_new_version_is_told_to_the_other_services(
    county: httpx.AsyncClient, township: httpx.AsyncClient, database: TestDatabase
) -> None:
    change = {
        "name": "verification_days",
        "value": 7,
        "valid_from": "2026-11-01",
        "source": "绥棱县2026年工作方案",
    }
    answer = await county.put("/v1/parameters", json=change)
    assert answer.status_code == 200
    assert (answer.json()["version"], answer.json()["value"]) == (2, 7)
    assert (await in_force(township, "verification_days"))["value"] == 7  # type: ignore[index]
    assert (await in_force(township, "verification_days", on="2026-10-31"))["value"] == 10  # type: ignore[index]
    owner = await database.connect()
    row = await owner.fetchrow(
        "SELECT e.subject, e.sequence, e.data, (SELECT array_agg(s.service ORDER BY s.service)"
        " FROM household.event_delivery d JOIN household.subscription s ON s.id = d.subscription_id"
        " WHERE d.event_id = e.id) AS receivers"
        " FROM household.outbox_event e WHERE e.type = 'bihuan.parameter.changed'"
    )
    await owner.close()
    assert (row["subject"], row["sequence"]) == ("parameter/verification_days", 2)
    assert row["receivers"] == ["funds_api", "warning_api"]
    data = orjson.loads(row["data"])
    assert data["set_by"] == "county"
    del data["set_at"], data["set_by"]
    assert data == {**change, "version": 2}


async def test_the_income_line_has_no_default(county: httpx.AsyncClient) -> None:
    unset = await in_force(county, "income_line")
    assert unset is not None and unset["explanation"].startswith("当年收入监测线")
    assert unset["shape"]["type"] == "string"
    rest = unset.keys() - {"name", "explanation", "shape"}
    assert {name: unset[name] for name in rest} == dict.fromkeys(rest)
    change = {"name": "income_line", "value": "7500.00", "valid_from": "2026-01-01", "source": "某省文件"}
    assert (await county.put("/v1/parameters", json=change)).json()["version"] == 1
    assert (await in_force(county, "income_line"))["value"] == "7500.00"  # type: ignore[index]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "favourite_colour"}, "parameter_unknown"),
        ({"value": "7"}, "parameter_invalid"),
        ({"valid_from": "soon"}, "invalid_request"),
        ({"source": ""}, "invalid_request"),
        ({"value": "\ud800"}, "malformed"),
    ],
)
async def test_what_is_refused(county: httpx.AsyncClient, change: dict[str, Any], code: str | None) -> None:
    body = {"name": "plan_days", "value": 7, "valid_from": "2026-11-01", "source": "某文件", **change}
    content = json.dumps(body).encode()
    answer = await county.put("/v1/parameters", content=content, headers={"Content-Type": "application/json"})
    assert answer.status_code == (400 if code == "malformed" else 422)
    assert code is None or answer.json()["code"] == code


async def test_a_name_that_is_nearly_one_is_recognised(county: httpx.AsyncClient) -> None:
    body = {"name": "income_lines", "value": "7500.00", "valid_from": "2026-11-01", "source": "某文件"}
    (error,) = (await county.put("/v1/parameters", json=body)).json()["errors"]
    assert error["code"] == "parameter_unknown"
    assert "是否为 income_line" in error["message"]
    versions = await county.get("/v1/parameters/retired_region/versions")
    assert "retired_regions" in versions.json()["detail"]
    nothing_like_it = await county.get("/v1/parameters/xyzzy/versions")
    assert "是否为" not in nothing_like_it.json()["detail"]


async def test_only_the_county_sets(township: httpx.AsyncClient) -> None:
    body = {"name": "plan_days", "value": 7, "valid_from": "2026-11-01", "source": "某文件"}
    assert (await township.put("/v1/parameters", json=body)).status_code == 403


async def test_lists_go_on(county: httpx.AsyncClient) -> None:
    first = (await county.get("/v1/parameters", params={"limit": 3})).json()
    second = (await county.get("/v1/parameters", params={"limit": 3, "cursor": first["next_cursor"]})).json()
    names = [row["name"] for row in first["items"] + second["items"]]
    assert len(names) == 6 and names == sorted(set(names))


async def test_periods_of_versions_do_not_overlap_in_silence(county: httpx.AsyncClient) -> None:
    async def put(value: int, valid_from: str) -> dict[str, Any]:
        body = {"name": "petition_days", "value": value, "valid_from": valid_from, "source": "某文件"}
        answer = await county.put("/v1/parameters", json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    later = await put(4, "2027-01-01")
    assert (later["replaces"], later["valid_until"]) == (None, None)
    between = await put(6, "2026-11-01")
    assert (between["replaces"], between["valid_until"]) == (None, "2026-12-31")
    corrected = await put(7, "2026-11-01")
    assert (corrected["replaces"], corrected["version"]) == (between["version"], 4)
    items = (await county.get("/v1/parameters/petition_days/versions")).json()["items"]
    told = [(v["version"], v["value"], v["valid_from"], v["valid_until"], v["replaced_by"]) for v in items]
    assert told == [
        (4, 7, "2026-11-01", "2026-12-31", None),
        (3, 6, "2026-11-01", "2026-12-31", 4),
        (2, 4, "2027-01-01", None, None),
        (1, 5, "2020-01-01", "2026-10-31", None),
    ]
    first = (await county.get("/v1/parameters/petition_days/versions?limit=3")).json()
    rest = await county.get(
        "/v1/parameters/petition_days/versions", params={"limit": 3, "cursor": first["next_cursor"]}
    )
    assert [v["version"] for v in rest.json()["items"]] == [1]
    assert (await in_force(county, "petition_days", on="2026-12-31"))["value"] == 7  # type: ignore[index]
    assert (await in_force(county, "petition_days", on="2027-01-01"))["value"] == 4  # type: ignore[index]
    assert (await county.get("/v1/parameters/colour/versions")).json()["code"] == "parameter_unknown"


async def test_what_a_value_may_be_is_told(county: httpx.AsyncClient) -> None:
    found = await in_force(county, "petition_days")
    assert found is not None
    assert found["shape"] == {"type": "integer", "minimum": 0, "maximum": 366}
