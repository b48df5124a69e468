"""A split, a move to another township in the middle of a case, a death that ends the risk."""

import httpx

from shared.testing.databases import TestDatabase
from tests.factories.registry import OTHER_VILLAGE, VILLAGE
from tests.household_api.monitoring.conftest import (
    TO_CROSS_CHECK,
    GoTo,
    moved,
    refusal,
    to,
    told,
)
from tests.household_api.stories.conftest import (
    CONTACT,
    Family,
    Struck,
    act,
    clocks,
    events,
    opened,
    person_of,
    read,
)


async def test_a_son_founds_his_own_household_while_the_parents_are_monitored(
    county: httpx.AsyncClient, township: httpx.AsyncClient, family: Family, database: TestDatabase
) -> None:
    household = await family(
        ("户主", "分户父", "19600101", {}), ("妻", "分户母", "19620101", {}), ("子", "分户子", "19900101", {})
    )
    case = await moved(township, await opened(township, household, "illness"), "visited")
    son = person_of(household, "分户子")
    path = f"/v1/households/{household['id']}"
    headless = await township.post(
        f"{path}/splits",
        json={
            "happened_on": "2026-11-08",
            "reason": "结婚另过",
            "members": [{"person_id": son, "relationship": "子"}],
        },
        headers={"If-Match": f'"{household["version"]}"'},
    )
    assert [error["code"] for error in headless.json()["errors"]] == ["head_missing"]
    assert len((await read(county, path))["members"]) == 3
    own = await act(township, household, "splits", members=[{"person_id": son, "relationship": "户主"}])
    assert person_of(own, "分户子") == son

    # The case stays with the parents and tells of the split; the son is not monitored, and can be.
    kept = await read(county, f"/v1/cases/{case['id']}")
    assert (kept["state"], kept["household_id"]) == ("visited", household["id"])
    assert kept["history"][-1]["basis"]["life_event"] == "split"
    assert kept["history"][-1]["basis"]["other_household_id"] == own["id"]
    assert clocks(kept) == {(1, "approval"): ("2026-11-23", None)}
    assert (await read(county, f"/v1/households/{own['id']}"))["monitoring"]["monitored"] is False
    before = await read(county, path, at=household["valid_from"])
    assert len(before["members"]) == 3
    second = await opened(township, own, "unstable_work")
    assert await events(database, second) == ["case.opened"]
    assert await events(database, case) == ["case.opened"]


async def test_a_household_moves_to_another_township_in_the_middle_of_its_case(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    township: httpx.AsyncClient,
    other_township: httpx.AsyncClient,
    family: Family,
    go_to: GoTo,
    struck: Struck,
    database: TestDatabase,
) -> None:
    household = await family(("户主", "迁居户", "19800101", {"labour": "ordinary"}))
    case = await opened(township, household, "unstable_work")
    await moved(township, case, "visited", "appraised", "noticed")
    home = f"/v1/households/{household['id']}"
    same = await township.post(
        f"{home}/moves",
        json={"happened_on": "2026-11-08", "reason": "迁居", "region_code": VILLAGE},
        headers={"If-Match": "*"},
    )
    assert [error["code"] for error in same.json()["errors"]] == ["same_region"]
    await act(county, household, "moves", region_code=OTHER_VILLAGE)

    # The former township does not reach it any more; where each step was made is kept, and the clock runs on.
    assert (await township.get(f"/v1/cases/{case['id']}")).status_code == 404
    come = await read(other_township, f"/v1/cases/{case['id']}")
    assert (come["state"], come["region_code"]) == ("noticed", OTHER_VILLAGE)
    assert {step["place_code"] for step in come["history"][:4]} == {VILLAGE}
    assert clocks(come) == {(1, "approval"): ("2026-11-23", None)}
    (told_of,) = [data for kind, _, data in await told(database, case) if kind == "bihuan.case.moved"]
    assert (told_of["from"], told_of["to"], told_of["township_code"]) == (VILLAGE, OTHER_VILLAGE, "231226101")
    assert (await read(county, home, at=household["valid_from"]))["region_code"] == VILLAGE

    # The clock strikes in the township that has it now, which then goes on where the other stopped.
    go_to("2026-11-24")
    await struck()
    late = await read(other_township, "/v1/cases", clock="approval", overdue="true")
    assert case["id"] in {item["id"] for item in late["items"]}
    (overdue,) = [data for kind, _, data in await told(database, case) if kind == "bihuan.case.overdue"]
    assert overdue["township_code"] == "231226101"
    await moved(other_township, case, "submitted")
    await moved(county, case, "cross_checked")
    approved = await moved(checker, case, "approved")
    assert approved["history"][-1]["place_code"] == OTHER_VILLAGE
    assert sorted(await events(database, case)) == [
        "case.approved", "case.moved", "case.opened", "case.overdue approval",
    ]  # fmt: skip


async def test_a_death_ends_the_risk(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    township: httpx.AsyncClient,
    family: Family,
    database: TestDatabase,
) -> None:
    household = await family(("户主", "独居者", "19500101", {"labour": "none"}))
    case = await opened(township, household, "illness")
    await moved(county, case, *TO_CROSS_CHECK)
    await moved(checker, case, "approved")
    natural = {"natural": True, "propose": True, "natural_reason": "deceased", "reason": "病故"}
    checks = f"/v1/cases/{case['id']}/elimination-checks"
    living = await county.post(checks, json=natural)
    assert [error["code"] for error in living.json()["errors"]] == ["natural_reason_unsupported"]

    person = person_of(household, "独居者")
    ended = await act(township, household, f"members/{person}/departures", kind="death")
    assert [member["status"] for member in ended["members"]] == ["deceased"] or ended["ended_on"]
    noted = await read(county, f"/v1/cases/{case['id']}")
    assert (noted["state"], noted["history"][-1]["basis"]["life_event"]) == ("approved", "died")
    assert refusal(await to(county, case, "eliminated", reason="病故"))[1] == "illegal_transition"
    assert refusal(await to(county, case, "eliminated", natural=True))[2] == ["reason_required"]
    proposal = await county.post(checks, json=natural)
    assert proposal.status_code == 201, proposal.text
    assert proposal.json()["notice_until"] is None
    same = await to(county, case, "eliminated", natural=True, reason="病故")
    assert same.json()["code"] == "same_person"
    closed = await moved(checker, case, "eliminated", natural=True, reason="病故")
    assert closed["periods"][0]["elimination_kind"] == "natural"
    assert all(stopped for _, stopped in clocks(closed).values())
    shown = (await read(county, f"/v1/households/{household['id']}"))["monitoring"]
    assert (shown["monitored"], shown["risk_eliminated"]) == (False, True)
    assert await events(database, case) == ["case.opened", "case.approved", "case.eliminated"]
    late = await township.put(f"/v1/cases/{case['id']}/plan", json={**CONTACT, "confirm": True})
    assert late.status_code == 409
