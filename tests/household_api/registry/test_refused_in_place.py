"""Writes that another part of the county stands against: a case, a township out of reach, a limit, a birth."""

from typing import Any

import httpx
import pytest

from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.registry import OTHER_VILLAGE, id_number
from tests.household_api.registry.test_corrections import correct, two
from tests.household_api.registry.test_life import act, codes, family, member, person_of, placed, read, three

DECIDED: tuple[dict[str, Any], ...] = ({"monitoring_type": "sudden_hardship"}, {"risk_eliminated": True})


async def test_what_a_case_decides_is_not_corrected_by_hand(
    county: httpx.AsyncClient, database: TestDatabase
) -> None:
    home = await two(county)
    taken_over = await correct(county, home, monitoring_type="边缘易致贫户", risk_eliminated=True)
    assert taken_over.status_code == 200, taken_over.text
    home = taken_over.json()
    case = (await county.post("/v1/cases", json={"household_id": home["id"]})).json()
    for _ in ("an open case", "a case that has decided"):
        for fields in (*DECIDED[:1], {"monitoring_type": None}, {"risk_eliminated": False}):
            answer = await correct(county, home, **fields)
            assert (answer.status_code, answer.json()["code"]) == (409, "monitoring_by_case"), answer.text
            assert case["id"] in answer.json()["detail"]
        # What is stated as it stands changes nothing, and everything else goes on.
        same = await correct(
            county, home, monitoring_type="marginal", risk_eliminated=True, housing_grade="D"
        )
        assert (same.status_code, same.json()["housing_grade"]) == (200, "D"), same.text
        home = same.json()
        owner = await database.connect()
        await owner.execute(
            "UPDATE household.household SET monitoring_case_id = $1 WHERE id = $2", case["id"], home["id"]
        )
        await owner.execute(
            "UPDATE household.monitoring_case SET state = 'eliminated' WHERE id = $1", case["id"]
        )
        await owner.close()
    assert (home["monitoring_type"], home["risk_eliminated"]) == ("marginal", True)


async def test_a_number_of_another_township_is_taken(
    county: httpx.AsyncClient, township: httpx.AsyncClient, running: RunningService
) -> None:
    body = {"household_no": "他乡-1", "region_code": OTHER_VILLAGE, "household_type": "lifted"}
    there = await county.post(
        "/v1/households", json={**body, "members": [member("户主", "远户", "19850101")]}
    )
    number = (await read(county, there.json()["id"]))["members"][0]["id_number"]
    home = await three(county)
    split = await act(
        township, home, "splits", household_no="他乡-1", members=placed(home, 小王="户主", 小张="妻")
    )
    assert (split.status_code, split.json()["code"]) == (409, "household_no_taken"), split.text
    ours = {"household_type": "lifted", "region_code": "231226100201"}
    async with running.client("county", "NY", "231226100", name="part-of-the-county") as officer:
        await _refused_to(officer, ours, number, home)
    assert (await read(county, home["id"]))["version"] == home["version"]


async def _refused_to(
    officer: httpx.AsyncClient, ours: dict[str, Any], number: str, home: dict[str, Any]
) -> None:
    new = await officer.post(
        "/v1/households",
        json={**ours, "household_no": "他乡-1", "members": [member("户主", "新户", "19550102")]},
    )
    assert (new.status_code, new.json()["code"]) == (409, "household_no_taken"), new.text
    held = {"relationship": "户主", "name": "远户", "id_number": number}
    new = await officer.post("/v1/households", json={**ours, "members": [held]})
    assert (new.status_code, new.json()["code"]) == (409, "members_conflict"), new.text
    for change in (
        {"person_id": person_of(home, "老李"), "id_number": number},
        {"relationship": "女", "name": "远女", "id_number": number},
    ):
        corrected = await correct(officer, home, change)
        assert (corrected.status_code, corrected.json()["code"]) == (409, "members_conflict"), corrected.text


async def test_a_slipped_comma_of_costs_is_noticed_too(county: httpx.AsyncClient) -> None:
    home = await two(county)
    path = f"/v1/households/{home['id']}/incomes"
    much = {"as_of": "2026-09-30", "wages": "20000.00", "costs": "9999999999999999"}
    answer = await county.post(path, json=much)
    assert (answer.status_code, codes(answer)) == (422, [("/costs", "income_per_head_limit")]), answer.text
    meant = await county.post(path, json={**much, "confirmed": True, "reason": "厂房失火"})
    assert meant.status_code == 201, meant.text
    medical = await correct(county, home, self_paid_medical="9999999999999999")
    assert codes(medical) == [("/self_paid_medical", "self_paid_medical_limit")]
    assert (await correct(county, home, self_paid_medical="200000.00")).status_code == 200


@pytest.mark.parametrize("what", ["splits", "merges", "moves"])
async def test_nobody_takes_part_in_what_was_before_their_birth(county: httpx.AsyncClient, what: str) -> None:
    home = await three(county)
    other = await family(county, member("户主", "早户", "19500101"))
    bodies: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "splits": (home, {"members": placed(home, 小王="户主", 小张="妻", 王孙="子")}),
        "merges": (
            other,
            {
                "other_household_id": home["id"],
                "members": placed(home, 老王="其他", 老李="其他", 小王="其他", 小张="其他", 王孙="其他"),
            },
        ),
        "moves": (home, {"region_code": OTHER_VILLAGE}),
    }
    household, body = bodies[what]
    early = await act(county, household, what, **body, happened_on="2010-02-02")
    assert codes(early) == [("/happened_on", "happened_before_birth")], early.text
    assert "2010-02-03" in early.json()["errors"][0]["message"]
    right = await act(county, household, what, **body, happened_on="2010-02-03")
    assert right.status_code in (200, 201), right.text


async def test_a_new_household_has_the_same_limit_of_medical_costs(county: httpx.AsyncClient) -> None:
    body = {"region_code": OTHER_VILLAGE, "household_type": "lifted", "self_paid_medical": "1000000.01"}
    person = {"relationship": "户主", "name": "医户", "id_number": id_number("19550901", 77)}
    answer = await county.post("/v1/households", json={**body, "members": [person]})
    assert codes(answer) == [("/self_paid_medical", "self_paid_medical_limit")]
