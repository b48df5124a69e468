"""A visit to every household in scope: once, whatever is killed."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.warning_api.campaigns import preparation
from services.warning_api.campaigns.preparation import put_on_lists, take_off_lists
from services.warning_api.campaigns.tasks import resume_campaigns
from services.warning_api.dispatch import other_origins
from shared.clock import SHANGHAI, BusinessClock
from shared.contracts.roster import Roster
from tests.factories.warnings import COUNTY, CYCLE, OTHER_VILLAGE, VILLAGE, new_id_number, record
from tests.warning_api.conftest import County, got, problem


def household(region: str = VILLAGE, **fields: Any) -> dict[str, Any]:
    """A household of the registry as ``GET /v1/roster`` answers."""
    return {
        "household_id": str(uuid4()),
        "region_code": region,
        "household_type": "lifted",
        "monitoring_type": None,
        "person_id": str(uuid4()),
        "name": "张三",
        "id_number": new_id_number(),
        "phone": "13800001111",
        **fields,
    }


async def begin(county: County, **fields: Any) -> dict[str, Any]:
    """A campaign, not yet on the lists."""
    answer = await county.bureau.post(
        "/v1/campaigns", json={"kind": "walk_through", "due_on": "2026-12-20", **fields}
    )
    assert answer.status_code == 201, answer.text
    begun: dict[str, Any] = answer.json()
    return begun


async def put(county: County, begun: dict[str, Any]) -> dict[str, Any]:
    """What the worker does; the campaign as it is then."""
    await put_on_lists(county.running.context, COUNTY, UUID(begun["id"]))
    return await got(county.bureau, f"/v1/campaigns/{begun['id']}")


async def move(county: County, campaign: dict[str, Any], to: str, **headers: str) -> httpx.Response:
    return await county.bureau.post(
        f"/v1/campaigns/{campaign['id']}/transitions", json={"to": to}, headers={"If-Match": "*", **headers}
    )


async def as_pushed(county: County, of: dict[str, Any], number: str) -> None:
    """A department's warning about the head of a household."""
    county.registry.persons[of["id_number"]] = {
        name: of[name]
        for name in ("household_id", "person_id", "region_code", "household_type", "monitoring_type")
    }
    await county.push(county.yb, number, [record(number, id_number=of["id_number"], name=of["name"])])


async def test_every_household_in_scope_is_put_on_its_list(county: County) -> None:
    county.registry.roster = [household(), household(OTHER_VILLAGE), household(monitoring_type="marginal")]
    begun = await begin(county)
    assert (begun["state"], begun["period"], begun["name"]) == ("preparing", "2026-Q4", "2026-Q4 季度遍访")
    campaign = await put(county, begun)
    assert (campaign["state"], campaign["households"], campaign["tasks"]) == ("open", 3, 3)
    tasks = await county.tasks(county.township)
    assert len(tasks) == 2
    assert {task["due_on"] for task in tasks} == {"2026-12-20"}
    (clue,) = tasks[0]["clues"]
    assert (tasks[0]["origins"], clue["org_code"], clue["indicator_name"]) == (
        ["census"],
        "census",
        "季度遍访",
    )
    assert tasks[0]["subject"]["name"] == "张三"
    assert [t["region_code"] for t in await county.tasks(county.other_township)] == [OTHER_VILLAGE]


@pytest.mark.parametrize(
    ("scope", "count"),
    [
        ({"household_types": ["low_income"]}, 1),
        ({"household_types": ["low_income", "lifted"]}, 3),
        ({"monitored_only": True}, 1),
        ({"region_code": "231226101"}, 1),
        ({"region_code": "231226101000"}, 1),
    ],
)
async def test_the_scope(county: County, scope: dict[str, Any], count: int) -> None:
    county.registry.roster = [
        household(monitoring_type="marginal"),
        household(household_type="low_income"),
        household(OTHER_VILLAGE),
    ]
    assert (await put(county, await begin(county, **scope)))["households"] == count


async def test_progress_by_township_and_village(county: County) -> None:
    county.registry.roster = [household(), household(), household(OTHER_VILLAGE)]
    campaign = await put(county, await begin(county))
    first, second = await county.tasks(county.township)
    await county.verify(first, "risk_confirmed", risk_types=["illness"])
    await county.verify(second, "no_risk")
    path = f"/v1/campaigns/{campaign['id']}"
    now = await got(county.bureau, path)
    assert (now["tasks"], now["visited"], now["confirmed"], now["overdue"]) == (3, 2, 1, 0)
    rows = (await got(county.bureau, f"{path}/progress"))["items"]
    assert [(r["key"], r["name"], r["tasks"], r["visited"], r["confirmed"]) for r in rows] == [
        ("231226100", "绥棱镇", 2, 2, 1),
        ("231226101", "上集镇", 1, 0, 0),
    ]
    page = await got(county.bureau, f"{path}/progress", by="village", limit=1)
    assert [row["key"] for row in page["items"]] == [VILLAGE]
    rest = await got(county.bureau, f"{path}/progress", by="village", cursor=page["next_cursor"])
    assert [row["key"] for row in rest["items"]] == [OTHER_VILLAGE]
    own = (await got(county.other_township, f"{path}/progress"))["items"]
    assert [row["key"] for row in own] == ["231226101"]
    county.running.context.clock = BusinessClock.starting_at(datetime(2026, 12, 21, 9, tzinfo=SHANGHAI))
    assert (await got(county.bureau, path))["overdue"] == 1


async def test_a_confirmed_risk_closes_and_goes_to_the_registry(county: County) -> None:
    county.registry.roster = [household()]
    await put(county, await begin(county, kind="census"))
    (task,) = await county.tasks(county.township)
    await county.verify(task, "risk_confirmed")
    closed = await got(county.township, f"/v1/tasks/{task['id']}")
    assert closed["state"] == "closed"
    assert ("task.verified", closed["version"]) in await county.events(f"task/{task['id']}")


async def test_the_department_that_is_needed_is_told(county: County) -> None:
    county.registry.roster = [household()]
    await put(county, await begin(county))
    (task,) = await county.tasks(county.township)
    await county.verify(task, "needs_department", needs_org="ZJ")
    (outcome,) = (await got(county.zj, "/v1/outcomes", cycle=CYCLE))["items"]
    assert (outcome["task_id"], outcome["outcome"]) == (task["id"], "needs_department")
    await county.answer(county.zj, outcome["warning_id"])
    assert (await got(county.township, f"/v1/tasks/{task['id']}"))["state"] == "closed"


async def test_one_visit_for_a_department_and_a_campaign(county: County) -> None:
    """In both orders; the department's clock holds."""
    one, other = household(), household()
    await as_pushed(county, one, "B1")
    county.registry.roster = [one, other]
    campaign = await put(county, await begin(county))
    assert campaign["tasks"] == 2
    tasks = {task["household_id"]: task for task in await county.tasks(county.township)}
    joined = tasks[one["household_id"]]
    assert (joined["origins"], joined["due_on"]) == (["department", "census"], "2026-11-18")
    assert tasks[other["household_id"]]["due_on"] == "2026-12-20"
    await as_pushed(county, other, "B2")
    tasks = {task["household_id"]: task for task in await county.tasks(county.township)}
    assert len(tasks) == 2
    joined = tasks[other["household_id"]]
    assert (joined["origins"], joined["due_on"]) == (["census", "department"], "2026-11-18")
    await county.verify(joined, "no_risk")
    assert (await got(county.bureau, f"/v1/campaigns/{campaign['id']}"))["visited"] == 1


async def test_who_was_visited_this_month_is_visited_again(county: County) -> None:
    one = household()
    await as_pushed(county, one, "B1")
    (first,) = await county.tasks(county.township)
    await county.verify(first, "no_risk")
    county.registry.roster = [one]
    await put(county, await begin(county))
    assert [task["origins"] for task in await county.tasks(county.township)] == [["department"], ["census"]]


async def test_the_figures_of_the_loop_do_not_move(county: County) -> None:
    county.registry.roster = [household() for _ in range(3)]
    await as_pushed(county, county.registry.roster[0], "B1")
    before = (await got(county.bureau, "/v1/statistics/loop", cycle=CYCLE, by="indicator"))["items"]
    await put(county, await begin(county))
    rows = (await got(county.bureau, "/v1/statistics/loop", cycle=CYCLE, by="indicator"))["items"]
    assert [(r["key"], r["filed"]) for r in rows] == [(r["key"], r["filed"]) for r in before] == [("YB01", 1)]
    assert len((await got(county.bureau, "/v1/warnings", cycle=CYCLE))["items"]) == 1


async def test_killed_between_two_pages_it_goes_on_where_it_was(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    county.registry.roster = [household() for _ in range(7)]
    county.registry.page_size = 2
    begun = await begin(county)
    asked = 0
    really = preparation.ask_roster

    async def dying(*arguments: Any) -> Roster:
        nonlocal asked
        asked += 1
        if asked == 3:
            raise KeyboardInterrupt
        return await really(*arguments)

    monkeypatch.setattr(preparation, "ask_roster", dying)
    with pytest.raises(KeyboardInterrupt):
        await put(county, begun)
    half = await got(county.bureau, f"/v1/campaigns/{begun['id']}")
    assert (half["state"], half["households"], half["tasks"]) == ("preparing", 4, 4)
    monkeypatch.undo()
    campaign = await put(county, begun)
    assert (campaign["state"], campaign["households"], campaign["tasks"]) == ("open", 7, 7)
    assert len(await county.tasks(county.township)) == 7


async def test_killed_within_a_page_nothing_of_the_page_stays(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    county.registry.roster = [household() for _ in range(4)]
    county.registry.page_size = 2
    begun = await begin(county)

    async def dying(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(other_origins, "file_placed", dying)
    with pytest.raises(KeyboardInterrupt):
        await put(county, begun)
    assert await county.tasks(county.township) == []
    monkeypatch.undo()
    assert (await put(county, begun))["tasks"] == 4


async def test_two_workers_at_once_make_one_visit_each(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one asks for a page, another has put that page on the lists."""
    county.registry.roster = [household() for _ in range(5)]
    county.registry.page_size = 2
    begun = await begin(county)
    really = preparation.ask_roster
    first = True

    async def overtaken(*arguments: Any) -> Roster:
        nonlocal first
        page = await really(*arguments)
        if first:
            first = False
            await put_on_lists(county.running.context, COUNTY, UUID(begun["id"]))
        return page

    monkeypatch.setattr(preparation, "ask_roster", overtaken)
    campaign = await put(county, begun)
    assert (campaign["households"], campaign["tasks"]) == (5, 5)
    assert len(await county.tasks(county.township)) == 5


async def test_a_household_that_comes_up_twice_is_visited_once(county: County) -> None:
    one = household()
    county.registry.roster = [one, one, household(), one]
    county.registry.page_size = 2
    campaign = await put(county, await begin(county))
    assert campaign["tasks"] == 2
    assert len(await county.tasks(county.township)) == 2


async def queued(county: County) -> Sequence[str]:
    async with county.owner() as owner:
        rows = await owner.fetch("SELECT entrypoint FROM warning.pgqueuer ORDER BY id")
        await owner.execute("DELETE FROM warning.pgqueuer")
    return [row["entrypoint"] for row in rows if row["entrypoint"].endswith("_lists")]


async def test_a_lost_job_is_put_back(county: County) -> None:
    county.registry.roster = [household()]
    begun = await begin(county)
    assert await queued(county) == ["put_on_lists"]
    for _ in range(2):
        await resume_campaigns(county.running.context, {})
    assert await queued(county) == ["put_on_lists"]
    await put(county, begun)
    await resume_campaigns(county.running.context, {})
    assert await queued(county) == []
    await move(county, begun, "cancelled")
    assert await queued(county) == ["take_off_lists"]
    await resume_campaigns(county.running.context, {})
    assert await queued(county) == ["take_off_lists"]


async def test_cancelled_nobody_is_visited_for_it(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparation, "TAKEN_TOGETHER", 2)
    joined, visited = household(), household()
    await as_pushed(county, joined, "B1")
    county.registry.roster = [joined, visited, *(household() for _ in range(3))]
    campaign = await put(county, await begin(county))
    tasks = {task["household_id"]: task for task in await county.tasks(county.township)}
    await county.verify(tasks[visited["household_id"]], "no_risk")
    version = tasks[joined["household_id"]]["version"]
    answer = await move(county, campaign, "cancelled")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelling")
    for _ in range(2):
        await take_off_lists(county.running.context, COUNTY, UUID(campaign["id"]))
    now = await got(county.bureau, f"/v1/campaigns/{campaign['id']}")
    assert (now["state"], now["withdrawn"], now["visited"]) == ("cancelled", 4, 1)
    # The one who was warned of is visited all the same.
    listed = await got(county.township, f"/v1/lists/{CYCLE}/{VILLAGE[:9]}")
    assert (listed["states"]["closed"], listed["withdrawn"]) == (4, 3)
    tasks = {task["household_id"]: task for task in await county.tasks(county.township)}
    assert sorted(task["state"] for task in tasks.values()) == [
        "closed",
        "closed",
        "closed",
        "closed",
        "pending",
    ]
    left = tasks[joined["household_id"]]
    assert (left["state"], left["version"] > version) == ("pending", True)
    assert [(clue["org_code"], clue["withdrawn"]) for clue in left["clues"]] == [
        ("YB", False),
        ("census", True),
    ]
    # The same may be begun anew.
    assert (await put(county, await begin(county)))["tasks"] == 5


async def test_cancelled_while_it_is_prepared(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    county.registry.roster = [household() for _ in range(4)]
    county.registry.page_size = 2
    begun = await begin(county)
    really = preparation.ask_roster

    async def meanwhile(service: Any, code: str, row: Any) -> Roster:
        page = await really(service, code, row)
        if row["place"]:
            await move(county, begun, "cancelled")
        return page

    monkeypatch.setattr(preparation, "ask_roster", meanwhile)
    await put(county, begun)
    await take_off_lists(county.running.context, COUNTY, UUID(begun["id"]))
    now = await got(county.bureau, f"/v1/campaigns/{begun['id']}")
    assert (now["state"], now["households"], now["withdrawn"]) == ("cancelled", 2, 2)
    assert {task["state"] for task in await county.tasks(county.township)} == {"closed"}


async def test_closed_what_is_not_visited_stays(county: County) -> None:
    county.registry.roster = [household()]
    begun = await begin(county)
    assert problem(await move(county, begun, "closed")) == (409, "transition_not_allowed")
    campaign = await put(county, begun)
    assert problem(await move(county, campaign, "closed", **{"If-Match": '"1"'}))[0] == 412
    closed = await move(county, campaign, "closed")
    assert (closed.json()["state"], closed.json()["ended_by"]) == ("closed", "county-NYNC-231226")
    assert problem(await move(county, campaign, "cancelled")) == (409, "transition_not_allowed")
    (task,) = await county.tasks(county.township)
    assert task["state"] == "pending"


async def test_what_is_refused(county: County) -> None:
    begun = await begin(county)
    again = await county.bureau.post("/v1/campaigns", json={"kind": "walk_through", "due_on": "2026-12-20"})
    assert problem(again) == (409, "campaign_exists")
    assert again.json()["campaign_id"] == begun["id"]
    for body, code in (
        ({"kind": "census", "due_on": "2026-11-07"}, "invalid_request"),
        ({"kind": "parade", "due_on": "2026-12-20"}, "invalid_request"),
        ({"kind": "census", "due_on": "2026-12-20", "region_code": "231281"}, "region_not_usable"),
        ({"kind": "census", "due_on": "2026-12-20", "region_code": "2312"}, "region_not_usable"),
        ({"kind": "census", "due_on": "2026-12-20", "region_code": "231226999"}, "region_not_usable"),
    ):
        assert problem(await county.bureau.post("/v1/campaigns", json=body)) == (422, code)
    forbidden = await county.township.post("/v1/campaigns", json={"kind": "census", "due_on": "2026-12-20"})
    assert problem(forbidden)[0] == 403
    assert problem(await county.bureau.get(f"/v1/campaigns/{uuid4()}")) == (404, "campaign_not_found")
    without = await county.bureau.post(f"/v1/campaigns/{begun['id']}/transitions", json={"to": "closed"})
    assert problem(without) == (428, "if_match_required")


async def test_another_county_knows_nothing_of_it(county: County) -> None:
    begun = await begin(county)
    foreign = county.caller("county", "NYNC", "231281")
    assert problem(await foreign.get(f"/v1/campaigns/{begun['id']}")) == (404, "campaign_not_found")
    (listed,) = (await got(county.township, "/v1/campaigns", cycle=CYCLE))["items"]
    assert listed["id"] == begun["id"]


async def test_a_township_knows_of_those_that_it_takes_part_in(county: County) -> None:
    whole = await begin(county)
    village = await begin(county, region_code=VILLAGE)
    elsewhere = await begin(county, region_code=OTHER_VILLAGE[:9])
    listed = (await got(county.township, "/v1/campaigns", cycle=CYCLE))["items"]
    assert [each["id"] for each in listed] == [whole["id"], village["id"]]
    hidden = await county.township.get(f"/v1/campaigns/{elsewhere['id']}")
    assert problem(hidden) == (404, "campaign_not_found")
    assert len((await got(county.bureau, "/v1/campaigns", cycle=CYCLE))["items"]) == 3


async def test_while_the_registry_is_away_it_waits(county: County) -> None:
    county.registry.roster = [household()]
    begun = await begin(county)
    county.registry.down = True
    with pytest.raises(httpx.ConnectError):
        await put(county, begun)
    county.registry.down = False
    assert (await put(county, begun))["tasks"] == 1


async def test_all_ways_at_once_make_one_task(county: County) -> None:
    """A department's batch, a self-report and a campaign come for the same households at the same moment."""
    county.registry.roster = [household() for _ in range(6)]
    county.registry.page_size = 3
    for one in county.registry.roster:
        county.registry.persons[one["id_number"]] = {
            name: one[name] for name in ("household_id", "person_id", "region_code", "household_type")
        }
    numbers = [one["id_number"] for one in county.registry.roster]
    batch = await county.post_batch(
        county.yb, "B1", [record(str(place), id_number=number) for place, number in enumerate(numbers)]
    )
    screened = await county.township.post(
        "/v1/screenings", json={"items": [{"name": "张三", "id_number": number} for number in numbers]}
    )
    begun = await begin(county)
    await asyncio.gather(county.compare(batch.json()), county.compare(screened.json()), put(county, begun))
    tasks = await county.tasks(county.township)
    assert len(tasks) == 6
    assert {tuple(sorted(task["origins"])) for task in tasks} == {("census", "department", "screening")}
    assert {len(task["clues"]) for task in tasks} == {3}


async def test_where_the_county_reviews_the_campaigns_day_holds(county: County) -> None:
    await county.set_parameter("review_dispatch", "true")
    county.registry.roster = [household()]
    await put(county, await begin(county))
    assert await county.tasks(county.township) == []
    answer = await county.bureau.post("/v1/dispatches", json={"cycle": CYCLE})
    assert answer.status_code == 201
    (task,) = await county.tasks(county.township)
    assert task["due_on"] == "2026-12-20"
    (warning,) = (await got(county.bureau, "/v1/warnings", cycle=CYCLE, origin="census"))["items"]
    assert warning["state"] == "dispatched"
