"""A serious illness from the clue to the elimination, its relapse, and a household without labour."""

import httpx

from shared.testing.databases import TestDatabase
from tests.factories.registry import id_number
from tests.household_api.monitoring.conftest import (
    TO_CROSS_CHECK,
    GoTo,
    SetParameter,
    moved,
    refusal,
    to,
)
from tests.household_api.stories.conftest import (
    CONTACT,
    REVIEW,
    SECURE,
    VISIT,
    VOTES,
    Family,
    clocks,
    events,
    opened,
    read,
)

WORKING = {"labour": "ordinary", "insured": True}


async def line(county: httpx.AsyncClient, year: int, value: str) -> None:
    body = {"name": "income_line", "value": value, "valid_from": f"{year}-01-01", "source": f"省{year}年文件"}
    assert (await county.put("/v1/parameters", json=body)).status_code == 200


async def earned(client: httpx.AsyncClient, household_id: str, as_of: str, wages: str, members: int) -> None:
    body = {"as_of": as_of, "wages": wages, "members": members}
    answer = await client.post(f"/v1/households/{household_id}/incomes", json=body)
    assert answer.status_code == 201, answer.text


async def test_a_serious_illness_and_years_later_its_relapse(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    township: httpx.AsyncClient,
    other_township: httpx.AsyncClient,
    family: Family,
    go_to: GoTo,
    set_parameter: SetParameter,
    database: TestDatabase,
) -> None:
    await line(county, 2026, "7500.00")
    await set_parameter("notice_days", 5)
    await set_parameter("case_evidence", ["authorisation", "appraisal", "review", "cross_check"])
    number = id_number("19700303", 901)
    head = ("户主", "病户甲", "19700303", {**WORKING, "id_number": number})
    household = await family(head, ("妻", "病妻", "19720303", WORKING), **_housed())
    home = f"/v1/households/{household['id']}"

    # The clue: fifteen days until the county decides. No step is left out, none is made by a stranger.
    case = await opened(township, household, "illness")
    assert clocks(case) == {(1, "approval"): ("2026-11-23", None)}
    assert refusal(await to(county, case, "approved"))[:2] == (409, "illegal_transition")
    assert (await to(other_township, case, "visited")).status_code == 404
    second = await county.post("/v1/cases", json={"household_id": household["id"]})
    assert (second.status_code, second.json()["code"]) == (409, "already_monitored")

    unsigned = {**VISIT, "authorisation": None}
    assert refusal(await to(township, case, "visited", visit=unsigned))[2] == ["authorisation_required"]
    await moved(township, case, "visited", visit=VISIT)
    assert refusal(await to(township, case, "appraised"))[2] == ["appraisal_required"]
    await moved(township, case, "appraised", appraisal=VOTES)
    noticed = await moved(township, case, "noticed", notice={"place": "村务公开栏"})
    assert noticed["notice_until"] == "2026-11-12"
    assert refusal(await to(township, case, "submitted", review=REVIEW))[1] == "notice_running"
    go_to("2026-11-13")
    await moved(township, case, "submitted", review=REVIEW)
    assert (await to(township, case, "cross_checked")).status_code == 403
    hit = {"id_number": number, "kind": "vehicle", "found": "农用三轮车"}
    sent = await county.post("/v1/cross-checks", params={"source": "车管所"}, json={"records": [hit]})
    assert sent.json()["matched"] == 1, sent.text
    checked = {"sources": ["车管所"]}
    await moved(county, case, "cross_checked", cross_check=checked)
    assert refusal(await to(checker, case, "approved"))[2] == ["hits_unexplained"]
    explained = {"reason": "农用三轮车，不影响"}
    assert (await to(township, case, "approved", **explained)).status_code == 403
    approved = await moved(checker, case, "approved", **explained)
    assert (approved["monitoring_type"], approved["provisional"]) == ("marginal", False)
    assert clocks(approved) == {
        (1, "approval"): ("2026-11-23", "2026-11-13"),
        (1, "plan"): ("2026-11-23", None),
    }
    assert (await read(county, home))["monitoring"]["monitored"] is True

    # The plan within ten days, with what the illness and two pairs of hands ask for.
    plan = f"/v1/cases/{case['id']}/plan"
    treated = {"kind": "medical_assistance", "org_code": "YB", "amount": "6000.00"}
    refused = await township.put(plan, json={**CONTACT, "confirm": True, "measures": [treated]})
    assert (refused.json()["code"], refused.json()["missing"]) == ("plan_incomplete", ["development"])
    given = {"measures": [treated, {"kind": "employment", "org_code": "RS"}]}
    confirmed = await township.put(plan, json={**CONTACT, "confirm": True, **given})
    assert confirmed.json()["state"] == "confirmed", confirmed.text
    assisted = await read(county, f"/v1/cases/{case['id']}")
    assert (assisted["state"], clocks(assisted)[1, "plan"]) == ("assisted", ("2026-11-23", "2026-11-13"))
    measures = confirmed.json()["measures"]

    # A year on: what is not met is named, and then nothing is missing.
    go_to("2027-09-01")
    await line(county, 2027, "8000.00")
    checks = f"/v1/cases/{case['id']}/elimination-checks"
    early = await township.post(checks, json={"propose": True})
    assert early.json()["code"] == "criteria_unmet"
    assert "measures" in early.json()["unmet"] and "income" in early.json()["unknown"]
    for measure in measures:
        path = f"/v1/cases/{case['id']}/measures/{measure['id']}"
        done = {"state": "done", "effect": "lasting"}
        answer = await township.patch(path, json=done, headers={"If-Match": f'"{measure["version"]}"'})
        assert answer.status_code == 200, answer.text
    await earned(township, household["id"], "2027-02-28", "18000.00", 2)
    await earned(township, household["id"], "2027-08-31", "19000.00", 2)
    proposal = (await township.post(checks, json={"propose": True})).json()
    assert (proposal["verdict"], proposal["provisional"]) == ("met", False), proposal
    assert proposal["notice_until"] == "2027-09-08"
    assert refusal(await to(county, case, "eliminated"))[1] == "notice_running"
    go_to("2027-09-09")
    assert (await to(township, case, "eliminated")).status_code == 403
    ended = await moved(county, case, "eliminated")
    assert (ended["state"], ended["next_due_on"]) == ("eliminated", None)
    shown = (await read(county, home))["monitoring"]
    assert (shown["monitored"], shown["monitoring_type"], shown["risk_eliminated"]) == (
        False,
        "marginal",
        True,
    )
    until_here = ["case.opened", "case.approved", "case.eliminated"]
    assert await events(database, case) == until_here

    # The illness returns: a new period with clocks of its own, and the old one whole.
    go_to("2028-03-01")
    relapsed = await moved(township, case, "relapsed", reason="癌症复发")
    assert (relapsed["period"], relapsed["allowed"]) == (2, ["visited", "assisted"])
    assert clocks(relapsed)[2, "approval"] == ("2028-03-16", None)
    assert (await read(county, home))["monitoring"]["monitored"] is True
    await moved(township, case, "visited", visit={**VISIT, "visited_on": "2028-03-01"})
    await moved(township, case, "appraised", appraisal={**VOTES, "held_on": "2028-03-01"})
    await moved(township, case, "noticed")
    go_to("2028-03-06")
    await moved(county, case, "submitted", review=REVIEW)
    await moved(county, case, "cross_checked", cross_check=checked)
    assert refusal(await to(county, case, "approved", **explained))[1] == "same_person"
    again = await moved(checker, case, "approved", **explained)
    first, new = again["periods"]
    assert (first["identified_on"], first["eliminated_on"]) == ("2026-11-13", "2027-09-09")
    assert (new["started_on"], new["identified_on"], new["eliminated_on"]) == (
        "2028-03-01",
        "2028-03-06",
        None,
    )
    assert (await read(county, plan))["state"] == "missing"
    assert [step["state"] for step in again["history"]].count("approved") == 2
    assert await events(database, case) == [*until_here, "case.approved"]


def _housed() -> dict[str, object]:
    return {name: value for name, value in SECURE.items() if name != "insured"}


async def test_a_household_without_labour_is_secured_and_not_proposed_by_rule(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    township: httpx.AsyncClient,
    family: Family,
    go_to: GoTo,
    database: TestDatabase,
) -> None:
    await line(county, 2026, "7500.00")
    old = ("户主", "独居老人", "19480101", {"labour": "none", "insured": True})
    household = await family(old, **_housed(), social_assistance="extreme_hardship")
    case = await opened(township, household, "illness")
    await moved(county, case, *TO_CROSS_CHECK)
    await moved(checker, case, "approved")
    plan = f"/v1/cases/{case['id']}/plan"
    refused = await township.put(plan, json={**CONTACT, "confirm": True})
    assert refused.json()["code"] == "plan_incomplete"
    needed = refused.json()["missing"]
    assert "pension" in needed and "development" not in needed
    measures = [{"kind": kind} for kind in needed]
    confirmed = await township.put(plan, json={**CONTACT, "confirm": True, "measures": measures})
    assert confirmed.json()["missing"] == []

    go_to("2026-12-01")
    for measure in confirmed.json()["measures"]:
        path = f"/v1/cases/{case['id']}/measures/{measure['id']}"
        done = {"state": "done", "effect": "lasting"}
        answer = await township.patch(path, json=done, headers={"If-Match": f'"{measure["version"]}"'})
        assert answer.status_code == 200, answer.text
    await earned(township, household["id"], "2026-04-30", "9000.00", 1)
    await earned(township, household["id"], "2026-11-30", "9500.00", 1)
    found = (await township.post(f"/v1/cases/{case['id']}/elimination-checks", json={})).json()
    assert found["verdict"] == "met"
    proposed = await read(county, "/v1/cases/elimination-proposals", limit="500")
    assert case["id"] not in {item["case_id"] for item in proposed["items"]}
    assert (await read(county, f"/v1/cases/{case['id']}"))["state"] == "assisted"
    assert await events(database, case) == ["case.opened", "case.approved"]
