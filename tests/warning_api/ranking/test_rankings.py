"""A quarter's ranking over HTTP, every number down to its rows."""

import io
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import openpyxl
import pytest_asyncio

from shared.tables.content_types import MEDIA_TYPES
from tests.factories.inspection import finding, passed_down
from tests.factories.warnings import OTHER_VILLAGE, registered, visit
from tests.warning_api.conftest import County, MakeCounty, got, problem
from tests.warning_api.surveys.test_surveys import BAD, call, drawn, samples

HERE, THERE = "231226100", "231226101"
JANUARY = datetime.fromisoformat("2027-01-08T09:00:00+08:00")
APRIL = datetime.fromisoformat("2027-04-08T09:00:00+08:00")


async def worked(county: County) -> None:
    """November: the first township leaves one of four tasks and has one returned, the second verifies its two."""
    mine = [await county.new_task() for _ in range(4)]
    for task in mine[:3]:
        assert (await county.verify(task, "no_risk"))["status"] == "accepted"
    returned = await county.bureau.post(
        f"/v1/tasks/{mine[0]['id']}/return", json={"reason": "照片不清"}, headers={"If-Match": "*"}
    )
    assert returned.status_code == 200, returned.text
    await county.verify(mine[0], "no_risk")
    theirs = [await county.new_task(registered(OTHER_VILLAGE)) for _ in range(2)]
    items = [visit(task) for task in theirs]
    answer = await county.other_township.post("/v1/verifications", json={"items": items})
    assert answer.json()["accepted"] == 2
    told = await county.other_township.put(f"/v1/progress-reports/2026-11/{THERE}", json={"text": "进展"})
    assert told.status_code == 200
    filed = await county.bureau.post("/v1/problems", json=finding(due_on="2026-11-20"))
    assert filed.status_code == 201
    assert (await county.bureau.post("/v1/petitions", json=passed_down())).status_code == 201


@pytest_asyncio.fixture
async def january(make_county: MakeCounty) -> County:
    """The quarter is over, and the first township was the worse."""
    november = await make_county()
    await november.set_parameter(
        "ranking_weights",
        '{"on_time_verification": "0.3", "overdue_tasks": "0.1", "recheck_disagreement": "0.05",'
        ' "returned_for_rework": "0.1", "survey_problems": "0.05", "rectification_overdue": "0.1",'
        ' "petitions_overdue": "0.1", "routine_checks_missing": "0.1", "progress_reported": "0.1"}',
    )
    await worked(november)
    return await make_county(JANUARY, beside=november)


def checker(county: County) -> httpx.AsyncClient:
    return county.caller("county", "NYNC", "231226", name="county-checker")


async def computed(county: County, quarter: str = "2026-Q4") -> dict[str, Any]:
    answer = await county.bureau.post("/v1/rankings", json={"quarter": quarter})
    assert answer.status_code == 201, answer.text
    ranking: dict[str, Any] = answer.json()
    return ranking


async def published(county: County, quarter: str = "2026-Q4") -> dict[str, Any]:
    ranking = await computed(county, quarter)
    answer = await checker(county).post(
        f"/v1/rankings/{ranking['id']}/publication", headers={"If-Match": f'"{ranking["version"]}"'}
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def proposals(county: County, ranking: dict[str, Any]) -> list[dict[str, Any]]:
    found = await got(county.bureau, f"/v1/rankings/{ranking['id']}/proposals")
    items: list[dict[str, Any]] = found["items"]
    return items


async def decide(
    client: httpx.AsyncClient, proposal: dict[str, Any], decision: str, if_match: str | None = "*"
) -> httpx.Response:
    path = f"/v1/rankings/{proposal['ranking_id']}/proposals/{proposal['id']}/decision"
    headers = {} if if_match is None else {"If-Match": if_match}
    return await client.post(path, json={"decision": decision, "reason": "约谈后决定"}, headers=headers)


def numbers(ranking: dict[str, Any], township: str) -> dict[str, tuple[int, int]]:
    line = next(line for line in ranking["lines"] if line["township_code"] == township)
    return {each["component"]: (each["numerator"], each["denominator"]) for each in line["components"]}


async def test_every_number_is_followed_to_its_rows(january: County) -> None:
    ranking = await computed(january)
    assert (ranking["edition"], ranking["state"], ranking["complete"]) == (1, "computed", True)
    assert numbers(ranking, HERE) == {
        "on_time_verification": (3, 4),
        "overdue_tasks": (1, 4),
        "recheck_disagreement": (0, 0),
        "returned_for_rework": (1, 3),
        "survey_problems": (0, 0),
        "rectification_overdue": (1, 1),
        "petitions_overdue": (1, 1),
        # The farm without staff counts with the township that serves it. The county began in November.
        "routine_checks_missing": (4, 4),
        "progress_reported": (0, 4),
    }
    assert numbers(ranking, THERE)["on_time_verification"] == (2, 2)
    assert numbers(ranking, THERE)["progress_reported"] == (1, 2)
    first, second = ranking["lines"]
    assert [(line["township_code"], line["rank"]) for line in (first, second)] == [(THERE, 1), (HERE, 2)]
    assert second["serves"] == ["231226580"]
    assert (second["last"], first["last"]) == (True, False)
    # (0.3·75 + 0.1·75 + 0.1·66.6667 + 0 + 0 + 0 + 0) ÷ 0.9
    assert second["score"] == "40.74"
    assert all(each["small"] for each in second["components"] if each["denominator"])
    for line in ranking["lines"]:
        for each in line["components"]:
            path = f"/v1/rankings/{ranking['id']}/townships/{line['township_code']}/evidence"
            rows: list[dict[str, Any]] = []
            cursor = None
            while True:
                params = {"component": each["component"], "limit": 2} | ({"cursor": cursor} if cursor else {})
                found = await got(january.bureau, path, **params)
                rows += found["items"]
                if (cursor := found["next_cursor"]) is None:
                    break
            assert len({row["item"] for row in rows}) == each["denominator"]
            assert sum(row["counted"] for row in rows) == each["numerator"]
            counted = await got(january.bureau, path, component=each["component"], counted=True)
            assert len(counted["items"]) == each["numerator"]


async def test_the_rows_stay_as_they_were(january: County) -> None:
    ranking = await computed(january)
    path = f"/v1/rankings/{ranking['id']}/townships/{HERE}/evidence"
    late = (await got(january.bureau, path, component="overdue_tasks", counted=True))["items"]
    task = await got(january.bureau, f"/v1/tasks/{late[0]['item']}")
    answer = await january.township.post(
        "/v1/verifications", json={"items": [visit(task, visited_on="2027-01-08")]}
    )
    assert answer.json()["accepted"] == 1, answer.text
    again = (await got(january.bureau, path, component="overdue_tasks", counted=True))["items"]
    assert again == late
    assert late[0]["detail"]["state"] == "pending"
    assert problem(await january.township.get(path, params={"component": "overdue_tasks"}))[0] == 404
    second = await published(january)
    assert second["edition"] == 2
    newer = path.replace(ranking["id"], second["id"])
    assert len((await got(january.township, newer, component="overdue_tasks"))["items"]) == 4
    others = await january.other_township.get(newer, params={"component": "overdue_tasks"})
    assert problem(others) == (404, "ranking_not_found")
    assert numbers(second, HERE)["overdue_tasks"] == (0, 4)
    assert numbers(await got(january.bureau, f"/v1/rankings/{ranking['id']}"), HERE)["overdue_tasks"] == (
        1,
        4,
    )
    old = await checker(january).post(f"/v1/rankings/{ranking['id']}/publication", headers={"If-Match": "*"})
    assert problem(old) == (409, "newer_edition")
    unknown = await january.bureau.get(path, params={"component": "height"})
    assert problem(unknown) == (422, "component_unknown")


async def test_second_visits_and_calls_count_by_their_rows(county: County) -> None:
    """A re-check that finds otherwise, a call that finds a problem: each with the township that was first there."""
    first = await county.new_task(phone="13912340001")
    await county.verify(first, "no_risk")
    survey = await drawn(county)
    (sample,) = await samples(county, survey)
    assert (await call(county, survey, sample, answers=BAD)).status_code == 200
    made = await county.bureau.post("/v1/rechecks", json={"cycle": "2026-11", "share": "1"})
    assert made.status_code == 201, made.text
    (second,) = [task for task in await county.tasks(county.township) if task["origins"] == ["recheck"]]
    verdict = await county.verify(second, "risk_confirmed", verifiers=["赵六", "孙七"])
    assert verdict["status"] == "accepted", verdict
    ranking = await computed(county)
    found = numbers(ranking, HERE)
    assert (found["recheck_disagreement"], found["survey_problems"]) == ((1, 1), (1, 1))
    path = f"/v1/rankings/{ranking['id']}/townships/{HERE}/evidence"
    (row,) = (await got(county.bureau, path, component="recheck_disagreement"))["items"]
    assert (row["item"], row["detail"]["recheck_task_id"]) == (first["id"], second["id"])
    (row,) = (await got(county.bureau, path, component="survey_problems"))["items"]
    assert (row["item"], row["detail"]["problems"]) == (sample["id"], 1)
    (row,) = (await got(county.bureau, path, component="overdue_tasks"))["items"]
    assert row["item"] == first["id"]


async def test_who_made_it_neither_publishes_nor_decides(january: County) -> None:
    ranking = await computed(january)
    path = f"/v1/rankings/{ranking['id']}"
    assert problem(await january.bureau.post(f"{path}/publication")) == (428, "if_match_required")
    own = await january.bureau.post(f"{path}/publication", headers={"If-Match": "*"})
    assert problem(own) == (409, "same_person")
    for client in (january.township, january.caller("supervisor", "SJ", "2312")):
        assert problem(await client.get(path)) == (404, "ranking_not_found")
    assert await proposals(january, ranking) == []
    done = await checker(january).post(f"{path}/publication", headers={"If-Match": "*"})
    assert (done.json()["state"], done.json()["published_by"]) == ("published", "county-checker")
    again = await checker(january).post(f"{path}/publication", headers={"If-Match": "*"})
    assert problem(again) == (409, "already_published")
    (proposal,) = await proposals(january, ranking)
    assert (proposal["township_code"], proposal["kind"], proposal["occurrence"]) == (HERE, "warning", 1)
    assert (await got(january.township, path))["state"] == "published"
    assert (await got(january.township, f"{path}/proposals"))["items"] == []
    assert problem(await decide(january.bureau, proposal, "issue")) == (409, "same_person")
    assert problem(await decide(checker(january), proposal, "issue", None))[0] == 428
    assert problem(await decide(checker(january), proposal, "issue", '"8"'))[0] == 412
    issued = await decide(checker(january), proposal, "issue", '"1"')
    assert (issued.json()["state"], issued.json()["reason"]) == ("issued", "约谈后决定")
    assert problem(await decide(checker(january), proposal, "dismiss")) == (409, "transition_not_allowed")
    seen = (await got(january.township, f"{path}/proposals"))["items"]
    assert [(each["kind"], each["reason"]) for each in seen] == [("warning", "约谈后决定")]
    assert (await got(january.other_township, f"{path}/proposals"))["items"] == []
    above = await got(january.caller("supervisor", "SJ", "2312"), f"{path}/proposals")
    assert [each["reason"] for each in above["items"]] == [""]
    told = await january.events(f"ranking_proposal/{proposal['id']}")
    assert told == [("ranking.proposal_issued", 2)]
    assert await january.events(f"ranking/{ranking['id']}") == [("ranking.published", 2)]


async def test_the_second_time_in_a_row_is_a_yellow_card(make_county: MakeCounty, january: County) -> None:
    (first,) = await proposals(january, await published(january))
    assert (await decide(checker(january), first, "issue")).status_code == 200
    told = await january.other_township.put(f"/v1/progress-reports/2027-01/{THERE}", json={"text": "进展"})
    assert told.status_code == 200
    april = await make_county(APRIL, beside=january)
    (second,) = await proposals(april, await published(april, "2027-Q1"))
    assert (second["kind"], second["occurrence"], second["earlier"]) == ("yellow_card", 2, [first["id"]])
    await april.set_parameter("ranking_counting", '"within_year"')
    (third,) = await proposals(april, await published(april, "2027-Q1"))
    assert (third["kind"], third["occurrence"], third["earlier"]) == ("warning", 1, [])
    old = await got(april.bureau, f"/v1/rankings/{second['ranking_id']}/proposals")
    assert [each["state"] for each in old["items"]] == ["superseded"]


async def test_what_people_have_decided_stands_in_a_new_edition(january: County) -> None:
    ranking = await published(january)
    (first,) = await proposals(january, ranking)
    assert (await decide(checker(january), first, "dismiss")).json()["state"] == "dismissed"
    assert await proposals(january, await published(january)) == []
    assert [each["state"] for each in await proposals(january, ranking)] == ["dismissed"]
    listed = await got(january.township, "/v1/rankings", quarter="2026-Q4")
    assert [each["edition"] for each in listed["items"]] == [1, 2]
    assert (await got(january.township, "/v1/rankings", quarter="2026-Q3"))["items"] == []


async def test_supervisors_see_no_number_that_could_be_somebody(january: County) -> None:
    ranking = await published(january)
    for client in (january.caller("supervisor", "SJ", "2312"), january.caller("supervisor", "XJ", "231226")):
        seen = await got(client, f"/v1/rankings/{ranking['id']}")
        for line in seen["lines"]:
            assert line["score"] is None
            assert line["rank"] is not None
            for each in line["components"]:
                few = each["component"] in ("on_time_verification", "overdue_tasks", "returned_for_rework")
                if line["township_code"] == HERE:
                    few |= each["component"] in ("rectification_overdue", "petitions_overdue")
                assert each["hidden"] == few, each["component"]
                untold = [each[name] for name in ("numerator", "denominator", "value", "score")]
                assert not few or (untold, each["small"]) == ([None] * 4, False)
        evidence = f"/v1/rankings/{ranking['id']}/townships/{HERE}/evidence"
        assert problem(await client.get(evidence, params={"component": "overdue_tasks"}))[0] == 403
        assert problem(await client.post("/v1/rankings", json={"quarter": "2026-Q4"}))[0] == 403
    assert problem(await january.yb.get(f"/v1/rankings/{ranking['id']}"))[0] == 403


async def test_a_quarter_that_still_runs_proposes_nothing(county: County) -> None:
    await worked(county)
    ranking = await published(county)
    assert (ranking["complete"], ranking["as_of"]) == (False, "2026-11-08")
    assert await proposals(county, ranking) == []
    to_come = await county.bureau.post("/v1/rankings", json={"quarter": "2027-Q1"})
    assert problem(to_come) == (409, "quarter_to_come")
    assert problem(await county.bureau.post("/v1/rankings", json={"quarter": "2026"}))[0] == 422
    assert problem(await county.bureau.get(f"/v1/rankings/{uuid4()}"))[0] == 404


async def test_nothing_to_rank_by_makes_no_ranking(common: County) -> None:
    await common.set_parameter("ranking_weights", '{"survey_problems": "1"}')
    answer = await common.bureau.post("/v1/rankings", json={"quarter": "2026-Q4"})
    assert problem(answer) == (409, "nothing_to_rank")
    assert (await got(common.bureau, "/v1/rankings"))["items"] == []


async def test_the_ranking_as_a_sheet(january: County) -> None:
    ranking = await computed(january)
    answer = await january.bureau.get(
        f"/v1/rankings/{ranking['id']}", headers={"Accept": MEDIA_TYPES["xlsx"]}
    )
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert "2026年第四季度" in sheet["A1"].value
    heading = [cell.value for cell in sheet[2]]
    last = dict(zip(heading, [cell.value for cell in sheet[4]], strict=True))
    assert (last["名次"], last["乡镇"], last["后几名"]) == (2, "绥棱镇", "是")
    assert last["按期核查率（权重0.3）"] == "3/4（少）"
    assert last["电话抽查问题（权重0.05）"] == "－"
