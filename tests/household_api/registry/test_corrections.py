"""Corrections by hand: what they may change, what is refused whole, and who is told."""

from typing import Any

import httpx
import pytest

from shared.testing.databases import TestDatabase
from tests.factories.registry import OTHER_VILLAGE, VILLAGE
from tests.household_api.registry.test_life import (
    DAY,
    act,
    codes,
    family,
    member,
    person_of,
    placed,
    read,
    relations,
)


async def correct(
    client: httpx.AsyncClient, home: dict[str, Any], *members: dict[str, Any], **fields: Any
) -> httpx.Response:
    return await client.patch(
        f"/v1/households/{home['id']}",
        json={"members": list(members), "reason": "核对户口簿", **fields},
        headers={"If-Match": f'"{home["version"]}"'},
    )


async def two(client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    return await family(
        client, {**member("户主", "何父", "19600101"), **more}, member("子", "何子", "19900101")
    )


async def test_what_cannot_be_is_refused_whole_and_named(county: httpx.AsyncClient) -> None:
    home = await two(county)
    father, son = ({"person_id": person_of(home, name)} for name in ("何父", "何子"))
    limit = "income_per_head_limit"
    other_sex = {"1": "女", "2": "男"}[home["members"][1]["sex"]]
    cases: tuple[tuple[tuple[dict[str, Any], ...], dict[str, Any], list[tuple[str, str]]], ...] = (
        (({**father, "relationship": "父亲"},), {}, [("/members", "head_missing")]),
        (({**son, "relationship": "户主"},), {}, [("/members", "two_heads")]),
        (
            ({**father, "relationship": "子"}, {**son, "relationship": "户主"}),
            {},
            [("/members/0/relationship", "relation_contradicts_birth")],
        ),
        (
            ({**son, "relationship": "父亲"},),
            {},
            [("/members/0/relationship", "relation_contradicts_birth")],
        ),
        (({**father, "status": "死亡"},), {}, [("/members", "head_missing")]),
        (({**father, "died_on": "1959-12-31"},), {}, [("/members/0/died_on", "death_before_birth")]),
        (({**son, "died_on": "2026-12-01"},), {}, [("/members/0/died_on", "death_in_future")]),
        (({**son, "annual_income": "1500000.00"},), {}, [("/members/0/annual_income", limit)]),
        (({**son, "sex": other_sex},), {}, [("/members/0/sex", "sex_differs")]),
        (
            ({"relationship": "女", "name": "何女", "birth_date": "2026-12-01"},),
            {},
            [("/members/0/birth_date", "birth_date_impossible")],
        ),
        ((), {"region_code": "231225100201"}, [("/region_code", "region_other_county")]),
        ((), {"region_code": "231226"}, [("/region_code", "region_unknown")]),
        (
            ({**son, "labour": "weak"}, {"relationship": "子"}),
            {"housing_grade": "D"},
            [("/members/1/name", "name_missing")],
        ),
    )
    for members, fields, expected in cases:
        answer = await correct(county, home, *members, **fields)
        assert (answer.status_code, codes(answer)) == (422, expected), answer.text
        assert all(error["message"] for error in answer.json()["errors"])
    assert await read(county, home["id"]) == await read(county, home["id"], at="2026-11-08T23:00:00+08:00")
    assert (await read(county, home["id"]))["version"] == home["version"]


async def test_a_circle_is_refused_where_no_births_tell_who_is_right(county: httpx.AsyncClient) -> None:
    home = await family(
        county, {"relationship": "户主", "name": "向一"}, {"relationship": "子", "name": "向二"}
    )
    turned = await correct(
        county,
        home,
        {"person_id": person_of(home, "向二"), "relationship": "户主"},
        {"person_id": person_of(home, "向一"), "relationship": "子"},
    )
    assert codes(turned) == [("/members/1/relationship", "relation_circle")]
    right = await correct(
        county,
        home,
        {"person_id": person_of(home, "向二"), "relationship": "户主"},
        {"person_id": person_of(home, "向一"), "relationship": "父亲"},
    )
    assert right.status_code == 200, right.text


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        (
            [("户主", "19700101"), ("子", "19600101")],
            (422, "household_invalid", [("/members/1/relationship", "relation_contradicts_birth")]),
        ),
        (
            [("户主", "19700101"), ("户主", "19600101")],
            (409, "members_conflict", [("/members/1/relationship", "two_heads")]),
        ),
        ([("妻", "19700101")], (409, "members_conflict", [("/members/0/relationship", "head_missing")])),
    ],
)
async def test_a_household_that_cannot_be_is_not_registered(
    county: httpx.AsyncClient, members: list[tuple[str, str]], expected: Any
) -> None:
    people = [
        member(relationship, f"不能{place}", birth) for place, (relationship, birth) in enumerate(members)
    ]
    body = {"region_code": VILLAGE, "household_type": "ordinary", "household_no": "N-0", "members": people}
    answer = await county.post("/v1/households", json=body)
    assert (answer.status_code, answer.json()["code"], codes(answer)) == expected, answer.text
    listed = await county.get("/v1/households", params={"household_no": "N-0"})
    assert listed.json()["items"] == []


async def test_all_that_is_known_can_be_corrected_and_taken_back(county: httpx.AsyncClient) -> None:
    home = await two(county, insured=True, marital_status="已婚", phone="13800138000")
    assert home["members"][0]["insured"] is True
    father = person_of(home, "何父")
    changed = await correct(
        county,
        home,
        {
            "person_id": father,
            "insured": "否",
            "marital_status": "丧偶",
            "ethnic_group": "满族",
            "student_status": "非在校生",
            "labour": "弱劳动力或半劳动力",
            "health": "长期慢性病",
            "schooling": "小学",
            "labour_skill": "瓦工",
            "annual_income": "3,600.50",
        },
        contact_official="钱七",
        contact_unit="县医保局",
        drinking_water="安全",
        housing_grade="C",
        social_assistance="minimum_living",
        self_paid_medical="8200.00",
    )
    assert changed.status_code == 200, changed.text
    now = changed.json()
    shown = {
        "contact_official": "钱七",
        "contact_unit": "县医保局",
        "drinking_water": "secure",
        "housing_grade": "C",
        "social_assistance": "minimum_living",
        "self_paid_medical": "8200.00",
    }
    assert {name: now[name] for name in shown} == shown
    told = next(each for each in now["members"] if each["id"] == father)
    assert (told["insured"], told["marital_status"], told["ethnic_group"], told["labour"]) == (
        False,
        "30",
        "11",
        "weak",
    )
    assert (told["annual_income"], told["reason"], told["changed_by"]) == ("3600.50", "核对户口簿", "county")
    untouched = next(each for each in now["members"] if each["id"] != father)
    assert untouched["version"] == 1
    taken_back = await correct(
        county, now, {"person_id": father, "insured": None, "annual_income": None}, **dict.fromkeys(shown)
    )
    after = taken_back.json()
    assert {after[name] for name in shown} == {None}
    assert {after["members"][0][name] for name in ("insured", "annual_income")} == {None}
    before = await read(county, home["id"], at=now["valid_from"])
    assert {name: before[name] for name in shown} == shown


async def test_a_death_that_is_entered_as_a_correction_is_told_to_the_case_and_may_end_the_household(
    county: httpx.AsyncClient,
) -> None:
    home = await family(county, member("户主", "孔父", "19500101"))
    case = (await county.post("/v1/cases", json={"household_id": home["id"]})).json()
    head = {"person_id": person_of(home, "孔父")}
    dead = await correct(county, home, {**head, "died_on": "2026-11-01"})
    assert (dead.status_code, dead.json()["ended_on"]) == (200, "2026-11-01"), dead.text
    noted = (await county.get(f"/v1/cases/{case['id']}")).json()["history"][-1]
    assert noted["basis"]["life_event"] == "died" and noted["basis"]["household_ended"] is True
    assert "核对户口簿" in noted["reason"]
    added = await correct(county, dead.json(), {"relationship": "户主", "name": "别人"})
    assert (added.status_code, added.json()["code"]) == (409, "household_ended")
    # The death was another's: the household goes on, and what was known in between stays readable.
    alive = await correct(county, dead.json(), {**head, "status": "健在"})
    assert (alive.json()["ended_on"], relations(alive.json())) == (None, {"孔父": ("户主", "living")})
    assert alive.json()["members"][0]["died_on"] is None
    between = await read(county, home["id"], at=dead.json()["valid_from"])
    assert between["ended_on"] == "2026-11-01"


async def test_a_correction_is_the_county_s(
    county: httpx.AsyncClient, township: httpx.AsyncClient, database: TestDatabase
) -> None:
    home = await two(county)
    assert (await correct(township, home, housing_grade="D")).status_code == 403
    owner = await database.connect()
    kept = await owner.fetchval("SELECT count(*) FROM household.household_history WHERE id = $1", home["id"])
    await owner.close()
    assert kept == 0


async def test_who_leaves_for_another_household_is_told_to_the_case_of_the_one_left(
    county: httpx.AsyncClient,
) -> None:
    origin = await two(county)
    other = await family(county, member("户主", "施一", "19910101"), region=OTHER_VILLAGE)
    case = (await county.post("/v1/cases", json={"household_id": origin["id"]})).json()
    joined = await act(
        county, other, "members", kind="marriage", person_id=person_of(origin, "何子"), relationship="夫"
    )
    assert joined.status_code == 201, joined.text
    (_, noted) = (await county.get(f"/v1/cases/{case['id']}")).json()["history"]
    assert noted["basis"] == {
        "life_event": "joined",
        "happened_on": DAY,
        "other_household_id": other["id"],
        "household_ended": False,
    }
    lost = await act(
        county,
        joined.json(),
        "members",
        kind="other",
        person_id=person_of(origin, "何父"),
        relationship="公公",
    )
    assert (lost.status_code, lost.json()["code"]) == (409, "monitored_household_ends")
    assert (await county.post("/v1/cases", json={"household_id": other["id"]})).status_code == 201
    last = await act(
        county,
        joined.json(),
        "members",
        kind="other",
        person_id=person_of(origin, "何父"),
        relationship="公公",
    )
    assert last.status_code == 201, last.text
    assert (await read(county, origin["id"]))["ended_on"] == DAY
    (*_, noted) = (await county.get(f"/v1/cases/{case['id']}")).json()["history"]
    assert noted["basis"]["household_ended"] is True


async def test_a_merge_tells_both_cases_and_the_one_that_ended_is_not_approved(
    county: httpx.AsyncClient, checker: httpx.AsyncClient
) -> None:
    home = await family(county, member("户主", "吕一", "19700101"))
    other = await family(county, member("户主", "吕母", "19460101"))
    cases = [
        (await county.post("/v1/cases", json={"household_id": each["id"]})).json() for each in (home, other)
    ]

    async def to(client: httpx.AsyncClient, case: dict[str, Any], state: str, **more: Any) -> httpx.Response:
        path = f"/v1/cases/{case['id']}/transitions"
        return await client.post(path, json={"to": state, **more}, headers={"If-Match": "*"})

    for case in cases:
        for state in ("visited", "appraised", "noticed", "submitted", "cross_checked"):
            assert (await to(county, case, state)).status_code == 200
    merged = await act(
        county, home, "merges", other_household_id=other["id"], members=placed(other, 吕母="母亲")
    )
    assert merged.status_code == 200, merged.text
    for case, ended, elsewhere in ((cases[0], False, other["id"]), (cases[1], True, home["id"])):
        noted = (await county.get(f"/v1/cases/{case['id']}")).json()["history"][-1]
        assert (noted["state"], noted["basis"]["household_ended"], noted["basis"]["other_household_id"]) == (
            "cross_checked",
            ended,
            elsewhere,
        )
    refused = await to(checker, cases[1], "approved")
    assert (refused.status_code, refused.json()["code"]) == (409, "household_ended")
    assert (await to(checker, cases[0], "approved")).status_code == 200
    assert (await to(checker, cases[1], "rejected", reason="已并入他户")).status_code == 200
    reopened = await county.post("/v1/cases", json={"household_id": other["id"]})
    assert (reopened.status_code, reopened.json()["code"]) == (409, "household_ended")


async def test_an_id_number_stays_with_whoever_has_it(county: httpx.AsyncClient) -> None:
    home = await two(county)
    holder = await read(county, (await family(county, member("户主", "占号", "19550101")))["id"])
    number = {"id_number": holder["members"][0]["id_number"]}
    taken = await correct(county, home, {"person_id": person_of(home, "何父"), **number}, housing_grade="D")
    assert (taken.status_code, taken.json()["code"]) == (409, "members_conflict")
    assert (await read(county, home["id"]))["housing_grade"] is None
