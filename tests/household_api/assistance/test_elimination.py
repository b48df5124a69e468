"""Elimination: checked from data, proposed, noticed, approved by another; decided by people with what is unmet."""

from typing import Any

import httpx
import orjson
import pytest_asyncio

from shared.testing.databases import TestDatabase
from tests.factories.registry import OTHER_VILLAGE, person
from tests.household_api.assistance.conftest import CONTACT, approved, entered, moved, put_plan
from tests.household_api.conftest import COUNTY, Load, household_of

SECURE = {"housing_grade": "B", "drinking_water": "secure", "insured": "是", "birth_date": "1980-05-01"}


@pytest_asyncio.fixture(scope="module", autouse=True)
async def income_line(county: httpx.AsyncClient) -> None:
    """Last year's line is in force: this year's is not issued yet."""
    line = {"name": "income_line", "value": "7500.00", "valid_from": "2025-01-01", "source": "省里的文件"}
    assert (await county.put("/v1/parameters", json=line)).status_code == 200


async def earned(client: httpx.AsyncClient, household_id: str, as_of: str, wages: str) -> None:
    answer = await client.post(
        f"/v1/households/{household_id}/incomes", json={"as_of": as_of, "wages": wages, "members": 1}
    )
    assert answer.status_code == 201, answer.text


async def assisted(
    load: Load, county: httpx.AsyncClient, checker: httpx.AsyncClient, number: str, **more: Any
) -> tuple[str, str]:
    """A household whose plan is confirmed and whose one measure is done and lasting."""
    given = {"labour": "ordinary", **SECURE, **more}
    household_id, case_id = await approved(load, county, checker, number, ["unstable_work"], **given)
    await entered(county, case_id, kind="employment", state="done", effect="lasting")
    answer = await put_plan(county, case_id, **CONTACT, confirm=True, reason="已落实")
    assert answer.status_code == 200, answer.text
    return household_id, case_id


async def ready(
    load: Load, county: httpx.AsyncClient, checker: httpx.AsyncClient, number: str, **more: Any
) -> tuple[str, str]:
    """The same, with an income above the line for more than six months."""
    household_id, case_id = await assisted(load, county, checker, number, **more)
    await earned(county, household_id, "2026-04-30", "9000.00")
    await earned(county, household_id, "2026-10-31", "9500.00")
    return household_id, case_id


async def check(client: httpx.AsyncClient, case_id: str, **body: Any) -> httpx.Response:
    return await client.post(f"/v1/cases/{case_id}/elimination-checks", json=body)


async def test_each_criterion_is_judged_with_its_evidence(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, township: httpx.AsyncClient, load: Load
) -> None:
    _, case_id = await ready(load, county, checker, "E1")
    answer = await check(township, case_id)
    assert answer.status_code == 201, answer.text
    found = answer.json()
    assert (found["verdict"], found["unmet"], found["unknown"], found["proposed"]) == ("met", [], [], False)
    criteria = {criterion["code"]: criterion for criterion in found["criteria"]}
    assert list(criteria) == [
        "income", "compulsory_education", "basic_medical", "housing", "water", "measures", "no_new_risk",
    ]  # fmt: skip
    assert criteria["income"]["evidence"]["records"] == [
        {"as_of": "2026-10-31", "per_capita_income": "9500.00", "line": "7500.00"},
        {"as_of": "2026-04-30", "per_capita_income": "9000.00", "line": "7500.00"},
    ]
    assert found["provisional"] is True
    assert [line["year"] for line in found["parameters_used"]["income_line"]] == [2025]
    assert found["parameters_used"]["stable_income_months"] == {"version": 1, "value": 6}
    one = await county.get(answer.headers["location"])
    assert one.json() == found


async def test_what_is_not_met_is_named_and_a_correction_of_an_income_counts(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load
) -> None:
    household_id, case_id = await ready(load, county, checker, "E2", drinking_water="insecure", insured="")
    await earned(county, household_id, "2026-10-31", "7000.00")
    found = (await check(county, case_id)).json()
    assert (found["verdict"], found["unmet"], found["unknown"]) == (
        "not_met",
        ["income", "water"],
        ["basic_medical"],
    )
    refused = await check(county, case_id, propose=True)
    assert (refused.status_code, refused.json()["code"]) == (409, "criteria_unmet")
    assert (refused.json()["unmet"], refused.json()["unknown"]) == (["income", "water"], ["basic_medical"])
    assert {error["code"] for error in refused.json()["errors"]} == {"income", "water", "basic_medical"}
    with_reason = await check(county, case_id, propose=True, reason="收入核算有误，已由村里复核")
    assert (with_reason.status_code, with_reason.json()["proposed"]) == (201, True)
    listed = (await county.get(f"/v1/cases/{case_id}/elimination-checks")).json()["items"]
    assert [item["proposed"] for item in listed] == [True, False]


async def test_proposed_noticed_and_approved_by_another(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    county_later: httpx.AsyncClient,
    checker_later: httpx.AsyncClient,
    load: Load,
) -> None:
    _, case_id = await ready(load, county, checker, "E3")
    proposal = (await check(county, case_id, propose=True)).json()
    assert proposal["notice_until"] == "2026-11-15"
    early = await moved(checker, case_id, "eliminated")
    assert (early.status_code, early.json()["code"]) == (409, "notice_running")
    assert early.json()["notice_until"] == "2026-11-15"
    same = await moved(county_later, case_id, "eliminated")
    assert (same.status_code, same.json()["code"]) == (409, "same_person")

    async def on_notice(client: httpx.AsyncClient, region: str, on: str) -> httpx.Response:
        return await client.get(f"/v1/notices/{region}/eliminations", params={"on": on})

    notice = (await on_notice(county, "231226100201", "2026-11-15")).json()
    assert {"户主E3"} <= {item["name"] for item in notice["items"]}
    assert "户主E3（公示至 2026-11-15）" in notice["text"]
    assert {frozenset(item) for item in notice["items"]} == {
        frozenset({"name", "region_code", "place", "notice_from", "notice_until"})
    }
    for region, day in (("231226100201", "2026-11-16"), ("231226101", "2026-11-15")):
        assert "户主E3" not in (await on_notice(county, region, day)).json()["text"]
    assert "户主E3" not in (await on_notice(county, "231226100201", "2026-11-07")).json()["text"]
    done = await moved(checker_later, case_id, "eliminated")
    assert done.status_code == 200, done.text
    basis = done.json()["history"][-1]["basis"]
    assert (basis["proposal_id"], basis["unmet"], basis["provisional"]) == (proposal["id"], [], True)


async def test_a_notice_is_not_passed_by_calling_the_end_natural(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    township: httpx.AsyncClient,
    checker_later: httpx.AsyncClient,
    load: Load,
) -> None:
    _, case_id = await ready(load, county, checker, "E30")
    await check(township, case_id, propose=True)
    natural = {"natural": True, "reason": "自然消除"}
    early = await moved(checker, case_id, "eliminated", **natural)
    assert (early.status_code, early.json()["code"]) == (409, "notice_running")
    # Nobody has died or moved, and nobody else says that the risk has ended by itself.
    alone = await moved(checker_later, case_id, "eliminated", **natural)
    assert (alone.status_code, alone.json()["code"]) == (409, "elimination_check_required")
    assert (await county.get(f"/v1/cases/{case_id}")).json()["state"] == "assisted"
    await check(township, case_id, propose=True, natural_reason="other", **natural)
    done = await moved(checker_later, case_id, "eliminated", **natural)
    assert done.status_code == 200, done.text
    assert done.json()["periods"][-1]["elimination_kind"] == "natural"


async def test_a_natural_proposal_does_not_stand_for_a_measured_one(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    township: httpx.AsyncClient,
    checker_later: httpx.AsyncClient,
    load: Load,
) -> None:
    _, case_id = await ready(load, county, checker, "E31")
    measured = (await check(checker, case_id, propose=True)).json()
    await check(township, case_id, natural=True, propose=True, natural_reason="other", reason="自然消除")
    early = await moved(county, case_id, "eliminated")
    assert (early.status_code, early.json()["code"]) == (409, "notice_running")
    own = await moved(checker_later, case_id, "eliminated")
    assert (own.status_code, own.json()["code"]) == (409, "same_person")
    assert measured["notice_until"] == "2026-11-15"


async def test_what_is_unmet_needs_a_reason_also_where_nothing_was_checked(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load
) -> None:
    _, case_id = await approved(load, county, checker, "E32", ["illness"], labour="ordinary")
    assert (await moved(county, case_id, "assisted")).status_code == 200
    refused = await moved(county, case_id, "eliminated")
    assert (refused.status_code, refused.json()["code"]) == (409, "criteria_unmet")
    assert (await moved(county, case_id, "eliminated", reason="入户核实")).status_code == 200


async def test_people_decide_without_a_check_and_what_was_unmet_is_shown(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load
) -> None:
    _, case_id = await approved(load, county, checker, "E4", ["illness"], labour="ordinary")
    assert (await moved(county, case_id, "assisted")).json()["history"][-1]["basis"]["plan"] == "missing"
    done = await moved(county, case_id, "eliminated", reason="收入稳定")
    assert done.status_code == 200, done.text
    basis = done.json()["history"][-1]["basis"]
    assert basis["unmet"] == ["measures"]
    assert set(basis["unknown"]) == {"income", "basic_medical", "housing", "water"}
    kept = (await county.get(f"/v1/cases/{case_id}/elimination-checks/{basis['check_id']}")).json()
    assert (kept["reason"], kept["unmet"]) == ("收入稳定", ["measures"])


async def test_what_a_check_found_unmet_needs_the_countys_reason(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load
) -> None:
    _, case_id = await assisted(load, county, checker, "E5")
    assert (await check(county, case_id)).json()["unknown"] == ["income"]
    refused = await moved(county, case_id, "eliminated")
    assert (refused.status_code, refused.json()["code"]) == (409, "criteria_unmet")
    assert (await county.get(f"/v1/cases/{case_id}")).json()["state"] == "assisted"
    assert (await moved(county, case_id, "eliminated", reason="收入经入户核实")).status_code == 200


async def test_a_county_may_require_the_check(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    checker_later: httpx.AsyncClient,
    county_later: httpx.AsyncClient,
    load: Load,
) -> None:
    rule = {"name": "elimination_requires_check", "source": "县里的文件", "valid_from": "2026-11-01"}
    await county.put("/v1/parameters", json={**rule, "value": True})
    _, case_id = await ready(load, county, checker, "E6")
    refused = await moved(checker, case_id, "eliminated", reason="收入稳定")
    assert (refused.status_code, refused.json()["code"]) == (409, "elimination_check_required")
    await check(county, case_id, propose=True)
    assert (await moved(checker_later, case_id, "eliminated")).status_code == 200
    await county.put("/v1/parameters", json={**rule, "value": False})


async def test_a_risk_that_ends_by_itself_says_how(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load
) -> None:
    household_id, case_id = await assisted(load, county, checker, "E7")
    for body, code in (
        ({}, "natural_reason_missing"),
        ({"natural_reason": "deceased"}, "reason_missing"),
        ({"natural_reason": "deceased", "reason": "病故"}, "natural_reason_unsupported"),
    ):
        refused = await check(county, case_id, natural=True, propose=True, **body)
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code)
    await load([{**person("E7", "老人E7"), "relationship": "父母", "status": "死亡"}])
    found = await check(
        county, case_id, natural=True, propose=True, natural_reason="deceased", reason="病人已故"
    )
    assert found.status_code == 201, found.text
    assert (found.json()["natural_reason"], found.json()["notice_until"]) == ("deceased", None)
    same = await moved(county, case_id, "eliminated", natural=True, reason="病人已故")
    assert same.json()["code"] == "same_person"
    done = await moved(checker, case_id, "eliminated", natural=True, reason="病人已故")
    assert done.status_code == 200, done.text
    assert done.json()["periods"][-1]["elimination_kind"] == "natural"
    assert household_id == (await household_of(county, "E7"))["id"]


async def test_only_those_being_assisted_are_proposed(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    other_township: httpx.AsyncClient,
    load: Load,
) -> None:
    _, case_id = await approved(load, county, checker, "E8", [], labour="ordinary")
    refused = await check(county, case_id, propose=True, reason="收入稳定")
    assert (refused.status_code, refused.json()["code"]) == (409, "not_assisted")
    looked_at = await county.post(f"/v1/cases/{case_id}/elimination-checks")
    assert (looked_at.status_code, looked_at.json()["proposed"]) == (201, False)
    assert (await check(other_township, case_id)).status_code == 404
    assert (await other_township.get(f"/v1/cases/{case_id}/elimination-checks")).status_code == 404


async def test_who_is_proposed_by_rule(
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    township: httpx.AsyncClient,
    other_township: httpx.AsyncClient,
    load: Load,
) -> None:
    _, met = await ready(load, county, checker, "E9")
    _, elsewhere = await ready(load, county, checker, "E10", region_code=OTHER_VILLAGE)
    _, without_labour = await ready(load, county, checker, "E11", labour="none")
    _, unmet = await assisted(load, county, checker, "E12")
    assert (await check(county, without_labour)).json()["verdict"] == "met"

    async def proposed(client: httpx.AsyncClient, **query: Any) -> set[str]:
        answer = await client.get("/v1/cases/elimination-proposals", params=query)
        assert answer.status_code == 200, answer.text
        return {item["case_id"] for item in answer.json()["items"]}

    everywhere = await proposed(county)
    assert {met, elsewhere} <= everywhere
    assert not {without_labour, unmet} & everywhere
    assert elsewhere not in await proposed(county, region="231226100")
    assert await proposed(other_township) == {elsewhere}
    first = (await county.get("/v1/cases/elimination-proposals", params={"limit": 1})).json()
    rest = await county.get(
        "/v1/cases/elimination-proposals", params={"cursor": first["next_cursor"], "limit": 500}
    )
    assert {item["case_id"] for item in first["items"] + rest.json()["items"]} == everywhere


async def test_differences_from_the_national_system_are_shown_until_they_are_gone(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load, database: TestDatabase
) -> None:
    await load(
        [
            person("N1", "户主N1", monitoring_type="marginal"),
            person("N2", "户主N2", monitoring_type="marginal"),
            person("N3", "户主N3"),
            person("N4", "户主N4", monitoring_type="marginal"),
        ]
    )
    ids = {number: (await household_of(county, number))["id"] for number in ("N1", "N2", "N3", "N4")}
    _, case_id = await assisted(load, county, checker, "N5")
    ids["N5"] = (await household_of(county, "N5"))["id"]
    owner = await database.connect()
    for number, kind, eliminated, identified in (
        ("N2", "unstable_lifted", True, None),
        ("N3", "marginal", False, None),
        ("N4", "marginal", False, None),
        ("N5", "marginal", False, "2026-05-01"),
    ):
        await owner.execute(
            "INSERT INTO household.national_record (county_code, household_id, region_code, monitoring_type,"
            " risk_eliminated, identified_on, elimination_kind, risk_types, imported_at, imported_by)"
            " VALUES ($1, $2, '231226100201', $3, $4, cast($5::text as date), '', '{}', now(), 'test')",
            COUNTY,
            ids[number],
            kind,
            eliminated,
            identified,
        )
    await owner.close()

    async def differences() -> dict[str, Any]:
        answer = await county.get("/v1/cases/national-differences", params={"limit": 500})
        assert answer.status_code == 200, answer.text
        return {item["household_no"]: item for item in answer.json()["items"]}

    found = await differences()
    assert "N4" not in found
    assert (found["N1"]["kind"], found["N3"]["kind"]) == ("here_only", "there_only")
    assert found["N2"]["differences"] == [
        {"field": "monitoring_type", "here": "marginal", "there": "unstable_lifted"},
        {"field": "risk_eliminated", "here": False, "there": True},
    ]
    assert found["N5"]["differences"] == [{"field": "identified_on", "here": "2026-11", "there": "2026-05"}]
    assert (await county.get(f"/v1/cases/{case_id}/national-mark")).status_code == 404
    marking = {"risk_eliminated": True, "marked_on": "2026-11-08"}
    refused = await county.put(f"/v1/cases/{case_id}/national-mark", json=marking)
    assert refused.json()["errors"][0]["code"] == "not_eliminated_here"
    future = {"risk_eliminated": False, "marked_on": "2026-11-09"}
    refused = await county.put(f"/v1/cases/{case_id}/national-mark", json=future)
    assert refused.json()["errors"][0]["code"] == "day_in_the_future"
    assert (await moved(county, case_id, "eliminated", reason="收入稳定")).status_code == 200
    marked = await county.put(f"/v1/cases/{case_id}/national-mark", json=marking)
    assert marked.status_code == 200, marked.text
    assert (marked.json()["marked_on"], marked.json()["recorded_by"]) == ("2026-11-08", "county")
    found = await differences()
    assert found["N5"]["marked_on"] == "2026-11-08"
    assert {side["field"] for side in found["N5"]["differences"]} == {"risk_eliminated", "identified_on"}


async def test_a_check_is_never_changed(database: TestDatabase) -> None:
    owner = await database.connect()
    rows = await owner.fetch("SELECT criteria, parameters_used FROM household.elimination_check")
    granted = await owner.fetch(
        "SELECT column_name FROM information_schema.column_privileges WHERE table_schema = 'household'"
        " AND table_name = 'elimination_check' AND grantee = 'bihuan_household' AND privilege_type = 'UPDATE'"
    )
    await owner.close()
    assert [row["column_name"] for row in granted] == ["region_code"]
    assert rows
    assert all(len(orjson.loads(row["criteria"])) == 7 for row in rows)
