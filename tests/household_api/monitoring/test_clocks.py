"""Clocks: how long they run, who sees that they are due, and that each strikes once."""

import httpx

from services.household_api.monitoring.tasks import tell_overdue
from services.household_api.worker import SCHEDULES
from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.household_api.monitoring.conftest import (
    TO_CROSS_CHECK,
    GoTo,
    Open,
    SetParameter,
    moved,
    refusal,
    told,
)


async def due(client: httpx.AsyncClient, **query: str) -> set[str]:
    answer = await client.get("/v1/cases", params={"limit": 500, **query})
    assert answer.status_code == 200, answer.text
    return {row["id"] for row in answer.json()["items"]}


async def test_approval_is_due_in_calendar_or_working_days(
    open_case: Open, set_parameter: SetParameter, go_to: GoTo
) -> None:
    assert (await open_case())["due_on"] == "2026-11-23"
    await set_parameter("case_days_kind", "working")
    assert (await open_case())["due_on"] == "2026-11-27"
    # Before the holidays of October the same days last longer.
    go_to("2027-01-01")
    await set_parameter("holidays", ["2027-01-04", "2027-01-05"])
    await set_parameter("case_days", 2)
    assert (await open_case())["due_on"] == "2027-01-07"


async def test_due_lists(
    county: httpx.AsyncClient, township: httpx.AsyncClient, open_case: Open, go_to: GoTo
) -> None:
    early = await open_case()
    go_to("2026-11-12")
    late = await open_case()
    assert {early["id"]} == await due(county, due_before="2026-11-24") & {early["id"], late["id"]}
    assert {early["id"], late["id"]} <= await due(township, due_before="2026-11-28")
    go_to("2026-11-24")
    overdue = await due(county, overdue="true")
    assert early["id"] in overdue and late["id"] not in overdue
    assert late["id"] in await due(county, overdue="false")
    assert early["id"] in await due(
        county, overdue="true", clock="approval", state="clue", region="231226100"
    )
    assert early["id"] not in await due(county, overdue="true", clock="plan")
    shown = (await county.get(f"/v1/cases/{early['id']}")).json()
    assert (shown["overdue"], shown["next_due_on"], shown["clocks"][0]["overdue"]) == (
        True,
        "2026-11-23",
        True,
    )
    assert refusal(await county.get("/v1/cases", params={"clock": "sun"})) == (
        422,
        "word_unknown",
        ["clock_unknown"],
    )
    # Rejected: nothing is due any more.
    await moved(county, early, "rejected", reason="不符合条件")
    assert early["id"] not in await due(county, overdue="true")


async def test_a_plan_that_is_overdue_strikes_once(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    open_case: Open,
    go_to: GoTo,
    running: RunningService,
    database: TestDatabase,
) -> None:
    case = await open_case()
    await moved(county, case, *TO_CROSS_CHECK)
    approved = await moved(checker, case, "approved")
    assert approved["next_due_on"] == "2026-11-18"
    for day, struck in (("2026-11-18", 0), ("2026-11-19", 1), ("2026-11-30", 1)):
        go_to(day)
        await tell_overdue(running.context, {})
        events = [(subject, data) for kind, subject, data in await told(database, case) if "overdue" in kind]
        assert len(events) == struck, day
    ((subject, data),) = events
    assert subject == "/plan"
    assert data == {
        "case_id": case["id"],
        "clock": "plan",
        "due_on": "2026-11-18",
        "township_code": "231226100",
    }


async def test_a_clock_that_was_stopped_does_not_strike(
    county: httpx.AsyncClient, open_case: Open, go_to: GoTo, running: RunningService, database: TestDatabase
) -> None:
    case = await open_case()
    await moved(county, case, "rejected", reason="不符合条件")
    go_to("2026-12-31")
    await tell_overdue(running.context, {})
    assert [kind for kind, _, _ in await told(database, case)] == ["bihuan.case.opened"]


def test_the_worker_looks_at_the_clocks_every_hour() -> None:
    expression, job = SCHEDULES["tell_overdue"]
    assert job is tell_overdue and expression.split()[1] == "*"
