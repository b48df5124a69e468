"""Screening by cadres, in lists and tables."""

from typing import Any

import httpx

from tests.factories.warnings import (
    CYCLE,
    OTHER_VILLAGE,
    VILLAGE,
    id_number,
    new_id_number,
    record,
    registered,
)
from tests.warning_api.conftest import County, got, problem
from tests.warning_api.reports.conftest import compare_all


def found(**fields: Any) -> dict[str, Any]:
    made = {
        "name": "孙七",
        "region_code": VILLAGE,
        "risk_types": ["disaster"],
        "detail": "屋顶受损",
        **fields,
    }
    return {name: value for name, value in made.items() if value is not None}


async def screen(client: httpx.AsyncClient, *items: Any) -> dict[str, Any]:
    answer = await client.post("/v1/screenings", json={"items": list(items)})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_each_row_has_its_verdict(county: County) -> None:
    answer = await screen(
        county.township,
        found(id_number=new_id_number()),
        found(name=""),
        found(region_code=OTHER_VILLAGE),
        found(name="周八", risk_types=["因病", "因学"]),
        found(risk_types=["赌博"]),
        found(occurred_on="2026-12-01"),
    )
    assert [item["status"] for item in answer["items"]] == [
        "accepted",
        "rejected",
        "rejected",
        "accepted",
        "rejected",
        "rejected",
    ]
    codes = [[error["code"] for error in item["errors"]] for item in answer["items"]]
    assert codes == [
        [],
        ["missing"],
        ["region_not_yours"],
        [],
        ["unknown_risk_type"],
        ["date_in_future"],
    ]
    assert (answer["received"], answer["accepted"], answer["duplicate"], answer["rejected"]) == (6, 2, 0, 4)
    await compare_all(county)
    tasks = await county.tasks(county.township)
    assert [task["origins"] for task in tasks] == [["screening"]] * 2
    assert [[clue["indicator"] for clue in task["clues"]] for task in tasks] == [
        ["disaster"],
        ["illness", "schooling"],
    ]
    progress = await got(county.township, f"/v1/screenings/{answer['id']}")
    assert (progress["state"], progress["clues"], progress["matches"]) == (
        "dispatched",
        3,
        {"unregistered": 3},
    )


async def test_a_table_is_taken_as_well(county: County) -> None:
    table = (
        "姓名,身份证号码,村代码,困难类型,发现日期,情况说明\n"
        f"吴九,{id_number(5)},{VILLAGE},因病、因残,2026.11.3,久病\n"
        "郑十,,,因病,,\n"
    )
    answer = await county.township.post(
        "/v1/screenings", content=table.encode("gb18030"), headers={"Content-Type": "text/csv"}
    )
    assert answer.status_code == 201, answer.text
    assert [(item["line"], item["status"]) for item in answer.json()["items"]] == [
        (2, "accepted"),
        (3, "accepted"),
    ]
    await compare_all(county)
    tasks = await county.tasks(county.township)
    assert [(t["subject"]["name"], t["region_code"]) for t in tasks] == [
        ("吴九", VILLAGE),
        # Who is reported without a place lives in the township that reports.
        ("郑十", "231226100"),
    ]
    assert {clue["occurred_on"] for clue in tasks[0]["clues"]} == {"2026-11-03"}


async def test_a_row_longer_than_the_headings_is_not_read_short(county: County) -> None:
    table = f"姓名,村代码,困难类型,情况说明\n吴九,{VILLAGE},因病,花去12,345元\n郑十,{VILLAGE},因病,久病\n"
    answer = await county.township.post(
        "/v1/screenings", content=table.encode(), headers={"Content-Type": "text/csv"}
    )
    told = [[item["status"], [error["code"] for error in item["errors"]]] for item in answer.json()["items"]]
    assert told == [["rejected", ["surplus_cells"]], ["accepted", []]]
    await compare_all(county)
    assert [task["subject"]["name"] for task in await county.tasks(county.township)] == ["郑十"]


async def test_a_table_comes_back_with_its_verdicts(county: County) -> None:
    table = f"姓名,村代码,困难类型,组别\n吴九,{VILLAGE},因病,二组\n郑十,{VILLAGE},赌博,三组\n"

    async def sent(table: str) -> list[str]:
        headers = {"Content-Type": "text/csv", "Accept": "text/csv"}
        answer = await county.township.post("/v1/screenings", content=table.encode(), headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (201, "text/csv; charset=utf-8")
        return answer.content.decode("utf-8-sig").split("\r\n")

    lines = await sent(table)
    assert lines[:2] == ["姓名,村代码,困难类型,组别,处理结果", f"吴九,{VILLAGE},因病,二组,已受理"]
    assert lines[2].startswith(f"郑十,{VILLAGE},赌博,三组,未受理：")
    again = await sent("\n".join(lines).replace("赌博", "因学"))
    assert [line.rpartition(",")[2] for line in again[1:3]] == ["与已上报的一致，未重复登记", "已受理"]


async def test_the_same_rows_again_are_duplicates(county: County) -> None:
    rows = [found(id_number=id_number(1)), found(name="周八")]
    await screen(county.township, *rows)
    again = await screen(county.township, *rows, found(name="吴九"), found(name="吴九"))
    assert [item["status"] for item in again["items"]] == ["duplicate", "duplicate", "accepted", "duplicate"]
    assert (again["accepted"], again["duplicate"]) == (1, 3)
    await compare_all(county)
    tasks = await county.tasks(county.township)
    assert [len(task["clues"]) for task in tasks] == [1, 1, 1]


async def test_all_three_ways_lead_to_one_visit(county: County) -> None:
    county.registry.persons[id_number(1)] = registered()
    await screen(county.bureau, found(id_number=id_number(1)))
    await compare_all(county)
    await county.township.post(
        "/v1/self-reports", json={"name": "孙七", "id_number": id_number(1), "region_code": VILLAGE}
    )
    await compare_all(county)
    await county.push(county.yb, "B1", [record("1")])
    (task,) = await county.tasks(county.township)
    assert task["origins"] == ["screening", "self_report", "department"]
    assert len(task["clues"]) == 3
    await county.verify(
        task,
        "no_risk",
        clues=[{"warning_id": task["clues"][0]["warning_id"], "outcome": "risk_confirmed"}],
    )
    closed = await got(county.township, f"/v1/tasks/{task['id']}")
    assert (closed["state"], [clue["outcome"] for clue in closed["clues"]]) == (
        "closed",
        ["risk_confirmed", "no_risk", "no_risk"],
    )


async def test_who_is_registered_elsewhere_is_visited_there(county: County) -> None:
    county.registry.persons[id_number(1)] = registered(OTHER_VILLAGE)
    answer = await screen(county.township, found(id_number=id_number(1)))
    await compare_all(county)
    assert await county.tasks(county.township) == []
    (task,) = await county.tasks(county.other_township)
    assert task["region_code"] == OTHER_VILLAGE
    assert (await got(county.township, f"/v1/screenings/{answer['id']}"))["clues"] == 1


async def test_what_is_refused_as_a_whole(county: County) -> None:
    nothing = await county.township.post("/v1/screenings", json={"items": []})
    assert problem(nothing) == (422, "no_records")
    broken = await county.township.post(
        "/v1/screenings", content=b"{", headers={"Content-Type": "application/json"}
    )
    assert problem(broken)[0] == 400
    kind = await county.township.post("/v1/screenings", content=b"x", headers={"Content-Type": "text/plain"})
    assert problem(kind)[0] == 415
    assert problem(await county.yb.post("/v1/screenings", json={"items": [found()]}))[0] == 403


async def test_a_screening_is_shown_to_who_made_it(county: County) -> None:
    made = await screen(county.township, found())
    foreign = await county.other_township.get(f"/v1/screenings/{made['id']}")
    assert problem(foreign) == (404, "screening_not_found")
    assert (await got(county.bureau, f"/v1/screenings/{made['id']}"))["cycle"] == CYCLE
    pushed = await county.push(county.yb, "B1", [record("1")])
    assert problem(await county.bureau.get(f"/v1/screenings/{pushed['id']}"))[0] == 404


async def test_the_answer_can_be_had_again(county: County) -> None:
    headers = {"Idempotency-Key": "screened"}
    first = await county.township.post("/v1/screenings", json={"items": [found()]}, headers=headers)
    again = await county.township.post("/v1/screenings", json={"items": [found()]}, headers=headers)
    assert again.json() == first.json()
    assert first.json()["accepted"] == 1
