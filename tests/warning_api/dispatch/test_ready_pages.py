"""Pages that stand ready are used again while nothing in them has changed, and never longer."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from services.warning_api.dispatch import list_service
from services.warning_api.dispatch.change_feed import MOST_CHANGES, REMEMBERED, ChangeFeed, place_of
from services.warning_api.dispatch.changes import changed
from services.warning_api.dispatch.ready_pages import ReadyPage, ReadyPages
from shared.db.identifiers import new_ids
from shared.runtime.context import ServiceContext
from shared.runtime.packed import Packed
from tests.factories.warnings import CYCLE, OTHER_VILLAGE, registered
from tests.warning_api.conftest import County, got

MOVE = f"""
UPDATE warning.verification_task SET region_code = $2::varchar, township_code = left($2::varchar, 9), {changed("now()")}
WHERE id = $1"""


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many pages have been put together since it was asked last."""
    count = 0
    present = list_service.present

    async def counting(*arguments: Any) -> Any:
        nonlocal count
        count += 1
        return await present(*arguments)

    def since_last() -> int:
        nonlocal count
        seen, count = count, 0
        return seen

    monkeypatch.setattr(list_service, "present", counting)
    return since_last


async def test_a_page_is_put_together_once_until_something_in_it_changes(
    county: County, made: Callable[[], int]
) -> None:
    tasks = [await county.new_task() for _ in range(4)]
    made()
    first = await got(county.township, "/v1/tasks", limit=2)
    second = await got(county.township, "/v1/tasks", limit=2, cursor=first["next_cursor"])
    assert made() == 2
    again = await got(county.township, "/v1/tasks", limit=2)
    assert (made(), again["items"]) == (0, first["items"])
    await county.verify(tasks[3], "no_risk")
    made()
    assert (await got(county.township, "/v1/tasks", limit=2))["items"] == first["items"]
    assert made() == 0
    after = await got(county.township, "/v1/tasks", limit=2, cursor=again["next_cursor"])
    assert made() == 1
    assert [task["state"] for task in second["items"]] == ["pending", "pending"]
    assert [task["state"] for task in after["items"]] == ["pending", "closed"]


async def test_the_token_of_a_ready_page_is_of_now(county: County, made: Callable[[], int]) -> None:
    first, late = await county.new_task(), await county.new_task(registered(OTHER_VILLAGE))
    await got(county.township, "/v1/tasks")
    async with county.owner() as owner:
        await owner.execute(MOVE, UUID(late["id"]), OTHER_VILLAGE)
    made()
    page = await got(county.township, "/v1/tasks", limit=100)
    everything = await got(county.bureau, "/v1/tasks", updated_after=page["updated_until"])
    assert everything["items"] == []
    assert [task["id"] for task in page["items"]] == [first["id"]]


async def test_a_task_that_goes_to_another_township_leaves_the_page(county: County) -> None:
    stays, goes = await county.new_task(), await county.new_task()
    assert len(await county.tasks(county.township)) == 2
    async with county.owner() as owner:
        await owner.execute(MOVE, UUID(goes["id"]), OTHER_VILLAGE)
    assert [task["id"] for task in await county.tasks(county.township)] == [stays["id"]]
    async with county.owner() as owner:  # As it was: its counts were not moved with it.
        await owner.execute(MOVE, UUID(goes["id"]), goes["region_code"])
    assert len(await county.tasks(county.township)) == 2


async def test_callers_of_another_role_get_pages_of_their_own(county: County) -> None:
    await county.new_task()
    (own,) = await county.tasks(county.bureau)
    (system,) = await county.tasks(county.caller("system", "SYS"))
    assert (own["subject"]["name"], system["subject"]["name"]) == ("张三", "张*")
    assert await county.tasks(county.other_township) == []


async def test_all_who_wait_share_one_question(county: County) -> None:
    feed = ChangeFeed(county.running.context, "231226")
    asked = 0
    ask = feed._ask

    async def slowly() -> None:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.02)
        await ask()

    feed._ask = slowly  # type: ignore[method-assign]
    first = asyncio.create_task(feed.catch_up())
    await asyncio.sleep(0.005)
    await asyncio.gather(*(feed.catch_up() for _ in range(20)))
    await first
    assert asked == 2  # The one under way when they came, which may be too old for them, and one for all.


async def test_a_question_that_failed_answers_nobody(county: County) -> None:
    feed = ChangeFeed(county.running.context, "231226")
    ask = feed._ask
    fails = True

    async def once_down() -> None:
        nonlocal fails
        if fails:
            fails = False
            raise OSError("away")
        await ask()

    feed._ask = once_down  # type: ignore[method-assign]
    results = await asyncio.gather(feed.catch_up(), feed.catch_up(), return_exceptions=True)
    assert [type(result) for result in results] == [OSError, type(None)]
    assert feed.snapshot


def feed_of(*changes: list[bytes]) -> ChangeFeed:
    feed = ChangeFeed(cast("ServiceContext", SimpleNamespace()), "231226")
    for places in changes:
        feed._note(sorted(places))
    return feed


def test_a_page_holds_unless_something_between_its_ends_has_changed() -> None:
    places = [place_of(CYCLE, task_id) for task_id in new_ids(6)]
    feed = feed_of([places[2]])
    assert feed.holds(0, places[2], places[5])
    assert not feed.holds(0, places[1], places[2])
    assert not feed.holds(0, None, places[3])
    assert not feed.holds(0, places[0], None)
    assert feed.holds(0, places[3], None)
    assert feed.holds(1, None, None)
    assert place_of("2026-10", new_ids(1)[0]) < places[0]


def test_what_was_forgotten_is_not_believed() -> None:
    feed = feed_of(*([place_of(CYCLE, task_id)] for task_id in new_ids(REMEMBERED + 5)))
    assert not feed.holds(0, place_of("2027-01", new_ids(1)[0]), None)
    assert feed.holds(feed.number - 1, place_of("2027-01", new_ids(1)[0]), None)
    feed._forget()
    assert not feed.holds(feed.number - 1, None, None)
    assert MOST_CHANGES > 1000


def test_pages_take_no_more_room_than_there_is() -> None:
    feed = feed_of()
    pages = ReadyPages(cast("ServiceContext", SimpleNamespace()), room=20_000)
    for number in range(40):
        pages.keep(number, ReadyPage(0, None, None, None, Packed(bytes(1000), 1000)))
        assert pages.get(feed, 0) is not None  # Asked for again and again, so it stays.
    kept = [number for number in range(40) if pages.get(feed, number) is not None]
    assert kept == [0, *range(31, 40)]


async def test_a_page_says_the_same_however_it_is_sent(county: County) -> None:
    for _ in range(3):
        await county.new_task()
    for _ in ("put together", "ready"):
        answers = [
            await county.township.get("/v1/tasks", params={"limit": 2}, headers={"Accept-Encoding": coding})
            for coding in ("zstd", "identity")
        ]
        assert [answer.headers.get("content-encoding") for answer in answers] == ["zstd", None]
        packed, plain = (answer.json() for answer in answers)
        assert packed["items"] == plain["items"]
        assert packed["next_cursor"]
