"""Departments that are silent are reminded before the window closes, each once for each day."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning_api import worker
from services.warning_api.cycles.rules import Window, reminder_due
from services.warning_api.cycles.tasks import send_reminders
from tests.factories.warnings import CYCLE, record
from tests.warning_api.conftest import County, MakeCounty, got

WINDOW = Window(CYCLE, date(2026, 11, 5), date(2026, 11, 15))


def november(day: int) -> date:
    return date(2026, 11, day)


def at(day: int) -> datetime:
    return datetime.fromisoformat(f"2026-11-{day:02d}T09:00:00+08:00")


async def remind(county: County) -> None:
    await send_reminders(county.running.context, {})


async def reminded_on(county: County) -> dict[str, list[str]]:
    cycle = await got(county.bureau, f"/v1/cycles/{CYCLE}")
    return {line["org_code"]: line["reminded_on"] for line in cycle["departments"]}


@pytest.mark.parametrize(
    ("today", "due"),
    [(4, None), (5, None), (11, None), (12, 12), (13, 12), (14, 14), (15, 14), (16, None), (30, None)],
)
def test_the_day_for_which_to_remind(today: int, due: int | None) -> None:
    assert reminder_due(WINDOW, november(today), [3, 1]) == (november(due) if due else None)


@given(st.integers(1, 30), st.lists(st.integers(0, 12), max_size=4))
def test_a_reminder_is_never_early_and_never_late(today: int, days: list[int]) -> None:
    due = reminder_due(WINDOW, november(today), days)
    if due is not None:
        assert due <= november(today) <= WINDOW.closes_on
        assert (WINDOW.closes_on - due).days in days


async def test_the_silent_are_reminded_and_nobody_else(make_county: MakeCounty) -> None:
    county = await make_county(at(12))
    rs = county.caller("department", "RS")
    assert (await county.post_batch(county.yb, "B1", [record("1")])).status_code == 201
    assert (await rs.post("/v1/nil-reports", json={"cycle": CYCLE})).status_code == 201
    assert all(days == [] for days in (await reminded_on(county)).values())
    await remind(county)
    found = await reminded_on(county)
    assert (found["YB"], found["RS"]) == ([], [])
    assert all(days == ["2026-11-12"] for org, days in found.items() if org not in ("YB", "RS"))
    assert await county.events(f"cycle/{CYCLE}/ZJ") == [("cycle.reminder", november(12).toordinal())]
    assert await county.events(f"cycle/{CYCLE}/YB") == []
    async with county.owner() as owner:
        data: Any = await owner.fetchval(
            "SELECT data FROM warning.outbox_event WHERE subject = $1", f"cycle/{CYCLE}/ZJ"
        )
    assert all(word in data for word in (CYCLE, '"ZJ"', '"2026-11-15"'))


async def test_each_is_reminded_once_for_each_day(make_county: MakeCounty) -> None:
    first = await make_county(at(12))
    await remind(first)
    await remind(first)
    next_day = await make_county(at(13), beside=first)
    await remind(next_day)
    assert (await reminded_on(next_day))["ZJ"] == ["2026-11-12"]
    assert (await next_day.post_batch(next_day.yb, "B1", [record("1")])).status_code == 201
    last = await make_county(at(14), beside=first)
    await remind(last)
    found = await reminded_on(last)
    assert (found["ZJ"], found["YB"]) == (["2026-11-12", "2026-11-14"], ["2026-11-12"])
    assert [sequence for _, sequence in await first.events(f"cycle/{CYCLE}/ZJ")] == [
        november(12).toordinal(),
        november(14).toordinal(),
    ]


async def test_a_day_when_no_worker_ran_is_made_up_for(make_county: MakeCounty) -> None:
    county = await make_county(at(13))
    await worker.at_start(county.running.context, {})
    assert (await reminded_on(county))["ZJ"] == ["2026-11-13"]
    await remind(county)
    assert len(await county.events(f"cycle/{CYCLE}/ZJ")) == 1


async def test_moved_dates_and_other_days_move_the_reminders(make_county: MakeCounty) -> None:
    county = await make_county(at(12))
    edited = await county.bureau.patch(
        f"/v1/cycles/{CYCLE}", json={"closes_on": "2026-11-20"}, headers={"If-Match": "*"}
    )
    assert edited.status_code == 200
    await remind(county)
    assert (await reminded_on(county))["ZJ"] == []
    await county.set_parameter("reminder_days", "[8]")
    await remind(county)
    assert (await reminded_on(county))["ZJ"] == ["2026-11-12"]


async def test_a_department_sees_its_own_reminders(make_county: MakeCounty) -> None:
    county = await make_county(at(14))
    await remind(county)
    (line,) = (await got(county.zj, "/v1/cycles/current"))["departments"]
    assert (line["org_code"], line["reminded_on"]) == ("ZJ", ["2026-11-14"])
