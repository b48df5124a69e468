"""The townships' monthly routine check: silence is visible."""

from datetime import datetime
from typing import Any

import httpx
import pytest

from services.warning_api.reports.routine_service import missed
from services.warning_api.reports.tasks import remind_townships
from shared.clock import SHANGHAI, BusinessClock
from tests.factories.warnings import COUNTY, CYCLE, VILLAGE
from tests.warning_api.conftest import County, got, problem
from tests.warning_api.reports.test_screenings import found, screen

TOWNSHIPS = ["231226100", "231226101", "231226580"]


async def put(
    client: httpx.AsyncClient, township: str = "231226100", cycle: str = CYCLE, **fields: Any
) -> Any:
    body = {"checked_on": "2026-11-06", "villages": 2, "households_visited": 40, "found": 0, **fields}
    return await client.put(f"/v1/routine-checks/{cycle}/{township}", json=body)


def on(county: County, month: int, day: int) -> None:
    county.running.context.clock = BusinessClock.starting_at(datetime(2026, month, day, 9, tzinfo=SHANGHAI))


async def test_who_has_reported_and_who_has_not(county: County) -> None:
    answer = await put(county.township, note="全乡走遍")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["note"], answer.headers["etag"]) == (
        "zero_report",
        "全乡走遍",
        '"1"',
    )
    lines = (await got(county.bureau, "/v1/routine-checks", cycle=CYCLE))["items"]
    assert [line["township_code"] for line in lines] == TOWNSHIPS
    assert [line["state"] for line in lines] == ["zero_report", "missing", "missing"]
    assert {line["due_on"] for line in lines} == {"2026-11-25"}
    assert {line["overdue"] for line in lines} == {False}
    on(county, 11, 26)
    lines = (await got(county.bureau, "/v1/routine-checks"))["items"]
    assert [line["overdue"] for line in lines] == [False, True, True]
    (own,) = (await got(county.township, "/v1/routine-checks"))["items"]
    assert own["township"] == "绥棱镇"


async def test_a_later_report_replaces_it_and_both_are_kept(county: County) -> None:
    await put(county.township)
    assert (await put(county.township)).json()["version"] == 1
    changed = (await put(county.township, found=3)).json()
    assert (changed["version"], changed["state"], changed["found"]) == (2, "reported", 3)
    async with county.owner() as owner:
        assert await owner.fetchval("SELECT count(*) FROM warning.routine_check") == 2


async def test_a_screening_shows_that_zero_was_none(county: County) -> None:
    await put(county.township)
    await put(county.other_township, "231226101")
    await screen(county.bureau, found(region_code=VILLAGE))
    lines = (await got(county.bureau, "/v1/routine-checks"))["items"]
    assert [line["state"] for line in lines] == ["superseded", "zero_report", "missing"]
    assert problem(await put(county.township)) == (409, "screenings_exist")
    assert (await put(county.township, found=1)).json()["state"] == "reported"


async def test_after_a_screening_nothing_cannot_be_reported(county: County) -> None:
    await screen(county.township, found())
    assert problem(await put(county.township)) == (409, "screenings_exist")
    assert (await put(county.other_township, "231226101")).status_code == 200


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"checked_on": "2026-11-09"}, 422, "invalid_request"),
        ({"checked_on": "2026-10-31"}, 422, "invalid_request"),
        ({"found": -1}, 422, "invalid_request"),
        ({"cycle": "2026-12", "checked_on": "2026-11-08"}, 409, "cycle_not_current"),
        ({"cycle": "2026-09", "checked_on": "2026-09-08"}, 409, "cycle_not_current"),
        ({"cycle": "2026-13"}, 404, "cycle_not_found"),
        ({"township": "231226101"}, 404, "township_not_found"),
        ({"township": VILLAGE}, 404, "township_not_found"),
    ],
)
async def test_what_is_refused(common: County, fields: dict[str, Any], status: int, code: str) -> None:
    assert problem(await put(common.township, **fields)) == (status, code)


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [({"villages": 500}, "/villages", "more_than_there_are"), ({"found": 41}, "/found", "more_than_visited")],
)
async def test_figures_that_cannot_be(common: County, fields: dict[str, Any], field: str, code: str) -> None:
    answer = await put(common.township, **fields)
    assert answer.status_code == 422
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(field, code)]


async def test_the_last_months_check_is_late(county: County) -> None:
    answer = await put(county.township, cycle="2026-10", checked_on="2026-10-30")
    assert (answer.json()["late"], answer.json()["cycle"]) == (True, "2026-10")


async def test_silent_townships_are_reminded_once_for_each_day(county: County) -> None:
    await put(county.township)
    for day in (21, 22, 22, 23, 24, 25, 26):
        on(county, 11, day)
        await remind_townships(county.running.context, {})
    assert await county.events(f"routine_check/{CYCLE}/231226100") == []
    told = await county.events(f"routine_check/{CYCLE}/231226101")
    assert [kind for kind, _ in told] == ["routine_check.reminder"] * 2
    line = await got(county.bureau, f"/v1/routine-checks/{CYCLE}/231226101")
    assert line["reminded_on"] == ["2026-11-22", "2026-11-24"]


async def test_what_a_ranking_is_told(county: County) -> None:
    await put(county.township)
    async with county.running.context.begin(COUNTY) as tx:
        told = await missed(tx, ["2026-10", CYCLE])
    assert len(told) == 6
    assert {(row["cycle"], row["township_code"]) for row in told if row["reported"]} == {(CYCLE, "231226100")}


async def test_townships_do_not_see_each_others(county: County) -> None:
    await put(county.township)
    foreign = await county.other_township.get(f"/v1/routine-checks/{CYCLE}/231226100")
    assert problem(foreign) == (404, "township_not_found")
    assert problem(await county.yb.get("/v1/routine-checks"))[0] == 403
