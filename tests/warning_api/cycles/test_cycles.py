"""The monthly window on the business clock, nil reports, and who has pushed."""

import asyncio
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.factories.warnings import CYCLE, record
from tests.warning_api.conftest import County, MakeCounty, got, problem


def at(day: str, clock: str = "09:00:00") -> datetime:
    return datetime.fromisoformat(f"{day}T{clock}+08:00")


async def edit(county: County, etag: str | None, cycle: str = CYCLE, **change: Any) -> httpx.Response:
    headers = {} if etag is None else {"If-Match": etag}
    return await county.bureau.patch(f"/v1/cycles/{cycle}", json=change, headers=headers)


def line_of(cycle: dict[str, Any], org: str) -> dict[str, Any]:
    return next(line for line in cycle["departments"] if line["org_code"] == org)


async def test_the_window_of_a_month(common: County) -> None:
    answer = await common.bureau.get("/v1/cycles/current")
    cycle = answer.json()
    assert (cycle["cycle"], cycle["opens_on"], cycle["closes_on"], cycle["state"]) == (
        CYCLE,
        "2026-11-05",
        "2026-11-15",
        "open",
    )
    assert answer.headers["ETag"] == f'"{cycle["version"]}"'
    assert (await got(common.bureau, "/v1/cycles/2026-12"))["state"] == "upcoming"
    assert (await got(common.bureau, "/v1/cycles/2026-10"))["state"] == "closed"


@pytest.mark.parametrize("cycle", ["2026-13", "2026-1", "november", "2०२६-11", "202611"])
async def test_what_is_no_month_does_not_exist(common: County, cycle: str) -> None:
    assert problem(await common.bureau.get(f"/v1/cycles/{cycle}")) == (404, "cycle_not_found")
    assert problem(await edit(common, "*", cycle, opens_on="2026-11-06")) == (404, "cycle_not_found")
    assert problem(await common.bureau.get(f"/v1/lists/{cycle}/231226100"))[0] == 404


async def test_dates_are_edited_by_who_has_seen_them(make_county: MakeCounty) -> None:
    county = await make_county(at("2026-11-16"))
    closed = await county.post_batch(county.yb, "B1", [record("1")])
    assert problem(closed) == (409, "window_closed")
    assert closed.json()["opens_on"] == "2026-12-05"
    assert problem(await edit(county, None, closes_on="2026-11-18")) == (428, "if_match_required")
    assert problem(await edit(county, '"7"', closes_on="2026-11-18")) == (412, "stale_version")
    assert problem(await edit(county, None, closes_on="2026-12-01")) == (422, "invalid_request")
    assert problem(await edit(county, "*", opens_on="2026-11-20")) == (422, "dates_out_of_order")
    etag = (await county.bureau.get(f"/v1/cycles/{CYCLE}")).headers["ETag"]
    edited = await edit(county, etag, closes_on="2026-11-18")
    assert (edited.status_code, edited.json()["closes_on"], edited.json()["state"]) == (
        200,
        "2026-11-18",
        "open",
    )
    assert edited.headers["ETag"] != etag
    assert problem(await edit(county, etag, closes_on="2026-11-17")) == (412, "stale_version")
    assert (await county.post_batch(county.yb, "B1", [record("1")])).status_code == 201


async def test_two_who_edit_at_once_do_not_overwrite_each_other(county: County) -> None:
    for _ in range(3):
        etag = (await county.bureau.get(f"/v1/cycles/{CYCLE}")).headers["ETag"]
        both = await asyncio.gather(*(edit(county, etag, closes_on=f"2026-11-{d}") for d in (17, 18)))
        assert sorted(answer.status_code for answer in both) == [200, 412]


@pytest.mark.parametrize(
    ("now", "opens_on"),
    [
        (at("2026-11-04", "23:59:00"), "2026-11-05"),
        (at("2026-11-16", "00:00:30"), "2026-12-05"),
        (at("2026-12-31", "23:00:00"), "2027-01-05"),
    ],
)
async def test_outside_the_window_the_next_opening_is_told(
    make_county: MakeCounty, now: datetime, opens_on: str
) -> None:
    county = await make_county(now)
    answer = await county.post_batch(county.yb, "B1", [record("1", occurred_on="2026-10-01")])
    assert problem(answer) == (409, "window_closed")
    assert answer.json()["opens_on"] == opens_on
    cycle = f"{now:%Y-%m}"
    assert problem(await county.yb.post("/v1/nil-reports", json={"cycle": cycle})) == (409, "window_closed")


async def test_an_edited_next_month_is_the_next_opening(make_county: MakeCounty) -> None:
    county = await make_county(at("2026-11-20"))
    assert (await edit(county, "*", "2026-12", opens_on="2026-12-07")).status_code == 200
    answer = await county.post_batch(county.yb, "B1", [record("1")])
    assert answer.json()["opens_on"] == "2026-12-07"


async def test_reopened_for_one_department_marked_late(make_county: MakeCounty) -> None:
    county = await make_county(at("2026-11-20"))
    reopening = {"org_code": "YB", "reason": "系统升级", "until": "2026-11-21"}
    unknown = {**reopening, "org_code": "XX"}
    assert problem(await edit(county, "*", reopen=unknown)) == (422, "unknown_department")
    past = {**reopening, "until": "2026-11-19"}
    assert problem(await edit(county, "*", reopen=past)) == (422, "invalid_request")
    assert problem(await edit(county, "*", reopen={"org_code": "YB"})) == (422, "invalid_request")
    assert (await edit(county, "*", reopen=reopening)).status_code == 200
    late = await county.post_batch(county.yb, "B1", [record("1")])
    assert (late.status_code, late.json()["late"]) == (201, True)
    refused = await county.post_batch(county.zj, "B1", [record("1", indicator="ZJ01")])
    assert problem(refused) == (409, "window_closed")
    cycle = await got(county.bureau, f"/v1/cycles/{CYCLE}")
    assert (line_of(cycle, "YB")["state"], line_of(cycle, "YB")["late"]) == ("pushed", True)


async def test_last_month_reopened_takes_what_comes_before_this_months_window(
    make_county: MakeCounty,
) -> None:
    county = await make_county(at("2026-12-02"))
    reopening = {"org_code": "YB", "reason": "系统升级", "until": "2026-12-03"}
    answer = await edit(county, "*", "2026-09", reopen={"org_code": "YB", "reason": "补报"})
    assert problem(answer) == (422, "invalid_request")
    assert (await edit(county, "*", CYCLE, reopen=reopening)).status_code == 200
    late = await county.post_batch(county.yb, "B1", [record("1")])
    assert (late.status_code, late.json()["cycle"], late.json()["late"]) == (201, CYCLE, True)
    again = await county.post_batch(county.yb, "B1", [record("1")])
    assert (again.status_code, again.json()) == (200, late.json())
    other = await county.post_batch(county.zj, "B1", [record("1", indicator="ZJ01")])
    assert problem(other) == (409, "window_closed")


async def test_a_nil_report_is_superseded_by_a_batch(common: County) -> None:
    rs = common.caller("department", "RS")
    missing = await got(rs, "/v1/cycles/current")
    assert line_of(missing, "RS")["state"] == "missing"
    filed = await rs.post("/v1/nil-reports", json={"cycle": CYCLE})
    assert filed.status_code == 201
    again = await rs.post("/v1/nil-reports", json={"cycle": CYCLE})
    assert again.json() == filed.json()
    assert line_of(await got(rs, "/v1/cycles/current"), "RS")["state"] == "nil_report"
    assert (await common.post_batch(rs, "B1", [record("1", indicator="RS01")])).status_code == 201
    line = line_of(await got(rs, "/v1/cycles/current"), "RS")
    assert (line["state"], line["batches"], line["warnings"]) == ("pushed", 1, 1)
    assert problem(await rs.post("/v1/nil-reports", json={"cycle": CYCLE})) == (409, "batches_exist")


async def test_nil_reports_are_for_the_open_cycle_and_for_departments(common: County) -> None:
    for cycle in ("2026-12", "2026-10", "2026-09"):
        answer = await common.zj.post("/v1/nil-reports", json={"cycle": cycle})
        assert problem(answer) == (409, "cycle_not_current")
    for body in ({"cycle": "2026-13"}, {"cycle": 11}, {}, []):
        assert problem(await common.zj.post("/v1/nil-reports", json=body))[0] == 422
    assert problem(await common.township.post("/v1/nil-reports", json={"cycle": CYCLE}))[0] == 403


async def test_everybody_sees_who_has_pushed_and_a_department_its_own_line(common: County) -> None:
    sw = common.caller("department", "SW")
    assert (await common.post_batch(sw, "B1", [record("1", indicator="SW01")])).status_code == 201
    own = await got(common.caller("department", "MZ"), "/v1/cycles/current")
    assert [line["org_code"] for line in own["departments"]] == ["MZ"]
    for caller in (common.bureau, common.township, common.caller("supervisor", "SH", "2312")):
        cycle = await got(caller, "/v1/cycles/current", county="231226")
        assert len(cycle["departments"]) == 10
        assert line_of(cycle, "SW")["state"] == "pushed"


async def test_how_many_a_department_pushed_is_told_as_the_statistics_tell_it(county: County) -> None:
    """YB's two, and ZJ's six that would tell them beside the county's number, are hidden from others."""
    for org, number in (("YB", 2), ("ZJ", 6), ("RS", 9)):
        rows = [record(str(n), indicator=f"{org}01", amount="15100.00") for n in range(number)]
        await county.push(county.caller("department", org), "B1", rows)

    async def told(client: httpx.AsyncClient) -> dict[str, tuple[int, int | None]]:
        lines = (await got(client, f"/v1/cycles/{CYCLE}", county="231226"))["departments"]
        assert {line["warnings"] for line in lines if line["state"] == "missing"} <= {0}
        return {line["org_code"]: (line["batches"], line["warnings"]) for line in lines if line["batches"]}

    assert await told(county.bureau) == {"YB": (1, 2), "ZJ": (1, 6), "RS": (1, 9)}
    assert await told(county.yb) == {"YB": (1, 2)}
    assert await told(county.township) == {"YB": (1, None), "ZJ": (1, None), "RS": (1, 9)}
    for role in ("supervisor", "system"):
        watcher = county.caller(role, "SH", "2312")
        assert await told(watcher) == {"YB": (1, None), "ZJ": (1, None), "RS": (1, 9)}
        asked = {"cycle": CYCLE, "by": "department", "county": "231226"}
        rows = (await got(watcher, "/v1/statistics/loop", **asked))["items"]
        assert {row["key"]: row["filed"] for row in rows} == {"YB": None, "ZJ": None, "RS": 9}


async def test_only_the_county_edits(common: County) -> None:
    answer = await common.yb.patch(f"/v1/cycles/{CYCLE}", json={}, headers={"If-Match": "*"})
    assert problem(answer) == (403, "insufficient_scope")
    stranger = httpx.AsyncClient(transport=httpx.ASGITransport(common.running.app), base_url="http://test")
    async with stranger:
        assert problem(await stranger.patch("/v1/cycles/nothing", json={}))[0] == 401


async def test_indicators_are_a_list_like_others(common: County) -> None:
    first = await got(common.yb, "/v1/indicators", limit=10)
    rest = await got(common.yb, "/v1/indicators", limit=10, cursor=first["next_cursor"])
    codes = [indicator["code"] for indicator in first["items"] + rest["items"]]
    assert codes == sorted(set(codes))
    assert len(codes) == 17
    (inpatient,) = [i for i in first["items"] + rest["items"] if i["code"] == "YB01"]
    assert {"household_type": "lifted", "amount": "5000.00"} in inpatient["thresholds"]
    own = await got(common.yb, "/v1/indicators", org_code="YB")
    assert {indicator["org_code"] for indicator in own["items"]} == {"YB"}
