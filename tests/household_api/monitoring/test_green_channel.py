"""Help first, papers after, for disasters and accidents."""

import httpx

from services.household_api.monitoring.service import tell_struck
from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.household_api.conftest import COUNTY
from tests.household_api.monitoring.conftest import (
    TO_CROSS_CHECK,
    GoTo,
    Open,
    head_dies,
    moved,
    refusal,
    to,
    told,
)

FIRE = {"risk_types": ["disaster"], "disaster_kinds": ["fire"]}


async def test_a_fire_is_helped_at_once_and_its_papers_come_after(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    township: httpx.AsyncClient,
    open_case: Open,
    go_to: GoTo,
    running: RunningService,
    database: TestDatabase,
) -> None:
    case = await open_case()
    assert case["allowed_specially"] == [{"to": "assisted", "channel": "green_channel"}]
    help_first = {"green_channel": True, "reason": "夜间失火，房屋烧毁", "visit": FIRE}
    assert (await to(township, case, "assisted", **help_first)).status_code == 403
    helped = await moved(county, case, "assisted", **help_first)
    assert (helped["state"], helped["green_channel"], helped["disaster_kinds"]) == (
        "assisted",
        True,
        ["fire"],
    )
    running_clocks = {clock["kind"]: clock["due_on"] for clock in helped["clocks"] if not clock["stopped_on"]}
    assert running_clocks == {"plan": "2026-11-18", "approval": "2026-11-23", "papers": "2026-11-23"}
    # Identification is what the papers are for.
    assert (await county.get(f"/v1/households/{case['household_id']}")).json()["monitoring"][
        "monitored"
    ] is False
    assert helped["allowed"] == ["visited"]
    owed = await to(county, case, "eliminated", reason="已重建")
    assert refusal(owed)[:2] == (409, "illegal_transition") and "手续尚未补齐" in owed.json()["detail"]

    go_to("2026-11-24")
    late = await township.get("/v1/cases", params={"clock": "papers", "overdue": "true"})
    assert [row["id"] for row in late.json()["items"]] == [case["id"]]
    async with running.context.begin(COUNTY) as tx:
        await tell_struck(tx)
    overdue = [
        (subject, data["clock"]) for kind, subject, data in await told(database, case) if "overdue" in kind
    ]
    assert sorted(overdue) == [("/approval", "approval"), ("/papers", "papers"), ("/plan", "plan")]

    await moved(township, case, *TO_CROSS_CHECK[:-1])
    await moved(county, case, "cross_checked")
    approved = await moved(checker, case, "approved", monitoring_type="sudden_hardship")
    assert [clock["kind"] for clock in approved["clocks"] if not clock["stopped_on"]] == ["plan"]
    assert (await county.get(f"/v1/households/{case['household_id']}")).json()["monitoring"][
        "monitored"
    ] is True
    assert (await moved(county, case, "assisted"))["allowed"] == ["eliminated"]
    assert [kind for kind, _, _ in await told(database, case) if kind == "bihuan.case.approved"] != []


async def test_only_for_the_risks_that_the_county_names(county: httpx.AsyncClient, open_case: Open) -> None:
    case = await open_case(risk_types=["illness"])
    refused = await to(county, case, "assisted", green_channel=True, reason="急")
    assert refusal(refused) == (409, "green_channel_closed", [])
    assert refused.json()["risk_types"] == ["disaster", "accident"]
    assert refusal(await to(county, case, "assisted", reason="急"))[:2] == (409, "illegal_transition")
    assert refusal(await to(county, case, "assisted", green_channel=True, visit=FIRE))[2] == [
        "reason_required"
    ]


async def test_help_whose_papers_show_no_risk_ends_without_a_mark(
    county: httpx.AsyncClient, open_case: Open
) -> None:
    case = await open_case(risk_types=["accident"])
    await moved(county, case, "assisted", green_channel=True, reason="车祸")
    ended = await moved(county, case, "visited", "rejected", reason="已由肇事方赔付")
    assert all(clock["stopped_on"] == "2026-11-08" for clock in ended["clocks"])
    monitoring = (await county.get(f"/v1/households/{case['household_id']}")).json()["monitoring"]
    assert (monitoring["monitoring_type"], monitoring["risk_eliminated"]) == (None, False)


async def test_a_household_that_died_owes_no_papers(county: httpx.AsyncClient, open_case: Open) -> None:
    case = await open_case(risk_types=["accident"])
    await moved(county, case, "assisted", green_channel=True, reason="车祸")
    await head_dies(county, case)
    ended = await moved(county, case, "eliminated", natural=True, reason="独居户主亡故")
    assert (ended["state"], ended["next_due_on"]) == ("eliminated", None)
    monitoring = (await county.get(f"/v1/households/{case['household_id']}")).json()["monitoring"]
    assert monitoring["monitoring_type"] is None
