"""A fire with the green channel, a village that disagrees, a case sent back for evidence, a plan that is late."""

import httpx

from shared.testing.databases import TestDatabase
from tests.household_api.monitoring.conftest import (
    TO_CROSS_CHECK,
    GoTo,
    SetParameter,
    moved,
    refusal,
    to,
    told,
)
from tests.household_api.stories.conftest import (
    CONTACT,
    REVIEW,
    VISIT,
    VOTES,
    Family,
    Struck,
    clocks,
    events,
    opened,
    read,
)

FIRE = {"risk_types": ["disaster"], "disaster_kinds": ["fire"]}


async def test_a_fire_is_helped_first(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    township: httpx.AsyncClient,
    family: Family,
    go_to: GoTo,
    struck: Struck,
    database: TestDatabase,
) -> None:
    household = await family(("户主", "火灾户", "19780101", {"labour": "ordinary"}), housing_grade="D")
    case = await opened(township, household)
    green = {"green_channel": True, "reason": "夜间失火", "visit": FIRE}
    assert (await to(township, case, "assisted", **green)).status_code == 403
    assert refusal(await to(county, case, "assisted", green_channel=True, visit=FIRE))[2] == [
        "reason_required"
    ]
    helped = await moved(county, case, "assisted", **green)
    assert clocks(helped) == {
        (1, "approval"): ("2026-11-23", None),
        (1, "papers"): ("2026-11-23", None),
        (1, "plan"): ("2026-11-18", None),
    }
    # A plan is made at once; what the house and two hands ask for is named.
    plan = f"/v1/cases/{case['id']}/plan"
    bare = await township.put(plan, json={**CONTACT, "confirm": True})
    assert bare.json()["code"] == "plan_incomplete"
    measures = [{"kind": kind} for kind in ("temporary_relief", "housing_renovation", "employment")]
    made = await township.put(
        plan, json={**CONTACT, "confirm": True, "measures": measures, "reason": "先行安置"}
    )
    assert made.json()["state"] == "confirmed", made.text
    assert clocks(await read(county, f"/v1/cases/{case['id']}"))[1, "plan"][1] == "2026-11-08"
    assert refusal(await to(county, case, "eliminated", reason="已重建"))[1] == "illegal_transition"

    go_to("2026-11-24")
    await struck()
    await struck()
    await moved(township, case, *TO_CROSS_CHECK[:-1])
    await moved(county, case, "cross_checked")
    approved = await moved(checker, case, "approved", monitoring_type="sudden_hardship")
    assert {kind: stopped for (_, kind), (_, stopped) in clocks(approved).items()} == {
        "approval": "2026-11-24",
        "papers": "2026-11-24",
        "plan": "2026-11-08",
    }
    assert (await moved(county, case, "assisted"))["allowed"] == ["eliminated"]
    assert sorted(await events(database, case)) == [
        "case.approved", "case.opened", "case.overdue approval", "case.overdue papers",
    ]  # fmt: skip


async def test_a_village_disagrees_and_is_asked_again(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    township: httpx.AsyncClient,
    family: Family,
    set_parameter: SetParameter,
    go_to: GoTo,
    database: TestDatabase,
) -> None:
    await set_parameter("case_evidence", ["appraisal"])
    case = await opened(township, await family(("户主", "争议户", "19760101", {})), "unstable_work")
    await moved(township, case, "visited", visit=VISIT)
    against = {**VOTES, "in_favour": 8, "against": 13, "abstained": 0}
    refused = await to(township, case, "appraised", appraisal=against)
    assert refusal(refused)[:2] == (409, "appraisal_not_carried")
    assert refused.json()["allowed"] == ["returned", "rejected"]
    miscounted = {**VOTES, "present": 20}
    assert refusal(await to(township, case, "appraised", appraisal=miscounted))[2] == ["votes_inconsistent"]
    assert (await to(township, case, "rejected", reason="评议未过")).status_code == 403
    await moved(township, case, "returned", appraisal=against, reason="村民认为其子有收入")

    go_to("2026-11-12")
    again = {**VISIT, "visited_on": "2026-11-12"}
    await moved(township, case, "visited", visit={**again, "note": "其子已失业三个月"})
    carried = await moved(township, case, "appraised", appraisal={**VOTES, "held_on": "2026-11-12"})
    assert carried["history"][2]["evidence"]["appraisal"]["against"] == 13
    await moved(township, case, "noticed")
    path = f"/v1/cases/{case['id']}/objections"
    raised = await township.post(path, json={"objection": "有两辆车"})
    assert refusal(await to(township, case, "submitted"))[1] == "objection_stands"
    decision = f"{path}/{raised.json()['objections'][0]['id']}/decision"
    dismissed = {"finding": "dismissed", "answer": "车辆已于2025年报废"}
    own = await township.post(decision, json=dismissed, headers={"If-Match": "*"})
    assert refusal(own)[1] == "same_person"
    assert (await county.post(decision, json=dismissed, headers={"If-Match": "*"})).status_code == 200
    await moved(township, case, "submitted")
    await moved(county, case, "cross_checked")
    # The days of the first appraisal count: the clock is still that of the clue.
    approved = await moved(checker, case, "approved")
    assert clocks(approved)[1, "approval"] == ("2026-11-23", "2026-11-12")
    assert await events(database, case) == ["case.opened", "case.approved"]


async def test_the_county_sends_a_case_back_for_evidence(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    township: httpx.AsyncClient,
    family: Family,
    go_to: GoTo,
    struck: Struck,
    database: TestDatabase,
) -> None:
    case = await opened(township, await family(("户主", "补证户", "19740101", {})), "schooling")
    await moved(township, case, *TO_CROSS_CHECK[:-2], "submitted", review=REVIEW)
    assert (await to(township, case, "returned", reason="撤回")).status_code == 403
    assert refusal(await to(county, case, "returned"))[2] == ["reason_required"]
    sent_back = await moved(county, case, "returned", reason="缺少学费收据")
    assert (sent_back["allowed"], sent_back["history"][-1]["reason"]) == (
        ["visited", "rejected"],
        "缺少学费收据",
    )
    go_to("2026-11-24")
    await struck()
    late = await read(county, "/v1/cases", clock="approval", overdue="true", state="returned")
    assert case["id"] in {item["id"] for item in late["items"]}
    stale = await township.post(
        f"/v1/cases/{case['id']}/transitions",
        json={"to": "visited"},
        headers={"If-Match": f'"{sent_back["version"] - 1}"'},
    )
    assert stale.status_code == 412
    evidence = {**VISIT, "visited_on": "2026-11-24", "note": "学费收据三张"}
    await moved(township, case, "visited", visit=evidence)
    await moved(township, case, "appraised", "noticed", "submitted")
    await moved(county, case, "cross_checked")
    approved = await moved(checker, case, "approved")
    assert [step["state"] for step in approved["history"]] == [
        "clue", "visited", "appraised", "noticed", "submitted", "returned",
        "visited", "appraised", "noticed", "submitted", "cross_checked", "approved",
    ]  # fmt: skip
    # Late, and it says so for ever: the clock was due on the 23rd and stopped on the 24th.
    assert clocks(approved)[1, "approval"] == ("2026-11-23", "2026-11-24")
    assert await events(database, case) == ["case.opened", "case.overdue approval", "case.approved"]


async def test_a_plan_is_overdue(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    township: httpx.AsyncClient,
    family: Family,
    go_to: GoTo,
    struck: Struck,
    database: TestDatabase,
) -> None:
    household = await family(("户主", "迟办户", "19850101", {"labour": "ordinary"}))
    case = await opened(township, household, "unstable_work")
    await moved(county, case, *TO_CROSS_CHECK)
    await moved(checker, case, "approved")
    plan = f"/v1/cases/{case['id']}/plan"
    go_to("2026-11-18")
    await struck()
    assert (await read(township, plan))["overdue"] is False
    go_to("2026-11-19")
    for _ in range(2):
        await struck()
    assert await events(database, case) == ["case.opened", "case.approved", "case.overdue plan"]
    ((subject, data),) = [
        (subject, data) for kind, subject, data in await told(database, case) if "overdue" in kind
    ]
    assert (subject, data["due_on"], data["township_code"]) == ("/plan", "2026-11-18", "231226100")
    late = await read(township, "/v1/cases", clock="plan", overdue="true")
    assert case["id"] in {item["id"] for item in late["items"]}
    shown = await read(township, plan)
    assert (shown["state"], shown["overdue"]) == ("missing", True)
    village = {**CONTACT, "contact_level": "village"}
    refused = await township.put(plan, json={**village, "confirm": True})
    assert refused.status_code == 422
    made = await township.put(plan, json={**CONTACT, "confirm": True, "measures": [{"kind": "employment"}]})
    assert made.json()["state"] == "confirmed", made.text
    after = await read(county, f"/v1/cases/{case['id']}")
    assert (after["state"], clocks(after)[1, "plan"]) == ("assisted", ("2026-11-18", "2026-11-19"))
    late = await read(township, "/v1/cases", clock="plan", overdue="true")
    assert case["id"] not in {item["id"] for item in late["items"]}
