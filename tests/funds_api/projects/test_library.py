"""The library: what may be in it, its rolling plan, appraisals, milestones and delays, performance, its two exits."""

from typing import Any

import httpx
import pytest

from shared.testing.databases import TestDatabase
from tests.factories.funds import (
    created,
    make_allocation,
    make_contract,
    make_payment,
    move,
    payment_body,
    project_body,
    project_with,
    started_project,
)
from tests.funds_api.recount import assert_balances_are_the_entries

ANY = {"If-Match": "*"}


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json().get("code"))


async def read(client: httpx.AsyncClient, path: str, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get(path, params={"limit": 500, **query})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_what_the_negative_list_names_does_not_come_in(finance: httpx.AsyncClient) -> None:
    refused = await finance.post("/v1/projects", json=project_body(name="上集镇办公楼 改造"))
    assert code(refused) == (422, "negative_list")
    assert refused.json()["rule"] == "不得用于修建楼堂馆所"
    assert refused.json()["errors"][0]["pointer"] == "/name"
    project = await created(finance, "/v1/projects", project_body())
    renamed = await finance.patch(f"/v1/projects/{project['id']}", json={"name": "偿还债务"}, headers=ANY)
    assert code(renamed) == (422, "negative_list")


async def test_a_reserve_project_is_planned_for_years_and_pulled_into_one(finance: httpx.AsyncClient) -> None:
    plan = [{"year": 2041, "amount": "60.00"}, {"year": 2042, "amount": "40.00"}]
    project = await created(finance, "/v1/projects", project_body(year=2041, plan=plan, budget="100.00"))
    assert project["plan"] == plan
    for year in (2041, 2042):
        assert [each["id"] for each in await read(finance, "/v1/projects", planned_year=year)] == [
            project["id"]
        ]
    assert await read(finance, "/v1/projects", planned_year=2043) == []
    path = f"/v1/projects/{project['id']}/selection"
    body = {"year": 2043, "document_no": "绥农领〔2042〕3号"}
    assert code(await finance.post(path, json=body)) == (428, "if_match_required")
    assert code(await finance.post(path, json=body, headers=ANY)) == (409, "year_not_planned")
    selected = await finance.post(path, json=body | {"year": 2042}, headers=ANY)
    assert (selected.status_code, selected.json()["year"]) == (200, 2042)
    assert selected.json()["selection_document_no"] == body["document_no"]
    started = await move(finance, selected.json(), "started")
    assert code(await finance.post(path, json=body, headers=ANY)) == (409, "not_in_reserve")
    assert started.json()["year"] == 2042
    twice = project_body(plan=[plan[0], plan[0]])
    assert code(await finance.post("/v1/projects", json=twice)) == (422, "duplicate_year")


async def test_a_project_is_changed_by_who_has_read_it(finance: httpx.AsyncClient) -> None:
    allocation = await make_allocation(finance, "100.00")
    project = await created(finance, "/v1/projects", project_body((allocation["id"], "60.00")))
    path = f"/v1/projects/{project['id']}"
    changed = await finance.patch(
        path, json={"name": "木耳大棚二期", "budget": "90.00"}, headers={"If-Match": '"1"'}
    )
    assert (changed.json()["name"], changed.json()["budget"], changed.json()["version"]) == (
        "木耳大棚二期",
        "90.00",
        2,
    )
    assert code(await finance.patch(path, json={"name": "旧"}, headers={"If-Match": '"1"'})) == (
        412,
        "stale_version",
    )
    assert code(await finance.patch(path, json={"budget": "59.99"}, headers=ANY)) == (
        422,
        "budget_below_allocations",
    )
    assert code(await finance.patch(path, json={}, headers=ANY)) == (422, "nothing_to_change")


async def test_money_is_arranged_later_and_given_back(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    first, second = [await make_allocation(finance, "100.00") for _ in range(2)]
    project = await started_project(finance, (first["id"], "50.00"), budget="80.00")
    path = f"/v1/projects/{project['id']}/fundings"
    more = {"allocation_id": second["id"], "amount": "30.00", "reason": "追加"}
    grown = await created(finance, path, more)
    assert (grown["allocated"], grown["available"]) == ("80.00", "80.00")
    assert code(await finance.post(path, json=more | {"amount": "0.01"})) == (422, "budget_below_allocations")
    await make_payment(finance, project["id"], "60.00")
    too_much = await finance.post(path, json=more | {"amount": "-20.01", "reason": "结余退回"})
    assert (*code(too_much), too_much.json()["available"]) == (409, "insufficient_allocation", "20.00")
    await created(finance, path, more | {"amount": "-20.00", "reason": "结余退回"})
    assert (await finance.get(f"/v1/allocations/{second['id']}")).json()["available"] == "90.00"
    none = await finance.post(path, json=more | {"allocation_id": first["id"], "amount": "-0.01"})
    assert (*code(none), none.json()["available"]) == (409, "insufficient_allocation", "0.00")
    assert code(await finance.post(path, json=more | {"amount": "0.00"})) == (422, "amount_zero")
    await assert_balances_are_the_entries(database)


async def test_a_suspended_project_pays_nothing_until_it_goes_on(finance: httpx.AsyncClient) -> None:
    project = await project_with(finance, "100.00")
    assert code(await move(finance, project, "suspended")) == (422, "reason_required")
    suspended = (await move(finance, project, "suspended", reason="汛期停工")).json()
    assert (suspended["state"], suspended["suspended_from"]) == ("suspended", "started")
    refused = await finance.post("/v1/payments", json=payment_body(project["id"], "1.00"))
    assert code(refused) == (409, "project_suspended")
    wrong = await move(finance, suspended, "under_construction")
    assert wrong.json()["allowed"] == ["started", "terminated"]
    resumed = (await move(finance, suspended, "started")).json()
    assert (resumed["state"], resumed["suspended_from"]) == ("started", None)
    await make_payment(finance, project["id"], "1.00")
    steps = await read(finance, f"/v1/projects/{project['id']}/transitions")
    assert [(step["from_state"], step["to_state"], step["reason"]) for step in steps] == [
        ("reserve", "started", None),
        ("started", "suspended", "汛期停工"),
        ("suspended", "started", None),
    ]


async def test_a_terminated_project_gives_back_what_it_has_not_used(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    allocation = await make_allocation(finance, "100.00")
    project = await started_project(finance, (allocation["id"], "90.00"))
    contract = await make_contract(finance, project["id"], "50.00")
    await make_payment(finance, project["id"], "20.00", contract_id=contract["id"])
    bound = await move(finance, project, "terminated", reason="选址变更")
    assert code(bound) == (409, "contracts_open")
    supplement = {"amount": "-30.00", "signed_on": "2026-11-08", "document_no": "解1", "reason": "解除合同"}
    await created(finance, f"/v1/contracts/{contract['id']}/supplements", supplement)
    ended = (await move(finance, project, "terminated", reason="选址变更")).json()
    assert (ended["state"], ended["allocated"], ended["paid"], ended["available"]) == (
        "terminated",
        "20.00",
        "20.00",
        "0.00",
    )
    assert (await finance.get(f"/v1/allocations/{allocation['id']}")).json()["available"] == "80.00"
    refused = await finance.post("/v1/payments", json=payment_body(project["id"], "1.00"))
    assert code(refused) == (409, "project_terminated")
    more = {"allocation_id": allocation["id"], "amount": "1.00", "reason": "追加"}
    refused = await finance.post(f"/v1/projects/{project['id']}/fundings", json=more)
    assert code(refused) == (409, "project_terminated")
    assert (await move(finance, ended, "started")).json()["allowed"] == []
    await assert_balances_are_the_entries(database)


async def test_the_last_appraisal_counts(finance: httpx.AsyncClient, township: httpx.AsyncClient) -> None:
    project = await created(finance, "/v1/projects", project_body())
    path = f"/v1/projects/{project['id']}/appraisals"
    body = {
        "appraised_by": "绥棱县项目评审中心",
        "appraised_on": "2026-02-10",
        "result": "failed",
        "document_no": "绥评〔2026〕4号",
    }
    await created(finance, path, body)
    refused = await move(finance, project, "started", appraisal_document_no="绥评〔2026〕4号")
    assert code(refused) == (409, "appraisal_not_passed")
    await created(finance, path, body | {"result": "passed", "document_no": "绥评〔2026〕9号"})
    assert (await move(finance, project, "started")).json()["state"] == "started"
    results = [each["result"] for each in await read(township, path)]
    assert results == ["failed", "passed"]
    late = await finance.post(path, json=body | {"appraised_on": "2026-11-09"})
    assert code(late) == (422, "day_after_today")


async def test_milestones_tell_their_delays(finance: httpx.AsyncClient) -> None:
    project = await created(finance, "/v1/projects", project_body(year=2033))
    path = f"/v1/projects/{project['id']}/milestones"
    tender = await created(finance, path, {"name": "招标", "planned_on": "2026-03-01"})
    works = await created(finance, path, {"name": "主体完工", "planned_on": "2026-10-31"})
    later = await created(finance, path, {"name": "验收", "planned_on": "2026-12-01"})
    assert [each["delay_days"] for each in (tender, works, later)] == [252, 8, 0]
    reached = await finance.patch(
        f"/v1/milestones/{tender['id']}", json={"reached_on": "2026-03-11"}, headers={"If-Match": '"1"'}
    )
    assert (reached.json()["delay_days"], reached.headers["etag"]) == (10, '"2"')
    change = {"planned_on": "2026-11-20"}
    address = f"/v1/milestones/{works['id']}"
    assert code(await finance.patch(address, json=change, headers=ANY)) == (422, "reason_required")
    moved = (await finance.patch(address, json=change | {"reason": "汛期"}, headers=ANY)).json()
    assert (moved["planned_on"], moved["first_planned_on"], moved["delay_days"]) == (
        "2026-11-20",
        "2026-10-31",
        0,
    )
    early = await finance.patch(address, json={"reached_on": "2026-11-09"}, headers=ANY)
    assert code(early) == (422, "day_after_today")
    late = await read(finance, "/v1/milestones", year=2033, late=True)
    assert [each["id"] for each in late] == [tender["id"]]
    of_project = await read(finance, "/v1/milestones", project_id=project["id"])
    assert [each["name"] for each in of_project] == ["招标", "主体完工", "验收"]


@pytest.mark.parametrize(
    ("year", "states", "overdue"),
    [
        (2026, ("started",), True),
        (2026, ("started", "under_construction"), True),
        (2026, ("started", "under_construction", "completed"), False),
        (2026, ("terminated",), False),
        (2026, (), True),
        (2027, ("started",), False),
    ],
)
async def test_a_project_is_due_by_the_end_of_september(
    finance: httpx.AsyncClient, year: int, states: tuple[str, ...], overdue: bool
) -> None:
    allocation = await make_allocation(finance, "1.00")
    project = await created(finance, "/v1/projects", project_body((allocation["id"], "1.00"), year=year))
    for state in states:
        project = (await move(finance, project, state, reason="按期")).json()
    assert (project["due_on"], project["overdue"]) == (f"{year}-09-30", overdue)
    listed = {each["id"] for each in await read(finance, "/v1/projects", year=year, overdue=True)}
    assert (project["id"] in listed) == overdue


async def test_a_reserve_project_without_money_is_not_overdue(finance: httpx.AsyncClient) -> None:
    project = await created(finance, "/v1/projects", project_body(year=2025, budget="10.00"))
    assert (project["due_on"], project["overdue"]) == ("2025-09-30", False)


GOALS = [
    {"name": "带动户数", "unit": "户", "target": "30.00", "weight": "60.00"},
    {"name": "亩均增收", "unit": "元", "target": "500.00", "weight": "40.00"},
]


async def test_performance_is_scored_against_the_goals(finance: httpx.AsyncClient) -> None:
    project = await project_with(finance, "1.00")
    path = f"/v1/projects/{project['id']}"
    actual = [{"name": "亩均增收", "actual": "400.00"}, {"name": "带动户数", "actual": "45.00"}]
    evaluation = {"evaluated_on": "2026-11-01", "goals": actual, "document_no": "绥绩〔2026〕1号"}
    none = await finance.post(f"{path}/performance-evaluations", json=evaluation)
    assert code(none) == (409, "no_goals")
    wrong = [GOALS[0], GOALS[1] | {"weight": "39.99"}]
    refused = await finance.post(f"{path}/performance-goals", json={"goals": wrong})
    assert code(refused) == (422, "weights_not_100")
    await created(finance, f"{path}/performance-goals", {"goals": GOALS})
    made = await created(finance, f"{path}/performance-evaluations", evaluation)
    assert (made["score"], made["result"], made["rule_version"]) == ("92.00", "excellent", 1)
    assert [(goal["name"], goal["target"], goal["actual"]) for goal in made["goals"]] == [
        ("带动户数", "30.00", "45.00"),
        ("亩均增收", "500.00", "400.00"),
    ]
    short = await finance.post(f"{path}/performance-evaluations", json=evaluation | {"goals": actual[:1]})
    assert code(short) == (422, "goals_do_not_fit")
    listed = await read(finance, f"{path}/performance-evaluations")
    assert [each["id"] for each in listed] == [made["id"]]


async def test_papers_of_projects_elsewhere_are_not_found(
    finance: httpx.AsyncClient, township: httpx.AsyncClient
) -> None:
    other = await created(finance, "/v1/projects", project_body(region_code="231226101200"))
    milestone = await created(
        finance, f"/v1/projects/{other['id']}/milestones", {"name": "招标", "planned_on": "2026-03-01"}
    )
    for path in ("appraisals", "transitions", "performance-goals", "performance-evaluations"):
        assert (await township.get(f"/v1/projects/{other['id']}/{path}")).status_code == 404
    assert (await township.get(f"/v1/milestones/{milestone['id']}")).status_code == 404
    assert await read(township, "/v1/milestones", project_id=other["id"]) == []
