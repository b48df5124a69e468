"""Plans and measures through the API: by labour ability, refusals, the clock, what stays of an earlier period."""

from typing import Any

import httpx
import pytest

from shared.testing.databases import TestDatabase
from tests.factories.registry import OTHER_VILLAGE, VILLAGE
from tests.household_api.assistance.conftest import (
    CONTACT,
    approved,
    changed,
    entered,
    moved,
    opened,
    put_plan,
)
from tests.household_api.conftest import Load


async def test_a_plan_is_drawn_up_confirmed_and_the_case_is_assisted(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, township: httpx.AsyncClient, load: Load
) -> None:
    household_id, case_id = await approved(load, county, checker, "P1", ["illness"], labour="ordinary")
    path = f"/v1/cases/{case_id}/plan"
    before = (await township.get(path)).json()
    assert (before["state"], before["version"], before["due_on"]) == ("missing", 0, "2026-11-18")
    assert [each["code"] for each in before["missing"]] == ["development_missing"]
    assert [each["risk_type"] for each in before["findings"]] == ["illness"]

    draft = await put_plan(
        township, case_id, **CONTACT, measures=[{"kind": "medical_assistance", "org_code": "YB"}]
    )
    assert draft.status_code == 200, draft.text
    assert (draft.json()["state"], draft.json()["findings"]) == ("draft", [])
    assert draft.headers["etag"] == '"1"'

    refused = await put_plan(township, case_id, confirm=True)
    assert (refused.status_code, refused.json()["code"]) == (422, "plan_incomplete")
    assert refused.json()["missing"] == ["development"]
    assert "产业帮扶" in refused.json()["errors"][0]["message"]

    await entered(township, case_id, kind="employment", org_code="RS", amount="3000.00")
    confirmed = await put_plan(township, case_id, confirm=True)
    assert confirmed.status_code == 200, confirmed.text
    plan = confirmed.json()
    assert (plan["state"], plan["missing"], plan["overdue"], plan["version"]) == ("confirmed", [], False, 2)
    assert plan["contact_official"] == "联系人甲"
    case = (await county.get(f"/v1/cases/{case_id}")).json()
    assert case["state"] == "assisted"
    assert case["history"][-1]["basis"]["plan"] == "confirmed"
    assert [clock["stopped_on"] for clock in case["clocks"] if clock["kind"] == "plan"] == ["2026-11-08"]
    household = (await county.get(f"/v1/households/{household_id}")).json()
    assert household["contact_official"] == "联系人甲"


async def test_a_reason_confirms_what_is_missing_and_is_kept(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load, database: TestDatabase
) -> None:
    _, case_id = await approved(load, county, checker, "P2", [], labour="skilled")
    answer = await put_plan(county, case_id, **CONTACT, confirm=True, reason="户主张某在外照料病人")
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["reason"]) == ("confirmed", "户主张某在外照料病人")
    assert [each["kind"] for each in answer.json()["missing"]] == ["development"]
    owner = await database.connect()
    row = await owner.fetchrow(
        "SELECT missing, reason, parameters_used FROM household.assistance_plan WHERE case_id = $1", case_id
    )
    await owner.close()
    assert row["missing"] == ["development"]
    assert "张某".encode() not in row["reason"]
    assert '"measure_kinds": 1' in row["parameters_used"]


async def test_without_labour_the_policies_that_apply_are_named(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load
) -> None:
    _, case_id = await approved(
        load,
        county,
        checker,
        "P3",
        ["illness"],
        labour="none",
        housing_grade="D",
        drinking_water="insecure",
        birth_date="1950-01-01",
        social_assistance="minimum_living",
        insured="否",
    )
    refused = await put_plan(county, case_id, **CONTACT, confirm=True)
    assert refused.status_code == 422
    assert refused.json()["missing"] == [
        "minimum_living", "medical_assistance", "medical_insurance", "pension", "housing_renovation",
        "safe_water",
    ]  # fmt: skip
    kinds = refused.json()["missing"]
    answer = await put_plan(
        county, case_id, **CONTACT, confirm=True, measures=[{"kind": kind} for kind in kinds]
    )
    assert (answer.status_code, answer.json()["missing"]) == (200, [])
    assert {measure["org_code"] for measure in answer.json()["measures"]} == {"231226100"}


async def test_a_contact_of_county_or_township_is_asked_for(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load
) -> None:
    _, case_id = await approved(load, county, checker, "P4", [], labour="weak")
    refused = await put_plan(county, case_id, confirm=True)
    assert (refused.status_code, refused.json()["code"]) == (422, "plan_invalid")
    assert refused.json()["errors"][0]["code"] == "contact_missing"
    village = await put_plan(county, case_id, **{**CONTACT, "contact_level": "village"})
    assert village.status_code == 422
    assert (await put_plan(county, case_id, **CONTACT, confirm=True)).status_code == 200


async def test_the_same_plan_twice_adds_nothing_and_stale_ones_are_refused(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load
) -> None:
    _, case_id = await approved(load, county, checker, "P5", [], labour="ordinary")
    body: dict[str, Any] = {
        **CONTACT,
        "confirm": True,
        "measures": [{"kind": "industry", "amount": "5000.00"}],
    }
    first = (await put_plan(county, case_id, **body)).json()
    second = (await put_plan(county, case_id, **body)).json()
    assert len(second["measures"]) == 1
    assert [m["id"] for m in first["measures"]] == [m["id"] for m in second["measures"]]
    stale = await county.put(f"/v1/cases/{case_id}/plan", json=body, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert (await put_plan(county, case_id, measures=[])).json()["state"] == "confirmed"


async def test_no_plan_and_no_measure_before_the_approval(county: httpx.AsyncClient, load: Load) -> None:
    _, case_id = await opened(load, county, "P6", ["illness"], labour="ordinary")
    for refused in (
        await put_plan(county, case_id, **CONTACT),
        await county.post(f"/v1/cases/{case_id}/measures", json={"kind": "industry"}),
        await county.post(
            f"/v1/cases/{case_id}/obstacles",
            json={"risk_type": "illness", "description": "病", "next_measure": "治"},
        ),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "plan_before_approval")


async def test_in_the_green_channel_help_comes_before_the_papers(
    county: httpx.AsyncClient, load: Load
) -> None:
    _, case_id = await opened(load, county, "P7", ["disaster"], labour="ordinary")
    green = await moved(county, case_id, "assisted", green_channel=True, reason="火灾")
    assert green.status_code == 200, green.text
    measure = await entered(county, case_id, kind="temporary_relief", state="done", amount="2000.00")
    assert (measure["state"], measure["category"]) == ("done", "safety_net")


async def test_a_measure_from_planned_to_its_effect(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load
) -> None:
    _, case_id = await approved(load, county, checker, "P8", ["business_failure"], labour="ordinary")
    measure = await entered(county, case_id, kind="industry", description="养牛两头", amount="8000.00")
    assert (measure["description"], measure["allowed"]) == ("养牛两头", ["running", "done", "stopped"])
    early = await changed(county, case_id, measure, effect="lasting")
    assert (early.status_code, early.json()["errors"][0]["code"]) == (422, "effect_without_done")
    running = (await changed(county, case_id, measure, state="running", note="已购牛")).json()
    stale = await changed(county, case_id, measure, state="done")
    assert stale.status_code == 412
    done = (await changed(county, case_id, running, state="done", effect="partial")).json()
    assert (done["state"], done["effect"], done["ends_on"], done["note"]) == (
        "done",
        "partial",
        "2026-11-08",
        "已购牛",
    )
    lasting = await changed(county, case_id, done, effect="lasting")
    assert (lasting.json()["effect"], lasting.json()["version"]) == ("lasting", 4)
    back = await changed(county, case_id, lasting.json(), state="running")
    assert (back.status_code, back.json()["code"]) == (409, "illegal_measure_state")
    path = f"/v1/cases/{case_id}/measures/{measure['id']}"
    assert (await county.patch(path, json={"state": "done"})).status_code == 428


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "industry", "starts_on": "2026-11-08", "ends_on": "2026-11-01"}, "ends_before_start"),
        ({"kind": "industry", "amount": "-1.00"}, "amount_negative"),
        ({"kind": "industry", "effect": "lasting"}, "effect_without_done"),
        ({"kind": "gold"}, "measure_kind_unknown"),
        ({"kind": "industry", "org_code": "XX"}, "org_unknown"),
        ({"kind": "industry", "org_code": "110101001"}, "org_unknown"),
    ],
)
async def test_measures_that_cannot_be(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load, body: dict[str, Any], code: str
) -> None:
    number = f"PX-{code}-{body.get('org_code', '')}"
    _, case_id = await approved(load, county, checker, number, [], labour="ordinary")
    refused = await county.post(f"/v1/cases/{case_id}/measures", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "measure_invalid")
    assert [error["code"] for error in refused.json()["errors"]] == [code]
    in_plan = await put_plan(county, case_id, **CONTACT, measures=[{"kind": "pension"}, body])
    assert in_plan.json()["errors"][0]["pointer"].startswith("/measures/1/")
    assert (await county.get(f"/v1/cases/{case_id}/measures")).json()["items"] == []


async def test_a_stopped_measure_says_why_and_no_longer_counts(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load
) -> None:
    _, case_id = await approved(load, county, checker, "P10", ["unstable_work"], labour="ordinary")
    measure = await entered(county, case_id, kind="employment")
    refused = await changed(county, case_id, measure, state="stopped")
    assert refused.json()["errors"][0]["code"] == "stop_without_reason"
    assert (await changed(county, case_id, measure, state="stopped", note="外出")).status_code == 200
    plan = (await county.get(f"/v1/cases/{case_id}/plan")).json()
    assert [each["code"] for each in plan["missing"]] == ["development_missing"]
    assert [each["risk_type"] for each in plan["findings"]] == ["unstable_work"]


async def test_a_measure_of_another_case_is_not_found(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load
) -> None:
    _, one = await approved(load, county, checker, "P11", [], labour="ordinary")
    _, other = await approved(load, county, checker, "P12", [], labour="ordinary")
    measure = await entered(county, one, kind="industry")
    assert (await changed(county, other, measure, state="running")).status_code == 404
    assert (await county.get(f"/v1/cases/{other}/measures/{measure['id']}")).status_code == 404


async def test_other_townships_see_and_change_nothing(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    township: httpx.AsyncClient,
    other_township: httpx.AsyncClient,
    load: Load,
) -> None:
    _, case_id = await approved(
        load, county, checker, "P13", [], labour="ordinary", region_code=OTHER_VILLAGE
    )
    measure = await entered(other_township, case_id, kind="industry")
    assert (await township.get(f"/v1/cases/{case_id}/plan")).status_code == 404
    assert (await township.get(f"/v1/cases/{case_id}/measures")).status_code == 404
    assert (await put_plan(township, case_id, **CONTACT)).status_code == 404
    assert (await changed(township, case_id, measure, state="running")).status_code == 404


async def test_plan_and_measures_go_with_the_household_to_another_township(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    township: httpx.AsyncClient,
    other_township: httpx.AsyncClient,
    load: Load,
) -> None:
    household_id, case_id = await approved(load, county, checker, "P14", [], labour="ordinary")
    await entered(township, case_id, kind="industry")
    answer = await county.post(
        f"/v1/households/{household_id}/moves",
        json={"region_code": OTHER_VILLAGE, "happened_on": "2026-11-07", "reason": "搬迁"},
        headers={"If-Match": "*"},
    )
    assert answer.status_code == 200, answer.text
    assert (await township.get(f"/v1/cases/{case_id}/plan")).status_code == 404
    measures = (await other_township.get(f"/v1/cases/{case_id}/measures")).json()["items"]
    assert [measure["kind"] for measure in measures] == ["industry"]
    assert (await changed(other_township, case_id, measures[0], state="running")).status_code == 200


async def test_a_relapse_opens_a_new_period_and_keeps_the_old_plan(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load
) -> None:
    _, case_id = await approved(load, county, checker, "P15", ["illness"], labour="ordinary")
    measure = await entered(county, case_id, kind="employment")
    await put_plan(county, case_id, **CONTACT, confirm=True)
    assert (await moved(county, case_id, "eliminated", reason="收入稳定")).status_code == 200
    ended = await put_plan(county, case_id, **CONTACT)
    assert (ended.status_code, ended.json()["code"]) == (409, "period_ended")
    assert (await moved(county, case_id, "relapsed", reason="再次患病")).status_code == 200
    plan = (await county.get(f"/v1/cases/{case_id}/plan")).json()
    assert (plan["period"], plan["state"], plan["measures"]) == (2, "missing", [])
    old = (await county.get(f"/v1/cases/{case_id}/plan", params={"period": 1})).json()
    assert (old["state"], [m["id"] for m in old["measures"]]) == ("confirmed", [measure["id"]])
    late = await changed(county, case_id, measure, state="running")
    assert (late.status_code, late.json()["code"]) == (409, "period_ended")
    assert (await county.get(f"/v1/cases/{case_id}/plan", params={"period": 3})).status_code == 404


async def test_an_overdue_plan_is_shown(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    county_later: httpx.AsyncClient,
    load: Load,
) -> None:
    await county.put(
        "/v1/parameters",
        json={"name": "plan_days", "value": 3, "valid_from": "2026-11-08", "source": "县里的文件"},
    )
    _, case_id = await approved(load, county, checker, "P16", [], labour="ordinary")
    plan = (await county_later.get(f"/v1/cases/{case_id}/plan")).json()
    assert (plan["due_on"], plan["overdue"]) == ("2026-11-11", True)
    due = await county_later.get("/v1/cases", params={"clock": "plan", "overdue": True})
    assert case_id in {case["id"] for case in due.json()["items"]}
    await put_plan(county_later, case_id, **CONTACT, confirm=True, reason="照料病人")
    assert (await county_later.get(f"/v1/cases/{case_id}/plan")).json()["overdue"] is False


async def test_obstacles_have_a_next_measure_until_they_are_removed(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load
) -> None:
    _, case_id = await approved(load, county, checker, "P17", ["illness"], labour="ordinary")
    path = f"/v1/cases/{case_id}/obstacles"
    body = {"risk_type": "illness", "description": "报销比例低", "next_measure": "申请二次救助"}
    assert (await county.post(path, json={**body, "next_measure": ""})).status_code == 422
    unknown = await county.post(path, json={**body, "risk_type": "luck"})
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (422, "risk_type_unknown")
    obstacle = (await county.post(path, json={**body, "org_code": "YB", "due_on": "2026-11-07"})).json()
    assert (obstacle["state"], obstacle["overdue"], obstacle["next_measure"]) == (
        "open",
        True,
        "申请二次救助",
    )
    one, tag = f"{path}/{obstacle['id']}", {"If-Match": '"1"'}
    silent = await county.patch(one, json={"state": "removed"}, headers=tag)
    assert silent.json()["errors"][0]["code"] == "removal_without_note"
    removed = await county.patch(one, json={"state": "removed", "note": "已救助"}, headers=tag)
    assert (removed.json()["state"], removed.json()["version"]) == ("removed", 2)
    again = await county.patch(one, json={"state": "open"}, headers={"If-Match": "*"})
    assert (again.status_code, again.json()["code"]) == (409, "obstacle_removed")
    assert [o["note"] for o in (await county.get(path)).json()["items"]] == ["已救助"]


async def test_the_ledger_of_obstacles_spans_cases(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    township: httpx.AsyncClient,
    other_township: httpx.AsyncClient,
    load: Load,
) -> None:
    made = []
    for number, village in (("P19", VILLAGE), ("P20", OTHER_VILLAGE), ("P21", VILLAGE)):
        _, case_id = await approved(load, county, checker, number, [], labour="ordinary", region_code=village)
        body = {"risk_type": "illness", "description": "缺药", "next_measure": "送药", "due_on": "2026-11-07"}
        answer = await county.post(f"/v1/cases/{case_id}/obstacles", json=body)
        made.append((case_id, answer.json()["id"]))

    async def ledger(client: httpx.AsyncClient, **query: Any) -> list[tuple[str, str]]:
        items = (await client.get("/v1/obstacles", params=query)).json()["items"]
        return [(item["case_id"], item["id"]) for item in items if (item["case_id"], item["id"]) in made]

    assert await ledger(county, state="open", overdue=True) == made[::-1]
    assert await ledger(county, region="231226101") == await ledger(other_township) == [made[1]]
    assert await ledger(township) == [made[2], made[0]]
    path = f"/v1/cases/{made[0][0]}/obstacles/{made[0][1]}"
    await county.patch(path, json={"state": "removed", "note": "已送药"}, headers={"If-Match": "*"})
    assert await ledger(township, state="open") == [made[2]]
    assert await ledger(township, state="removed") == [made[0]]
    first = (await county.get("/v1/obstacles", params={"limit": 1})).json()
    rest = await county.get("/v1/obstacles", params={"cursor": first["next_cursor"]})
    assert first["items"][0]["id"] not in {item["id"] for item in rest.json()["items"]}


async def test_the_kinds_of_measures_are_told(township: httpx.AsyncClient) -> None:
    kinds = {kind["code"]: kind for kind in (await township.get("/v1/measure-kinds")).json()["items"]}
    assert kinds["micro_credit"]["category"] == "development"
    assert kinds["safe_water"]["risk_types"] == ["unsafe_water"]


async def test_a_household_shows_its_plan_as_it_stood_at_any_time(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    county_later: httpx.AsyncClient,
    load: Load,
) -> None:
    household_id, case_id = await approved(load, county, checker, "P18", [], labour="ordinary")
    path = f"/v1/households/{household_id}"
    assert (await county.get(path)).json()["plan"] is None
    assert (await county.get(f"/v1/cases/{case_id}")).json()["plan"] == {"state": "missing", "version": 0}
    await put_plan(county, case_id, **CONTACT, confirm=True, measures=[{"kind": "industry"}])
    measure = (await county.get(f"/v1/cases/{case_id}/measures")).json()["items"][0]
    assert (await changed(county_later, case_id, measure, state="running")).status_code == 200
    now = (await county_later.get(path)).json()["plan"]
    assert (now["state"], now["case_id"], [m["state"] for m in now["measures"]]) == (
        "confirmed",
        case_id,
        ["running"],
    )
    then = (await county_later.get(path, params={"at": "2026-11-08"})).json()["plan"]
    assert [m["state"] for m in then["measures"]] == ["planned"]
    case = (await county.get(f"/v1/cases/{case_id}")).json()
    assert case["plan"]["state"] == "confirmed"
    before = await county_later.get(path, params={"at": case["opened_at"]})
    assert (before.status_code, before.json()["plan"]) == (200, None)


async def test_a_plan_confirmed_after_a_relapse_is_not_waited_for_again(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load
) -> None:
    _, case_id = await approved(load, county, checker, "P90", ["illness"], labour="none")
    for state in ("assisted", "eliminated", "relapsed"):
        assert (await moved(checker, case_id, state, reason="按规定")).status_code == 200
    plan = await put_plan(county, case_id, **CONTACT, confirm=True, reason="先行帮扶")
    assert (plan.status_code, plan.json()["overdue"]) == (200, False), plan.text
    for state in ("visited", "appraised", "noticed", "submitted", "cross_checked"):
        assert (await moved(county, case_id, state)).status_code == 200
    again = await moved(checker, case_id, "approved")
    assert again.status_code == 200, again.text
    assert [clock["kind"] for clock in again.json()["clocks"] if clock["stopped_on"] is None] == []
