"""Self-reports by officers: one loop with what departments push."""

from datetime import datetime

from shared.clock import SHANGHAI
from tests.factories.warnings import (
    CYCLE,
    OTHER_VILLAGE,
    TODAY,
    VILLAGE,
    id_number,
    new_id_number,
    record,
    registered,
)
from tests.warning_api.conftest import County, MakeCounty, got, problem
from tests.warning_api.reports.conftest import compare_all, reported, said


async def test_a_report_becomes_a_task_like_any_other(county: County) -> None:
    county.registry.persons[id_number(1)] = registered()
    answer = await county.township.post(
        "/v1/self-reports", json=said(id_number=id_number(1), risk_types=["illness", "schooling"])
    )
    assert answer.status_code == 201
    assert answer.json()["state"] == "received"
    await compare_all(county)
    (task,) = await county.tasks(county.township)
    assert task["origins"] == ["self_report"]
    assert [(c["org_code"], c["indicator"], c["indicator_name"]) for c in task["clues"]] == [
        ("self_report", "illness", "因病"),
        ("self_report", "schooling", "因学"),
    ]
    assert task["clues"][0]["detail"] == "住院花费大"
    assert task["household_id"] == county.registry.persons[id_number(1)]["household_id"]
    assert task["due_on"] == "2026-11-18"


async def test_a_department_first_then_the_farmer(county: County) -> None:
    county.registry.persons[id_number(1)] = registered()
    await county.push(county.yb, "B1", [record("1")])
    (first,) = await county.tasks(county.township)
    await reported(county, id_number=id_number(1))
    (task,) = await county.tasks(county.township)
    assert (task["id"], task["origins"]) == (first["id"], ["department", "self_report"])
    assert [clue["org_code"] for clue in task["clues"]] == ["YB", "self_report"]
    assert task["version"] > first["version"]
    assert task["due_on"] == first["due_on"]


async def test_the_farmer_first_then_a_department(county: County) -> None:
    county.registry.persons[id_number(1)] = registered()
    await reported(county, id_number=id_number(1))
    await county.push(county.yb, "B1", [record("1")])
    (task,) = await county.tasks(county.township)
    assert task["origins"] == ["self_report", "department"]


async def test_after_the_verification_a_report_opens_a_follow_up(county: County) -> None:
    task = await county.new_task()
    number = next(iter(county.registry.persons))
    await county.verify(task, "no_risk")
    await reported(county, id_number=number, name="张三")
    tasks = await county.tasks(county.township)
    assert [(t["state"], t["origins"]) for t in tasks] == [
        ("closed", ["department"]),
        ("pending", ["self_report"]),
    ]


async def test_nobody_waits_for_a_department_unless_one_is_needed(county: County) -> None:
    receipt_no = await reported(county, id_number=new_id_number())
    (task,) = await county.tasks(county.township)
    await county.verify(task, "risk_confirmed", risk_types=["illness"])
    closed = await got(county.township, f"/v1/tasks/{task['id']}")
    assert (closed["state"], closed["clues"][0]["outcome"]) == ("closed", "risk_confirmed")
    assert ("task.verified", closed["version"]) in await county.events(f"task/{task['id']}")
    state = await got(county.township, f"/v1/self-reports/{receipt_no}")
    assert state == {"receipt_no": receipt_no, "state": "closed"}


async def test_the_department_that_is_needed_has_it_among_its_outcomes(county: County) -> None:
    receipt_no = await reported(county)
    (task,) = await county.tasks(county.township)
    await county.verify(task, "needs_department", needs_org="ZJ")
    (outcome,) = (await got(county.zj, "/v1/outcomes", cycle=CYCLE))["items"]
    assert (outcome["warning_id"], outcome["outcome"]) == (task["clues"][0]["warning_id"], "needs_department")
    assert (await got(county.yb, "/v1/outcomes", cycle=CYCLE))["items"] == []
    assert (await got(county.township, f"/v1/self-reports/{receipt_no}"))["state"] == "visited"
    assert (await county.answer(county.zj, outcome["warning_id"]))["status"] == "accepted"
    assert (await got(county.township, f"/v1/self-reports/{receipt_no}"))["state"] == "closed"
    assert (await got(county.township, f"/v1/tasks/{task['id']}"))["state"] == "closed"


async def test_clues_of_one_task_have_each_its_way(county: County) -> None:
    county.registry.persons[id_number(1)] = registered()
    await county.push(county.yb, "B1", [record("1")])
    await reported(county, id_number=id_number(1))
    (task,) = await county.tasks(county.township)
    await county.verify(task, "risk_confirmed")
    task = await got(county.township, f"/v1/tasks/{task['id']}")
    assert task["state"] == "verified"
    (outcome,) = (await got(county.yb, "/v1/outcomes"))["items"]
    assert outcome["state"] == "fed_back"
    await county.answer(county.yb, outcome["warning_id"])
    assert (await got(county.township, f"/v1/tasks/{task['id']}"))["state"] == "closed"


async def test_departments_and_their_figures_know_nothing_of_it(county: County) -> None:
    await reported(county)
    for by in ("department", "indicator", "township"):
        rows = (await got(county.bureau, "/v1/statistics/loop", cycle=CYCLE, by=by))["items"]
        assert {row["filed"] for row in rows} <= {0}
    assert (await got(county.bureau, "/v1/warnings", cycle=CYCLE))["items"] == []
    assert (await got(county.bureau, "/v1/batches", cycle=CYCLE))["items"] == []
    (warning,) = (await got(county.bureau, "/v1/warnings", cycle=CYCLE, origin="self_report"))["items"]
    assert warning["org_code"] == "self_report"
    assert warning["filing_no"].startswith("231226-202611-self_report-")
    states = {d["state"] for d in (await got(county.bureau, "/v1/cycles/current"))["departments"]}
    assert states == {"missing"}


async def test_the_window_does_not_matter(make_county: MakeCounty) -> None:
    late = await make_county(datetime(2026, 11, 28, 9, tzinfo=SHANGHAI))
    await reported(late)
    (task,) = await late.tasks(late.township)
    assert (task["cycle"], task["origins"]) == (CYCLE, ["self_report"])


async def test_an_uncertain_person_is_decided_as_always(county: County) -> None:
    county.registry.candidates["赵六"] = [{**registered(), "score": 0.8, "reasons": ["name"]}]
    receipt_no = await reported(county)
    assert await county.tasks(county.township) == []
    (candidate,) = (await got(county.bureau, "/v1/candidates"))["items"]
    assert candidate["org_code"] == "self_report"
    decided = await county.bureau.post(
        f"/v1/candidates/{candidate['id']}/decision",
        json={"person_id": candidate["options"][0]["person_id"]},
        headers={"If-Match": "*"},
    )
    assert decided.status_code == 200
    (task,) = await county.tasks(county.township)
    assert task["origins"] == ["self_report"]
    assert (await got(county.township, f"/v1/self-reports/{receipt_no}"))["state"] == "received"


async def test_what_is_wrong_is_said_at_once(county: County) -> None:
    answer = await county.township.post(
        "/v1/self-reports",
        json=said(id_number="231226198001010019", region_code="231226999", occurred_on="2026-12-01"),
    )
    assert problem(answer) == (422, "invalid_request")
    assert {(e["pointer"], e["code"]) for e in answer.json()["errors"]} >= {
        ("/occurred_on", "date_in_future"),
        ("/region_code", "unknown_region"),
    }
    kinds = await county.township.post("/v1/self-reports", json=said(risk_types=["gambling"]))
    assert problem(kinds)[0] == 422
    elsewhere = await county.township.post("/v1/self-reports", json=said(region_code=OTHER_VILLAGE))
    assert [e["code"] for e in elsewhere.json()["errors"]] == ["region_not_yours"]
    assert problem(await county.yb.post("/v1/self-reports", json=said()))[0] == 403


async def test_an_officers_answer_can_be_had_again(county: County) -> None:
    key = {"Idempotency-Key": "k1"}
    first = await county.township.post("/v1/self-reports", json=said(), headers=key)
    again = await county.township.post("/v1/self-reports", json=said(), headers=key)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    await compare_all(county)
    (task,) = await county.tasks(county.township)
    assert len(task["clues"]) == 1


async def test_receipts_are_listed_where_they_belong(county: County) -> None:
    receipt_no = await reported(county)
    (item,) = (await got(county.township, "/v1/self-reports", cycle=CYCLE))["items"]
    assert (item["receipt_no"], item["state"], item["by_farmer"]) == (receipt_no, "received", False)
    assert "name" not in item
    assert (await got(county.other_township, "/v1/self-reports"))["items"] == []
    foreign = await county.other_township.get(f"/v1/self-reports/{receipt_no}")
    assert problem(foreign) == (404, "self_report_not_found")
    assert item["reported_at"].startswith(TODAY)


async def test_an_official_of_the_village_need_not_name_it(county: County) -> None:
    official = county.caller("township", "231226100", VILLAGE)
    await reported(county, official, region_code=None)
    (task,) = await county.tasks(county.township)
    assert task["region_code"] == VILLAGE
    neighbour = await official.post("/v1/self-reports", json=said(region_code="231226100202"))
    assert [e["code"] for e in neighbour.json()["errors"]] == ["region_not_yours"]
