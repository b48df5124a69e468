"""What a case's steps ask for, keep and bring with them."""

from typing import Any

import httpx
import pytest

from shared.testing.databases import TestDatabase
from tests.household_api.monitoring.conftest import (
    TO_CROSS_CHECK,
    GoTo,
    Open,
    SetParameter,
    head_dies,
    moved,
    refusal,
    to,
    told,
)

AUTHORISATION = {"signed_by": "张三", "signed_on": "2026-11-07", "attachment": "档案柜3-12"}
VISIT = {
    "visited_on": "2026-11-08",
    "visitors": ["李四", "王五"],
    "monitoring_type": "sudden_hardship",
    "risk_types": ["disaster", "illness"],
    "disaster_kinds": ["flood"],
    "per_capita_income": "6200.00",
    "guarantees": {"housing": False, "water": True},
    "authorisation": AUTHORISATION,
    "note": "洪水冲毁房屋",
}
VOTES = {"held_on": "2026-11-08", "present": 21, "in_favour": 15, "against": 4, "abstained": 2}


async def test_a_client_that_knows_only_states_and_reasons_goes_the_whole_course(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, open_case: Open
) -> None:
    case = await open_case()
    await moved(county, case, *TO_CROSS_CHECK)
    for state in ("approved", "assisted", "eliminated", "relapsed", "visited", "returned", "rejected"):
        assert (await to(checker, case, state, reason="按规定")).status_code == 200
    assert (await checker.get(f"/v1/cases/{case['id']}")).json()["allowed"] == []


async def test_a_visit_tells_what_it_saw_and_keeps_its_papers(
    township: httpx.AsyncClient, open_case: Open, database: TestDatabase
) -> None:
    case = await moved(township, await open_case(), "visited", visit=VISIT)
    assert (case["risk_types"], case["disaster_kinds"]) == (["disaster", "illness"], ["flood"])
    assert (case["per_capita_income"], case["guarantees"]["housing"]) == ("6200.00", False)
    step = case["history"][-1]
    assert step["evidence"]["visit"]["authorisation"] == AUTHORISATION
    assert step["basis"] == {"monitoring_type": "sudden_hardship", "authorised_on": "2026-11-07"}
    owner = await database.connect()
    sealed = await owner.fetchval(
        "SELECT evidence FROM household.case_transition WHERE case_id = $1 AND version = 2", case["id"]
    )
    await owner.close()
    assert "张三".encode() not in sealed and b"signed_by" not in sealed


@pytest.mark.parametrize(
    ("state", "shown", "expected"),
    [
        ("visited", {"visit": {"risk_types": ["rich"]}}, (422, "invalid_request", ["risk_type_unknown"])),
        (
            "visited",
            {"visit": {"disaster_kinds": ["flood"]}},
            (422, "invalid_request", ["disaster_not_told"]),
        ),
        (
            "visited",
            {"visit": {"visited_on": "2026-11-09"}},
            (422, "evidence_misplaced", ["date_after_today"]),
        ),
        (
            "visited",
            {"visit": {"authorisation": {**AUTHORISATION, "signed_on": "2026-12-01"}}},
            (422, "evidence_misplaced", ["date_after_today"]),
        ),
        ("visited", {"appraisal": VOTES}, (422, "evidence_misplaced", ["evidence_not_of_step"])),
        ("visited", {"green_channel": True}, (422, "evidence_misplaced", ["evidence_not_of_step"])),
        ("visited", {"visit": {"per_capita_income": 6200.5}}, (422, "invalid_request", ["amount_not_text"])),
        ("rejected", {}, (422, "evidence_missing", ["reason_required"])),
    ],
)
async def test_what_does_not_belong_to_a_step_is_refused(
    county: httpx.AsyncClient, open_case: Open, state: str, shown: dict[str, Any], expected: Any
) -> None:
    case = await open_case()
    assert refusal(await to(county, case, state, **shown)) == expected
    assert (await county.get(f"/v1/cases/{case['id']}")).json()["version"] == 1


async def test_the_county_can_make_papers_a_must(
    county: httpx.AsyncClient, open_case: Open, set_parameter: SetParameter
) -> None:
    await set_parameter("case_evidence", ["authorisation", "appraisal", "review", "cross_check"])
    case = await open_case()
    steps = [
        ("visited", {"visit": VISIT}, "authorisation_required", "/visit/authorisation"),
        ("appraised", {"appraisal": VOTES}, "appraisal_required", "/appraisal"),
        ("noticed", {}, None, None),
        ("submitted", {"review": {"reviewed_by": ["赵六"]}}, "review_required", "/review"),
        ("cross_checked", {"cross_check": {"sources": ["车管所"]}}, "cross_check_required", "/cross_check"),
    ]
    for state, shown, missing, pointer in steps:
        if missing is not None:
            answer = await to(county, case, state)
            assert refusal(answer) == (422, "evidence_missing", [missing])
            assert answer.json()["errors"][0]["pointer"] == pointer
        await moved(county, case, state, **shown)
    # The signature holds for a second visit.
    again = await moved(county, case, "returned", "visited", reason="补充材料")
    assert again["history"][-1]["basis"] == {"authorised_on": "2026-11-07"}


async def test_a_village_that_does_not_agree(
    township: httpx.AsyncClient, county: httpx.AsyncClient, open_case: Open
) -> None:
    case = await moved(township, await open_case(), "visited")
    against = {**VOTES, "in_favour": 10, "against": 9, "abstained": 2}
    refused = await to(township, case, "appraised", appraisal=against)
    assert refusal(refused) == (409, "appraisal_not_carried", [])
    assert refused.json()["allowed"] == ["returned", "rejected"]
    odd = {**VOTES, "abstained": 3}
    assert refusal(await to(township, case, "appraised", appraisal=odd))[2] == ["votes_inconsistent"]
    assert (await to(township, case, "rejected", appraisal=against, reason="评议未过")).status_code == 403
    returned = await moved(township, case, "returned", appraisal=against, reason="村民认为其子有收入")
    assert returned["history"][-1]["evidence"]["appraisal"]["in_favour"] == 10
    second = await moved(township, case, "visited", "appraised", appraisal=VOTES)
    assert second["history"][-1]["basis"]["appraisal_share"]["value"] == "0.50"
    assert [step["state"] for step in second["history"]] == [
        "clue", "visited", "returned", "visited", "appraised",
    ]  # fmt: skip


async def test_the_majority_is_the_countys(
    county: httpx.AsyncClient, open_case: Open, set_parameter: SetParameter
) -> None:
    await set_parameter("appraisal_share", "0.80")
    case = await moved(county, await open_case(), "visited")
    assert (await to(county, case, "appraised", appraisal=VOTES)).status_code == 409


async def test_what_the_township_has_submitted_the_county_alone_returns(
    township: httpx.AsyncClient, county: httpx.AsyncClient, open_case: Open
) -> None:
    case = await moved(township, await open_case(), *TO_CROSS_CHECK[:-1])
    assert (await to(township, case, "returned", reason="撤回")).status_code == 403
    assert refusal(await to(county, case, "returned")) == (422, "evidence_missing", ["reason_required"])
    returned = await moved(county, case, "returned", reason="缺少收入证明")
    assert (returned["allowed"], returned["history"][-1]["reason"]) == (
        ["visited", "rejected"],
        "缺少收入证明",
    )


async def test_approval_by_rule_without_any_line(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, open_case: Open, database: TestDatabase
) -> None:
    for kind, found in (("lifted", "unstable_lifted"), ("ordinary", "marginal")):
        case = await open_case({"household_type": kind}, per_capita_income="6900.00")
        await moved(county, case, *TO_CROSS_CHECK)
        approved = await moved(checker, case, "approved")
        assert (approved["monitoring_type"], approved["provisional"], approved["income_line"]) == (
            found,
            True,
            None,
        )
        basis = approved["history"][-1]["basis"]
        assert (basis["income_line"], basis["below_line"]) == (None, None)
        assert basis["monitoring_type_by"] == "rule"
        (event,) = [data for kind, _, data in await told(database, case) if kind == "bihuan.case.approved"]
        assert (event["monitoring_type"], event["provisional"]) == (found, True)


async def test_last_years_line_makes_an_approval_provisional_and_no_line_forbids_one(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, open_case: Open
) -> None:
    async def line(value: str, day: str) -> None:
        body = {"name": "income_line", "value": value, "valid_from": day, "source": "省文件"}
        assert (await county.put("/v1/parameters", json=body)).status_code == 200

    await line("7500.00", "2025-01-01")
    first = await open_case(per_capita_income="6900.00")
    await moved(county, first, *TO_CROSS_CHECK)
    first = await moved(checker, first, "approved")
    assert (first["provisional"], first["income_line"], first["monitoring_type"]) == (
        True,
        "7500.00",
        "marginal",
    )
    await line("8000.00", "2026-01-01")
    second = await open_case(per_capita_income="9000.00", guarantees={"housing": False})
    await moved(county, second, *TO_CROSS_CHECK)
    second = await moved(checker, second, "approved")
    basis = second["history"][-1]["basis"]
    # Above the line and approved all the same: income is a reference together with expenses.
    assert (second["provisional"], second["monitoring_type"]) == (False, "sudden_hardship")
    assert (basis["income_line"]["value"], basis["income_line"]["year"]) == ("8000.00", 2026)
    assert (basis["below_line"], basis["guarantees"]["housing"]) == (False, False)
    # The first keeps what it was decided by.
    kept = (await county.get(f"/v1/cases/{first['id']}")).json()
    assert kept["history"][-1]["basis"]["income_line"]["year"] == 2025


async def test_the_type_that_the_visit_proposed_is_taken_unless_approval_states_another(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, open_case: Open
) -> None:
    case = await moved(county, await open_case(), "visited", visit=VISIT)
    await moved(county, case, *TO_CROSS_CHECK[1:])
    approved = await moved(checker, case, "approved")
    assert approved["monitoring_type"] == "sudden_hardship"
    assert approved["history"][-1]["basis"]["monitoring_type_by"] == "stated"


async def test_a_relapse_opens_a_new_period_and_keeps_the_old(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, open_case: Open, go_to: GoTo
) -> None:
    case = await open_case()
    await moved(county, case, *TO_CROSS_CHECK)
    await moved(checker, case, "approved", "assisted")
    go_to("2026-12-20")
    await moved(checker, case, "eliminated", reason="收入稳定")
    go_to("2027-02-01")
    relapsed = await moved(county, case, "relapsed", reason="再次患病")
    assert (relapsed["period"], relapsed["approved_on"], relapsed["due_on"]) == (2, None, "2027-02-16")
    await moved(county, case, *TO_CROSS_CHECK)
    # The second period has its own submission, its own checker and its own plan.
    assert refusal(await to(county, case, "approved"))[1] == "same_person"
    again = await moved(checker, case, "approved")
    first, second = again["periods"]
    assert (first["identified_on"], first["eliminated_on"], first["elimination_kind"]) == (
        "2026-11-08", "2026-12-20", "measured",
    )  # fmt: skip
    assert (second["started_on"], second["identified_on"], second["eliminated_on"]) == (
        "2027-02-01", "2027-02-01", None,
    )  # fmt: skip
    clocks = {(clock["period"], clock["kind"]): clock["stopped_on"] for clock in again["clocks"]}
    assert clocks == {
        (1, "approval"): "2026-11-08",
        (1, "plan"): "2026-12-20",
        (2, "approval"): "2027-02-01",
        (2, "plan"): None,
    }


async def test_who_finds_a_relapse_does_not_approve_it(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, open_case: Open
) -> None:
    case = await open_case()
    await moved(county, case, *TO_CROSS_CHECK)
    await moved(checker, case, "approved", "assisted", "eliminated", "relapsed", reason="按规定")
    assert refusal(await to(checker, case, "assisted", reason="按规定"))[:2] == (409, "same_person")
    assert (await moved(county, case, "assisted"))["state"] == "assisted"


@pytest.mark.parametrize("steps", [(), TO_CROSS_CHECK[:1], TO_CROSS_CHECK[:3], TO_CROSS_CHECK[:4]])
async def test_of_a_household_that_has_ended_a_case_only_comes_to_its_end(
    county: httpx.AsyncClient, open_case: Open, steps: tuple[str, ...]
) -> None:
    case = await open_case()
    if steps:
        case = await moved(county, case, *steps)
    await head_dies(county, case)
    for state in case["allowed"]:
        if state != "rejected":
            refused = await to(county, case, state, reason="照办")
            assert refusal(refused)[:2] == (409, "household_ended"), state
    assert (await moved(county, case, "rejected", reason="户主亡故"))["state"] == "rejected"


async def test_of_a_household_that_has_ended_the_risk_ends_by_itself_alone(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, open_case: Open
) -> None:
    case = await open_case()
    await moved(county, case, *TO_CROSS_CHECK)
    await moved(checker, case, "approved", "assisted")
    await head_dies(county, case)
    assert refusal(await to(county, case, "eliminated", reason="亡故"))[:2] == (409, "household_ended")
    ended = await moved(county, case, "eliminated", natural=True, reason="亡故")
    assert ended["periods"][-1]["elimination_kind"] == "natural"


async def test_a_relapse_that_was_none_leaves_the_risk_removed(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, open_case: Open
) -> None:
    case = await open_case()
    await moved(county, case, *TO_CROSS_CHECK)
    await moved(checker, case, "approved", "assisted", "eliminated", "relapsed", reason="按规定")
    household = f"/v1/households/{case['household_id']}"
    assert (await county.get(household)).json()["monitoring"]["monitored"] is True
    ended = await moved(county, case, "visited", "rejected", reason="收入未下降")
    monitoring = (await county.get(household)).json()["monitoring"]
    assert (monitoring["monitored"], monitoring["risk_eliminated"]) == (False, True)
    assert ended["next_due_on"] is None


async def test_a_risk_that_ends_by_itself_needs_a_reason_and_no_help(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, open_case: Open
) -> None:
    case = await open_case()
    await moved(county, case, *TO_CROSS_CHECK)
    approved = await moved(checker, case, "approved")
    assert approved["allowed"] == ["assisted"]
    assert approved["allowed_specially"] == [{"to": "eliminated", "channel": "natural"}]
    assert refusal(await to(county, case, "eliminated", reason="亡故"))[1] == "illegal_transition"
    assert refusal(await to(county, case, "eliminated", natural=True))[2] == ["reason_required"]
    natural: dict[str, Any] = {"natural": True, "reason": "家庭成员均已亡故"}
    refused = await to(county, case, "eliminated", **natural)
    assert refusal(refused)[:2] == (409, "elimination_check_required")
    assert "没有死亡或迁出的成员" in refused.json()["detail"]
    await head_dies(county, case)
    ended = await moved(county, case, "eliminated", **natural)
    assert ended["periods"][0]["elimination_kind"] == "natural"
    assert (await county.get(f"/v1/households/{case['household_id']}")).json()["monitoring"][
        "monitored"
    ] is False
    assert all(clock["stopped_on"] for clock in ended["clocks"])
