"""A decision is remembered, and can be undone."""

from datetime import timedelta
from typing import Any

import httpx

from tests.factories.clock import INSIDE_THE_WINDOW
from tests.factories.warnings import OTHER_VILLAGE, VILLAGE, new_id_number, record, registered
from tests.warning_api.conftest import County, MakeCounty, got, problem


def option(region: str = VILLAGE, **fields: Any) -> dict[str, Any]:
    return {"score": 0.6, "reasons": ["name", "village"], **registered(region, **fields)}


async def pushed(
    county: County, batch_no: str, name: str, *, client: httpx.AsyncClient | None = None, **fields: Any
) -> dict[str, Any]:
    """The warning of a batch of one record without an ID number, compared."""
    row = {"id_number": None, "name": name, **fields}
    batch = await county.push(client or county.yb, batch_no, [record(batch_no, **row)])
    (warning,) = await county.warnings(batch)
    return warning


async def listed(county: County, warning: dict[str, Any], *, decided: bool = False) -> dict[str, Any] | None:
    params = {"decided": "true"} if decided else {}
    items = (await got(county.bureau, "/v1/candidates", limit=500, **params))["items"]
    return next((item for item in items if item["warning_id"] == warning["id"]), None)


async def decide(county: County, warning: dict[str, Any], person: str | None) -> dict[str, Any]:
    answer = await county.bureau.post(
        f"/v1/candidates/{warning['id']}/decision", json={"person_id": person}, headers={"If-Match": "*"}
    )
    assert answer.status_code == 200, answer.text
    decided: dict[str, Any] = answer.json()
    return decided


async def undo(county: County, warning: dict[str, Any], if_match: str = "*") -> httpx.Response:
    return await county.bureau.post(
        f"/v1/candidates/{warning['id']}/undo",
        json={"reason": "同名不同人"},
        headers={"If-Match": if_match} if if_match else {},
    )


async def now(county: County, warning: dict[str, Any]) -> dict[str, Any]:
    items = (await got(county.bureau, "/v1/warnings", limit=500))["items"]
    (found,) = [item for item in items if item["id"] == warning["id"]]
    assert isinstance(found, dict)
    return found


async def test_the_same_person_is_not_asked_about_twice(common: County) -> None:
    chosen = option(OTHER_VILLAGE, household_type="low_income")
    common.registry.candidates["记一"] = [option(), chosen]
    first = await pushed(common, "r1", "记一")
    assert (first["match"], first["task_id"]) == ("candidate", None)
    await decide(common, first, chosen["person_id"])
    second = await pushed(common, "r2", "记一")
    assert (second["match"], second["state"]) == ("low_income", "dispatched")
    assert second["household_id"] == chosen["household_id"]
    assert await listed(common, second) is None
    by_hand, taken_over = (
        await listed(common, first, decided=True),
        await listed(common, second, decided=True),
    )
    assert by_hand and taken_over
    assert (by_hand["decided_before"], taken_over["decided_before"]) == (None, first["id"])
    assert by_hand["decided_by"] != taken_over["decided_by"] and taken_over["decided_at"]
    assert taken_over["person_id"] == chosen["person_id"]
    assert "decided_before" in taken_over["options"][0]["reasons"]


async def test_another_department_place_or_number_is_asked_about(common: County) -> None:
    chosen = option()
    common.registry.candidates["记二"] = [chosen]
    await decide(common, await pushed(common, "o1", "记二"), chosen["person_id"])
    zj: dict[str, Any] = {"client": common.zj, "indicator": "ZJ01", "amount": None}
    asked = [
        await pushed(common, "o2", "记二", **zj),
        await pushed(common, "o3", "记二", region_code=OTHER_VILLAGE),
        await pushed(common, "o4", "记二", id_number=new_id_number()),
    ]
    assert [warning["match"] for warning in asked] == ["candidate"] * 3


async def test_with_a_number_the_place_and_the_spelling_may_change(common: County) -> None:
    chosen, number = option(), new_id_number()
    common.registry.candidates["记三"] = [chosen]
    await decide(common, await pushed(common, "n1", "记三", id_number=number), chosen["person_id"])
    moved = await pushed(common, "n2", "记叁", id_number=number, region_code=OTHER_VILLAGE)
    assert (moved["match"], moved["household_id"]) == ("lifted", chosen["household_id"])


async def test_nobody_is_remembered_until_somebody_new_is_known(common: County) -> None:
    common.registry.candidates["记四"] = [option()]
    await decide(common, await pushed(common, "w1", "记四"), None)
    assert (await pushed(common, "w2", "记四"))["match"] == "unregistered"
    common.registry.candidates["记四"].append(option())
    assert (await pushed(common, "w3", "记四"))["match"] == "candidate"


async def test_an_exact_match_goes_before_and_a_person_who_is_gone_is_asked_about(common: County) -> None:
    chosen, number = option(), new_id_number()
    common.registry.candidates["记五"] = [chosen, option()]
    await decide(common, await pushed(common, "e1", "记五", id_number=number), chosen["person_id"])
    common.registry.candidates["记五"].remove(chosen)
    assert (await pushed(common, "e2", "记五", id_number=number))["match"] == "candidate"
    common.registry.persons[number] = registered(household_type="ordinary")
    exact = await pushed(common, "e3", "记五", id_number=number)
    assert (exact["match"], await listed(common, exact, decided=True)) == ("ordinary", None)


async def test_a_later_month_remembers(make_county: MakeCounty) -> None:
    county = await make_county()
    chosen = option()
    county.registry.candidates["记六"] = [chosen]
    first = await pushed(county, "m1", "记六")
    await decide(county, first, chosen["person_id"])
    later = await make_county(INSIDE_THE_WINDOW + timedelta(days=30), beside=county)
    second = await pushed(later, "m1", "记六", occurred_on="2026-12-02")
    assert (second["cycle"], second["match"]) == ("2026-12", "lifted")
    found = await listed(later, second, decided=True)
    assert found and found["decided_before"] == first["id"]


async def test_undoing_closes_the_task_of_the_only_clue(common: County) -> None:
    chosen = option()
    common.registry.candidates["撤一"] = [chosen]
    warning = await pushed(common, "u1", "撤一")
    assert problem(await undo(common, warning)) == (409, "candidate_not_decided")
    version = (await decide(common, warning, chosen["person_id"]))["version"]
    task_id = (await now(common, warning))["task_id"]
    assert problem(await undo(common, warning, "")) == (428, "if_match_required")
    assert problem(await undo(common, warning, '"1"')) == (412, "stale_version")
    before = await common.events(f"task/{task_id}")
    undone = await undo(common, warning, f'"{version}"')
    assert undone.status_code == 200, undone.text
    body = undone.json()
    assert (body["task_id"], body["task_state"], body["version"]) == (task_id, "closed", version + 1)
    assert undone.headers["ETag"] == f'"{version + 1}"'
    task = await got(common.bureau, f"/v1/tasks/{task_id}")
    assert (task["state"], task["clues"], task["outcome"]) == ("closed", [], None)
    assert len(await common.events(f"task/{task_id}")) == len(before) + 1
    left = await now(common, warning)
    assert (left["state"], left["match"], left["task_id"], left["household_id"]) == (
        "filed",
        "candidate",
        None,
        None,
    )
    again = await listed(common, warning)
    assert again and again["options"][0]["person_id"] == chosen["person_id"]
    assert await listed(common, warning, decided=True) is None
    batch = await got(common.yb, f"/v1/batches/{warning['batch_id']}")
    assert batch["matches"] == {"candidate": 1}
    async with common.owner() as connection:
        kinds = await connection.fetch(
            "SELECT kind, reason FROM warning.match_decision WHERE warning_id = $1 ORDER BY decided_at, id",
            warning["id"],
        )
    assert [row["kind"] for row in kinds] == ["decided", "undone"]
    assert kinds[1]["reason"] and "同名" not in kinds[1]["reason"].decode("utf-8", "ignore")
    assert (await pushed(common, "u2", "撤一"))["match"] == "candidate"
    await decide(common, warning, None)
    followed = await now(common, warning)
    assert (followed["match"], followed["state"]) == ("unregistered", "dispatched")


async def test_undoing_leaves_the_other_clues_in_their_task(common: County) -> None:
    chosen = option()
    common.registry.candidates["撤二"] = [chosen]
    wrong = await pushed(common, "v1", "撤二")
    await decide(common, wrong, chosen["person_id"])
    number = new_id_number()
    common.registry.persons[number] = {**registered(), "household_id": chosen["household_id"]}
    right = await pushed(common, "v2", "撤三", id_number=number)
    task = await got(common.township, f"/v1/tasks/{right['task_id']}")
    assert (len(task["clues"]), task["subject"]["name"]) == (2, "撤二")
    assert (await undo(common, wrong)).json()["task_state"] == "pending"
    left = await got(common.township, f"/v1/tasks/{right['task_id']}")
    assert [clue["warning_id"] for clue in left["clues"]] == [right["id"]]
    assert left["subject"]["name"] == "撤三" and left["version"] > task["version"]
    stale = await common.verify(task, "no_risk", version=task["version"])
    assert stale["errors"][0]["code"] == "stale_version"


async def test_after_the_visit_a_decision_stands(common: County) -> None:
    chosen = option()
    common.registry.candidates["撤四"] = [chosen]
    warning = await pushed(common, "x1", "撤四")
    await decide(common, warning, chosen["person_id"])
    task = await got(common.township, f"/v1/tasks/{(await now(common, warning))['task_id']}")
    assert (await common.verify(task, "no_risk"))["status"] == "accepted"
    refused = await undo(common, warning)
    assert problem(refused) == (409, "task_verified")
    assert "退回" in refused.json()["title"]
    assert (await now(common, warning))["task_id"] == task["id"]


async def test_who_may_undo(common: County) -> None:
    chosen = option()
    common.registry.candidates["撤五"] = [chosen]
    warning = await pushed(common, "y1", "撤五")
    await decide(common, warning, chosen["person_id"])
    path = f"/v1/candidates/{warning['id']}/undo"
    for client in (common.yb, common.township):
        assert problem(await client.post(path, json={"reason": "x"}))[0] == 403
    elsewhere = common.caller("county", "NYNC", "231281")
    foreign = await elsewhere.post(path, json={"reason": "x"}, headers={"If-Match": "*"})
    assert problem(foreign) == (404, "not_found")
    bodies: list[Any] = [{}, {"reason": ""}, []]
    for body in bodies:
        assert problem(await common.bureau.post(path, json=body))[0] == 422


async def test_what_was_withdrawn_is_not_decided(common: County) -> None:
    chosen = option()
    common.registry.candidates["撤六"] = [chosen]
    warning = await pushed(common, "z1", "撤六")
    withdrawn = await common.yb.post(f"/v1/warnings/{warning['id']}/withdrawal", json={"reason": "重复"})
    assert withdrawn.status_code == 201, withdrawn.text
    assert await listed(common, warning) is None
    refused = await common.bureau.post(
        f"/v1/candidates/{warning['id']}/decision",
        json={"person_id": chosen["person_id"]},
        headers={"If-Match": "*"},
    )
    assert problem(refused) == (409, "task_verified")
    assert (await now(common, warning))["task_id"] is None
