"""The life of households through the API: splits, merges, births, deaths, moves; and what is refused, whole."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import httpx

from tests.factories.registry import OTHER_VILLAGE, VILLAGE, id_number
from tests.household_api.conftest import COUNTY, PURPOSE

DAY = "2026-11-02"

_sequence = iter(range(101, 999))


def member(relationship: str, name: str, birth: str) -> dict[str, Any]:
    return {"relationship": relationship, "name": name, "id_number": id_number(birth, next(_sequence))}


async def family(
    client: httpx.AsyncClient, *members: Mapping[str, Any], region: str = VILLAGE
) -> dict[str, Any]:
    body = {"region_code": region, "household_type": "lifted", "members": list(members)}
    answer = await client.post("/v1/households", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def person_of(household: Mapping[str, Any], name: str) -> str:
    return str(next(each["id"] for each in household["members"] if each["name"] == name))


def relations(household: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    return {each["name"]: (each["relationship"], each["status"]) for each in household["members"]}


async def act(
    client: httpx.AsyncClient, household: Mapping[str, Any], what: str, **body: Any
) -> httpx.Response:
    return await client.post(
        f"/v1/households/{household['id']}/{what}",
        json={"happened_on": DAY, "reason": "入户核实", **body},
        headers={"If-Match": f'"{household["version"]}"'},
    )


async def read(client: httpx.AsyncClient, household_id: str, **query: str) -> dict[str, Any]:
    answer = await client.get(f"/v1/households/{household_id}", params=query, headers=PURPOSE)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def codes(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(error["pointer"], error["code"]) for error in answer.json().get("errors", [])]


def placed(household: Mapping[str, Any], **names: str) -> list[dict[str, str]]:
    return [{"person_id": person_of(household, name), "relationship": r} for name, r in names.items()]


async def three(client: httpx.AsyncClient) -> dict[str, Any]:
    return await family(
        client,
        member("户主", "老王", "19550203"),
        member("妻", "老李", "19560203"),
        member("子", "小王", "19800203"),
        member("儿媳", "小张", "19820203"),
        member("孙子", "王孙", "20100203"),
    )


async def test_a_split_keeps_persons_and_history(
    township: httpx.AsyncClient, county: httpx.AsyncClient
) -> None:
    home = await three(county)
    answer = await act(
        township,
        home,
        "splits",
        members=placed(home, 小王="户主", 小张="妻", 王孙="独生子"),
        household_no="S-1",
    )
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"/v1/households/{made['id']}"
    assert (made["household_no"], made["household_type"], made["monitoring_type"]) == ("S-1", "lifted", None)
    assert person_of(made, "小王") == person_of(home, "小王")
    assert relations(made) == {
        name: (r, "living") for name, r in (("小王", "户主"), ("小张", "妻"), ("王孙", "独生子"))
    }
    left = await read(county, home["id"])
    assert sorted(relations(left)) == ["老李", "老王"] and left["version"] == home["version"] + 1
    assert left["reason"] == made["reason"] == f"分户（{DAY}）：入户核实"
    assert left["changed_by"] != home["changed_by"]
    before = await read(county, home["id"], at=home["valid_from"])
    assert len(before["members"]) == 5 and relations(before)["小王"] == ("子", "living")
    versions = (await county.get(f"/v1/households/{home['id']}/history")).json()["items"]
    assert [each["version"] for each in versions] == [2, 1]
    assert versions[0]["valid_to"] is None and versions[1]["valid_to"] == versions[0]["valid_from"]


async def test_what_cannot_be_split_is_refused_and_nothing_is_half_done(county: httpx.AsyncClient) -> None:
    home = await three(county)
    cases: Sequence[tuple[dict[str, Any], list[tuple[str, str]]]] = (
        ({"members": placed(home, 小王="子")}, [("/members", "head_missing")]),
        ({"members": placed(home, 小王="户主", 小张="户主")}, [("/members", "two_heads")]),
        ({"members": placed(home, 老王="户主")}, [("/remaining", "head_missing")]),
        (
            {"members": placed(home, 老王="户主", 老李="妻", 小王="子", 小张="儿媳", 王孙="孙子")},
            [("/members", "nobody_stays")],
        ),
        # The father of the one is said to be the son of the other's son.
        (
            {
                "members": placed(home, 小王="户主", 老王="父亲", 王孙="继父或养父"),
                "remaining": placed(home, 老李="户主", 小张="儿媳"),
            },
            [("/members/2/relationship", "relation_circle")],
        ),
        (
            {"members": placed(home, 小王="户主", 王孙="父亲")},
            [("/members/1/relationship", "relation_circle")],
        ),
        (
            {"members": placed(home, 小王="户主"), "happened_on": "2026-12-01"},
            [("/happened_on", "happened_in_future")],
        ),
        (
            {"members": placed(home, 小王="户主"), "region_code": "231225100201"},
            [("/region_code", "region_other_county")],
        ),
        (
            {"members": placed(home, 小王="户主"), "region_code": "231226999999"},
            [("/region_code", "region_unknown")],
        ),
        (
            {"members": [{"person_id": str(uuid4()), "relationship": "户主"}]},
            [("/members/0/person_id", "member_unknown"), ("/members", "head_missing")],
        ),
        (
            {"members": placed(home, 小王="表叔公")},
            [("/members/0/relationship", "relationship_unknown"), ("/members", "head_missing")],
        ),
    )
    for body, expected in cases:
        answer = await act(county, home, "splits", **body)
        assert (answer.status_code, codes(answer)) == (422, expected), (body, answer.text)
        assert all(error["message"] for error in answer.json()["errors"])
    assert (await read(county, home["id"]))["version"] == home["version"]
    without = await county.post(
        f"/v1/households/{home['id']}/splits",
        json={"happened_on": DAY, "reason": "x", "members": placed(home, 小王="户主")},
    )
    assert without.status_code == 428
    stale = await act(county, {**home, "version": 9}, "splits", members=placed(home, 小王="户主"))
    assert stale.status_code == 412


async def test_a_merge_ends_the_emptied_household_which_stays_in_history(county: httpx.AsyncClient) -> None:
    home = await family(county, member("户主", "周一", "19700101"))
    other = await family(
        county, member("户主", "周母", "19460101"), member("孙子", "周孙", "20010101"), region=OTHER_VILLAGE
    )
    itself = await act(county, home, "merges", other_household_id=home["id"], members=placed(home, 周一="子"))
    assert codes(itself) == [("/other_household_id", "same_household")]
    part = await act(
        county, home, "merges", other_household_id=other["id"], members=placed(other, 周母="母亲")
    )
    assert codes(part) == [("/members", "member_missing")]
    younger = await act(
        county, home, "merges", other_household_id=other["id"], members=placed(other, 周母="女", 周孙="子")
    )
    assert codes(younger) == [("/members/0/relationship", "relation_contradicts_birth")]
    answer = await act(
        county, home, "merges", other_household_id=other["id"], members=placed(other, 周母="母亲", 周孙="子")
    )
    assert answer.status_code == 200, answer.text
    assert relations(answer.json())["周母"] == ("母亲", "living")
    ended = await read(county, other["id"])
    assert (ended["ended_on"], ended["members"]) == (DAY, [])
    assert len((await read(county, other["id"], at=other["valid_from"]))["members"]) == 2
    listed = (await county.get("/v1/households", params={"limit": 500})).json()["items"]
    assert other["id"] not in {row["id"] for row in listed}
    listed = (await county.get("/v1/households", params={"limit": 500, "ended": True})).json()["items"]
    assert other["id"] in {row["id"] for row in listed}
    again = await act(county, ended, "moves", region_code=VILLAGE)
    assert (again.status_code, again.json()["code"]) == (409, "household_ended")


async def test_birth_marriage_and_return(county: httpx.AsyncClient, township: httpx.AsyncClient) -> None:
    home = await family(county, member("户主", "吴大", "19900101"))
    born = {"relationship": "女", "name": "吴小", "birth_date": DAY}
    for body, expected in (
        ({"kind": "birth"}, [("/member", "one_person_needed")]),
        (
            {"kind": "birth", "member": {**born, "birth_date": "2026-12-01"}},
            [("/member/birth_date", "birth_date_impossible")],
        ),
        (
            {"kind": "birth", "member": {"relationship": "女", "name": "吴小"}},
            [("/member/birth_date", "birth_date_missing")],
        ),
        (
            {"kind": "birth", "member": {**born, "birth_date": "2026-11-01"}},
            [("/happened_on", "birth_date_differs")],
        ),
        (
            {"kind": "other", "member": {**born, "relationship": "户主"}},
            [("/member/relationship", "two_heads")],
        ),
        (
            {"kind": "birth", "member": {**born, "relationship": "母亲"}},
            [("/member/relationship", "relation_contradicts_birth")],
        ),
        (
            {"kind": "birth", "member": {**born, "status": "deceased"}},
            [("/member/status", "member_not_living")],
        ),
    ):
        answer = await act(township, home, "members", **body)
        assert (answer.status_code, codes(answer)) == (422, expected), answer.text
    answer = await act(township, home, "members", kind="birth", member=born)
    assert answer.status_code == 201, answer.text
    home = answer.json()
    assert relations(home)["吴小"] == ("女", "living") and home["reason"].startswith("新增成员")

    bride = await family(
        county, member("户主", "郑父", "19600101"), member("女", "郑女", "19910101"), region=OTHER_VILLAGE
    )
    unseen = await act(
        township, home, "members", kind="marriage", person_id=person_of(bride, "郑女"), relationship="妻"
    )
    assert unseen.status_code == 404
    numbered = await act(
        township,
        home,
        "members",
        kind="marriage",
        member={
            "relationship": "妻",
            "name": "郑女",
            "id_number": (await read(county, bride["id"]))["members"][1]["id_number"],
        },
    )
    assert (numbered.status_code, codes(numbered)) == (409, [("/member/id_number", "id_number_taken")])
    head = await act(
        county, home, "members", kind="marriage", person_id=person_of(bride, "郑父"), relationship="岳父"
    )
    assert codes(head) == [("/person_id", "head_missing")]
    answer = await act(
        county, home, "members", kind="marriage", person_id=person_of(bride, "郑女"), relationship="妻"
    )
    assert answer.status_code == 201, answer.text
    assert relations(answer.json())["郑女"] == ("妻", "living")
    assert list(relations(await read(county, bride["id"]))) == ["郑父"]

    home = answer.json()
    gone = await county.post(
        f"/v1/households/{home['id']}/members/{person_of(home, '郑女')}/departures",
        json={"happened_on": DAY, "reason": "离婚", "kind": "moved_away"},
        headers={"If-Match": "*"},
    )
    assert relations(gone.json())["郑女"] == ("妻", "moved")
    back = await act(
        county, gone.json(), "members", kind="return", person_id=person_of(home, "郑女"), relationship="妻"
    )
    assert relations(back.json())["郑女"] == ("妻", "living")


async def depart(
    client: httpx.AsyncClient, home: Mapping[str, Any], name: str, **body: Any
) -> httpx.Response:
    return await act(client, home, f"members/{person_of(home, name)}/departures", **body)


async def test_a_death_is_dated_and_the_last_one_ends_the_household(county: httpx.AsyncClient) -> None:
    home = await family(county, member("户主", "冯父", "19500101"), member("子", "冯子", "19750101"))
    early = await depart(
        county, home, "冯父", kind="death", happened_on="2000-01-01", remaining=placed(home, 冯子="户主")
    )
    assert early.status_code == 200, "he lived in 2000"
    home = early.json()
    assert relations(home) == {"冯子": ("户主", "living"), "冯父": ("户主", "deceased")}
    (father,) = [each for each in home["members"] if each["name"] == "冯父"]
    assert father["died_on"] == "2000-01-01" and father["reason"] == "成员死亡（2000-01-01）：入户核实"
    twice = await depart(county, home, "冯父", kind="death")
    assert codes(twice) == [("/person_id", "member_unknown")]
    young = await family(county, member("户主", "陈母", "19900101"), member("子", "陈子", "20200105"))
    before = await depart(county, young, "陈子", kind="death", happened_on="2020-01-04")
    assert codes(before) == [("/happened_on", "death_before_birth")]
    headless = await depart(county, young, "陈母", kind="marriage_out")
    assert codes(headless) == [("/remaining", "head_missing")]
    last = await depart(county, home, "冯子", kind="death")
    assert (last.status_code, last.json()["ended_on"]) == (200, DAY)


async def test_a_move_takes_the_household_along_and_the_county_decides_between_townships(
    county: httpx.AsyncClient, township: httpx.AsyncClient, other_township: httpx.AsyncClient
) -> None:
    home = await family(county, member("户主", "蒋一", "19700101"), member("妻", "蒋二", "19710101"))
    path = f"/v1/households/{home['id']}"
    income = {"as_of": "2026-10-31", "wages": "30000.00"}
    assert (await township.post(f"{path}/incomes", json=income)).status_code == 201
    refused = await act(township, home, "moves", region_code=OTHER_VILLAGE)
    assert (refused.status_code, refused.json()["code"]) == (403, "county_decides")
    for body, expected in (
        ({}, [("/region_code", "one_place_needed")]),
        ({"region_code": VILLAGE}, [("/region_code", "same_region")]),
        ({"region_code": "231225100201"}, [("/region_code", "region_other_county")]),
        ({"to_county": COUNTY}, [("/to_county", "region_own_county")]),
    ):
        assert codes(await act(county, home, "moves", **body)) == expected
    assert (await other_township.get(path)).status_code == 404
    moved = await act(county, home, "moves", region_code=OTHER_VILLAGE)
    assert (moved.status_code, moved.json()["region_code"]) == (200, OTHER_VILLAGE)
    assert (await township.get(path)).status_code == 404
    seen = (await other_township.get(path)).json()
    assert len(seen["members"]) == 2 and seen["per_capita_income"] == "15000.00"
    away = await act(county, seen, "moves", to_county="231225")
    assert away.status_code == 200
    assert away.json()["reason"] == f"全户迁往外县231225（{DAY}）：入户核实"
    assert (away.json()["ended_on"], set(relations(away.json()).values())) == (
        DAY,
        {("户主", "moved"), ("妻", "moved")},
    )


async def test_a_township_moves_within_itself(county: httpx.AsyncClient, township: httpx.AsyncClient) -> None:
    home = await family(county, member("户主", "沈一", "19700101"))
    moved = await act(township, home, "moves", region_code="231226100")
    assert (moved.status_code, moved.json()["region_code"]) == (200, "231226100")
    assert moved.json()["reason"] == f"迁往本县他村（{DAY}）：入户核实"


async def test_an_open_case_moves_along_and_tells_what_happened(
    county: httpx.AsyncClient, other_township: httpx.AsyncClient
) -> None:
    home = await family(county, member("户主", "韩一", "19700101"), member("母亲", "韩母", "19450101"))
    opened = await county.post("/v1/cases", json={"household_id": home["id"], "risk_types": ["illness"]})
    assert opened.status_code == 201, opened.text
    case = opened.json()
    dead = await depart(county, home, "韩母", kind="death")
    assert dead.status_code == 200, dead.text
    seen = (await county.get(f"/v1/cases/{case['id']}")).json()
    assert (seen["state"], seen["version"]) == ("clue", case["version"] + 1)
    assert seen["history"][-1]["state"] == "clue" and "成员死亡" in seen["history"][-1]["reason"]
    assert (await other_township.get(f"/v1/cases/{case['id']}")).status_code == 404
    moved = await act(county, dead.json(), "moves", region_code=OTHER_VILLAGE)
    assert moved.status_code == 200, moved.text
    there = await other_township.get(f"/v1/cases/{case['id']}")
    assert (there.status_code, there.json()["region_code"]) == (200, OTHER_VILLAGE)
    assert [step["state"] for step in there.json()["history"]] == ["clue"] * 3


async def test_of_two_who_change_a_household_at_once_one_looks_again(county: httpx.AsyncClient) -> None:
    home = await three(county)
    bodies = [placed(home, 小王="户主", 小张="妻", 王孙="独生子"), placed(home, 王孙="户主")]
    answers = await asyncio.gather(*(act(county, home, "splits", members=members) for members in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 412]
    (made,) = [answer.json() for answer in answers if answer.status_code == 201]
    left = await read(county, home["id"])
    assert len(left["members"]) + len(made["members"]) == 5
    assert left["version"] == home["version"] + 1
