"""Comparing batches with the registry: once, whatever goes down."""

import asyncio
from typing import Any

import httpx
import pytest

from services.warning_api.comparison import service
from tests.factories.clock import AFTER_THE_WINDOW
from tests.factories.warnings import OTHER_VILLAGE, VILLAGE, id_number, new_id_number, record, registered
from tests.warning_api.conftest import County, MakeCounty, got, problem


async def one(county: County, batch_no: str, **fields: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A batch of one record, compared, and its warning."""
    batch = await county.push(county.yb, batch_no, [record(batch_no, **fields)])
    (warning,) = await county.warnings(batch)
    return batch, warning


@pytest.mark.parametrize(
    ("person", "match"),
    [
        ({"monitoring_type": "marginal"}, "monitored"),
        ({}, "lifted"),
        ({"household_type": "low_income"}, "low_income"),
        ({"household_type": "ordinary"}, "ordinary"),
        ({"status": "deceased"}, "deceased"),
        ({"status": "moved"}, "moved"),
    ],
)
async def test_each_result_leads_to_a_task(common: County, person: dict[str, Any], match: str) -> None:
    number = new_id_number()
    common.registry.persons[number] = registered(OTHER_VILLAGE, **person)
    batch, warning = await one(common, f"result-{match}", id_number=number)
    assert (batch["matches"], batch["state"]) == ({match: 1}, "dispatched")
    task = await got(common.bureau, f"/v1/tasks/{warning['task_id']}")
    assert (task["region_code"], task["township_code"]) == (OTHER_VILLAGE, "231226101")
    assert task["household_id"] == common.registry.persons[number]["household_id"]
    assert warning["region_code"] == VILLAGE
    assert (await common.other_township.get(f"/v1/tasks/{task['id']}")).status_code == 200
    assert problem(await common.township.get(f"/v1/tasks/{task['id']}"))[0] == 404


async def test_an_unregistered_person_has_a_task_of_the_place(common: County) -> None:
    _, warning = await one(common, "unregistered", id_number=new_id_number())
    task = await got(common.township, f"/v1/tasks/{warning['task_id']}")
    assert (warning["match"], task["household_id"], task["region_code"]) == ("unregistered", None, VILLAGE)
    _, nameless = await one(common, "no-id-1", id_number=None, name="李某")
    _, again = await one(common, "no-id-2", id_number=None, name="李某")
    _, other = await one(common, "no-id-3", id_number=None, name="李某", region_code=OTHER_VILLAGE)
    assert nameless["task_id"] == again["task_id"] != other["task_id"]


@pytest.mark.parametrize(
    ("fields", "match"),
    [({"region_code": None}, "unregistered"), ({"region_code": "110101001001"}, "out_of_county")],
)
async def test_without_a_region_the_county_assigns_it(
    common: County, fields: dict[str, Any], match: str
) -> None:
    batch, warning = await one(common, f"nowhere-{match}", id_number=new_id_number(), **fields)
    assert (batch["matches"], batch["state"]) == ({match: 1}, "compared")
    task = await got(common.bureau, f"/v1/tasks/{warning['task_id']}")
    assert (task["township_code"], task["dispatched_at"], task["due_on"]) == (None, None, "2026-11-11")
    assert problem(await common.township.get(f"/v1/tasks/{task['id']}"))[0] == 404


async def test_below_the_threshold_is_marked_and_dispatched(common: County) -> None:
    task = await common.new_task(amount="100.00")
    assert (task["state"], task["clues"][0]["below_threshold"]) == ("pending", True)


async def test_a_county_may_leave_out_what_is_below(county: County) -> None:
    await county.set_parameter("dispatch_below_threshold", "false")
    county.registry.persons[id_number(1)] = registered()
    batch, warning = await one(county, "below", amount="100.00")
    assert (warning["state"], warning["task_id"], batch["state"]) == ("closed", None, "closed")
    assert await county.events(f"warning/{warning['id']}") == [("warning.closed", 1)]
    batch, warning = await one(county, "above", amount="5000.00")
    assert (warning["state"], batch["state"]) == ("dispatched", "dispatched")


async def test_the_registry_gets_no_id_number(common: County) -> None:
    seen: list[str] = []
    answer = common.registry.answer

    def watch(request: httpx.Request) -> httpx.Response:
        seen.append(request.content.decode())
        return answer(request)

    number = new_id_number()
    common.running.context.http, kept = (
        httpx.AsyncClient(transport=httpx.MockTransport(watch)),
        common.running.context.http,
    )
    try:
        await one(common, "index-only", id_number=number)
    finally:
        await common.running.context.http.aclose()
        common.running.context.http = kept
    assert any('"id_index"' in body for body in seen)
    assert all(number not in body for body in seen)


async def test_nothing_is_half_done_while_the_registry_is_down(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "CHUNK", 3)
    numbers = [id_number(n) for n in range(8)]
    county.registry.persons |= {number: registered() for number in numbers[:6]}
    records = [record(str(n), id_number=number) for n, number in enumerate(numbers)]
    batch = (await county.post_batch(county.yb, "B1", records)).json()
    county.registry.down = True
    with pytest.raises(httpx.ConnectError):
        await county.compare(batch)
    assert (await got(county.yb, f"/v1/batches/{batch['id']}"))["state"] == "filed"
    assert await county.tasks(county.bureau) == []
    county.registry.down = False
    answer = county.registry.answer
    asked = 0

    def fails_in_the_middle(request: httpx.Request) -> httpx.Response:
        nonlocal asked
        asked += request.url.path == "/v1/matches"
        return httpx.Response(503) if asked == 2 else answer(request)

    county.running.context.http = httpx.AsyncClient(transport=httpx.MockTransport(fails_in_the_middle))
    with pytest.raises(httpx.HTTPStatusError):
        await county.compare(batch)
    assert (await got(county.yb, f"/v1/batches/{batch['id']}"))["state"] == "filed"
    assert len(await county.tasks(county.bureau)) == 3
    await county.compare(batch)
    await county.compare(batch)
    progress = await got(county.yb, f"/v1/batches/{batch['id']}")
    assert (progress["state"], progress["matches"]) == ("dispatched", {"lifted": 6, "unregistered": 2})
    tasks = await county.tasks(county.bureau)
    assert (len(tasks), sum(len(task["clues"]) for task in tasks)) == (8, 8)


async def test_a_failure_while_tasks_are_made_leaves_no_result(
    common: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = (await common.post_batch(common.yb, "fails", [record("fails", id_number=new_id_number())])).json()

    async def fails(*_: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(service.dispatch, "place", fails)
        with pytest.raises(RuntimeError):
            await common.compare(batch)
    (warning,) = await common.warnings(batch)
    assert (warning["state"], warning["match"]) == ("filed", None)
    await common.compare(batch)
    (warning,) = await common.warnings(batch)
    assert warning["state"] == "dispatched"


async def test_one_household_gets_one_task_however_many_compare_at_once(common: County) -> None:
    household = registered()
    batches = []
    for org in ("YB", "ZJ", "MZ"):
        for n in range(2):
            number = new_id_number()
            common.registry.persons[number] = {**registered(), "household_id": household["household_id"]}
            indicator = {"YB": "YB03", "ZJ": "ZJ01", "MZ": "MZ01"}[org]
            rows = [record(f"once-{n}", id_number=number, indicator=indicator, amount=None)]
            client = common.caller("department", org)
            batches.append((await common.post_batch(client, f"once-{n}", rows)).json())
    await asyncio.gather(*(common.compare(batch) for batch in [*batches, *batches]))
    tasks = [t for t in await common.tasks(common.bureau) if t["household_id"] == household["household_id"]]
    assert len(tasks) == 1
    assert len(tasks[0]["clues"]) == 6
    sequences = [sequence for _, sequence in await common.events(f"task/{tasks[0]['id']}")]
    assert sequences == sorted(set(sequences))


@pytest.mark.parametrize("status", ["deceased", "moved"])
async def test_a_clue_about_the_dead_or_the_moved_joins_their_households_visit(
    common: County, status: str
) -> None:
    task = await common.new_task()
    number = new_id_number()
    common.registry.persons[number] = registered(household_id=task["household_id"], status=status)
    batch, warning = await one(common, f"household-of-{status}", id_number=number)
    assert (batch["matches"], warning["match"], warning["task_id"]) == ({status: 1}, status, task["id"])
    visited = await got(common.township, f"/v1/tasks/{task['id']}")
    assert [clue["warning_id"] for clue in visited["clues"]][1:] == [warning["id"]]
    listed = (await got(common.bureau, "/v1/warnings", match=status, limit=500))["items"]
    assert warning["id"] in [item["id"] for item in listed]


async def test_out_of_county_is_a_result_of_its_own(common: County) -> None:
    row = {"id_number": new_id_number(), "region_code": "110101001001"}
    _, warning = await one(common, "elsewhere", **row)
    listed = (await got(common.bureau, "/v1/warnings", match="out_of_county", limit=500))["items"]
    assert warning["id"] in [item["id"] for item in listed]
    assert (warning["match"], warning["household_id"]) == ("out_of_county", None)
    task = await got(common.bureau, f"/v1/tasks/{warning['task_id']}")
    assert (task["state"], task["township_code"], task["household_id"]) == ("pending", None, None)


async def test_what_the_county_has_not_assigned_in_time_is_overdue(make_county: MakeCounty) -> None:
    county = await make_county()
    _, warning = await one(county, "nowhere", id_number=new_id_number(), region_code=None)
    task = await got(county.bureau, f"/v1/tasks/{warning['task_id']}")
    assert (task["due_on"], task["overdue"], await overdue(county)) == ("2026-11-11", False, {"": 0})
    later = await make_county(AFTER_THE_WINDOW, beside=county)
    due = await later.tasks(later.bureau, due_before="2026-11-20")
    assert [(found["id"], found["overdue"]) for found in due] == [(task["id"], True)]
    assert await later.tasks(later.bureau, due_before=task["due_on"]) == []
    assert await later.tasks(later.township, due_before="2026-11-20") == []
    assert await overdue(later) == {"": 1}
    order = {"cycle": task["cycle"], "task_id": task["id"], "region_code": VILLAGE}
    assert (await later.bureau.post("/v1/dispatches", json=order)).status_code == 201
    assert await later.tasks(later.bureau, due_before="2026-11-20") == []
    assert await overdue(later) == {"231226100": 0}


async def overdue(county: County) -> dict[str, int]:
    """Overdue warnings by township; the empty key stands for those without a region."""
    rows = await got(county.bureau, "/v1/statistics/loop", cycle="2026-11", by="township")
    return {row["key"]: row["overdue"] for row in rows["items"]}
