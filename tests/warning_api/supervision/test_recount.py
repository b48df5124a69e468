"""Every statistic equals a recount, whatever has happened, in whatever order and however many at once."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.warning_api.counting.tasks import fold_counts, recount_month
from shared.clock import BusinessClock
from tests.factories.warnings import COUNTY, CYCLE, new_id_number, record
from tests.warning_api.conftest import County, MakeCounty, got
from tests.warning_api.supervision.loop_play import NEIGHBOUR, Play, option
from tests.warning_api.supervision.recount import KEYS, recount, rows_of

TOWNSHIP = "231226100"
MEASURES = (
    "filed",
    "compared",
    "dispatched",
    "received",
    "verified",
    "fed_back",
    "closed",
    "withdrawn",
    "overdue",
)


async def told(client: httpx.AsyncClient, by: str, **params: Any) -> dict[str, dict[str, Any]]:
    """``{key: what the statistics say}``, zeros left out; ``pushed`` and links are somebody else's."""
    answer = await got(client, "/v1/statistics/loop", cycle=CYCLE, by=by, limit=500, **params)
    assert answer["next_cursor"] is None
    skipped = {"key", "name", "pushed", "rejected", "rows_url", "tasks_url"}
    return {
        row["key"]: {name: value for name, value in row.items() if name not in skipped}
        for row in answer["items"]
    }


def unlike(
    said: dict[str, dict[str, Any]], counted: dict[str, dict[str, Any]], *, tasks: bool = True
) -> list[tuple[str, str, Any, Any]]:
    """(key, column, told, recounted) wherever the two differ."""
    found = []
    for key in said.keys() | counted.keys():
        row, truth = said.get(key, {}), counted.get(key, {})
        for name in row.keys() | truth.keys():
            if name.startswith("tasks") and not tasks:
                continue
            if (row.get(name) or 0) != (truth.get(name) or 0):
                found.append((key, name, row.get(name), truth.get(name)))
    return found


async def check_everything(county: County) -> int:
    """Compare every grouping as every kind of caller sees it; how many warnings there are."""
    async with county.owner() as owner:
        rows, tasks = await rows_of(owner)
    today = county.running.context.clock.today()
    for by in KEYS:
        whole = recount(rows, tasks, by, today)
        assert unlike(await told(county.bureau, by), whole) == [], by
        own = recount(rows, [], by, today, lambda row: row["org_code"] == "YB")
        assert unlike(await told(county.yb, by), own, tasks=False) == [], f"{by} of YB"
        assert unlike(await told(county.bureau, by, org="YB"), own, tasks=False) == [], f"{by}, org=YB"
        here = recount(rows, tasks, by, today, lambda row: row["region"][:9] == TOWNSHIP)
        assert unlike(await told(county.township, by), here) == [], f"{by} of {TOWNSHIP}"
        assert unlike(await told(county.bureau, by, region=TOWNSHIP), here) == [], f"{by}, region={TOWNSHIP}"
    return len(rows)


@pytest.mark.parametrize(
    "seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(2, 14))]
)
async def test_statistics_equal_a_recount_after_anything(make_county: MakeCounty, seed: int) -> None:
    county = await make_county()
    county.registry.candidates["待定"] = [option(), option()]
    play = Play(county, seed)
    for _ in range(4):
        await play.go(16)
        await check_everything(county)
    await play.finish()
    await fold_counts(county.running.context, {})
    async with county.owner() as owner:
        assert await owner.fetchval("SELECT count(*) FROM warning.loop_delta") == 0
    assert await check_everything(county) > 20
    assert sum(number for act, number in play.done.items() if "refused" not in act) > 20, play.done


async def test_every_number_is_followed_to_its_rows(make_county: MakeCounty) -> None:
    county = await make_county()
    county.registry.candidates["待定"] = [option()]
    play = Play(county, 7)
    await play.go(30)
    await play.finish()
    counted = 0
    for caller in (county.bureau, county.yb):
        for by in KEYS:
            rows = (await got(caller, "/v1/statistics/loop", cycle=CYCLE, by=by, limit=500))["items"]
            for row in rows:
                assert row["rows_url"].startswith("/v1/warnings?")
                for name in (*MEASURES, "risk_confirmed", "no_risk", "answer_overdue", "on_time"):
                    listed = await caller.get(f"{row['rows_url']}&counted_as={name}&limit=500")
                    assert listed.status_code == 200, listed.text
                    assert len(listed.json()["items"]) == row[name], (by, row["key"], name)
                    counted += row[name]
    assert counted > 100
    visits = (await got(county.bureau, "/v1/statistics/loop", cycle=CYCLE, by="village"))["items"]
    for row in visits:
        if row["tasks_url"] is not None:
            listed = await county.bureau.get(f"{row['tasks_url']}&limit=500")
            assert sum(t["dispatched_at"] is not None for t in listed.json()["items"]) == row["tasks"]


async def overdue_of(client: httpx.AsyncClient) -> int:
    return sum(row["overdue"] for row in (await told(client, "township")).values())


async def test_what_is_overdue_changes_with_the_day_alone(county: County) -> None:
    await county.new_task()
    assert await overdue_of(county.bureau) == 0
    context = county.running.context
    for folded in (False, True):
        if folded:
            await fold_counts(context, {})
        clock = context.clock
        context.clock = BusinessClock(clock.offset + timedelta(days=10))
        assert await overdue_of(county.bureau) == 0, "the last day is not past"
        context.clock = BusinessClock(clock.offset + timedelta(days=11))
        assert await overdue_of(county.bureau) == 1
        context.clock = clock


async def test_what_is_lost_is_found_at_night_repaired_and_written_down(county: County) -> None:
    task = await county.new_task()
    await county.verify(task, "risk_confirmed", verifiers=["王五", "李四"])
    before = await told(county.bureau, "department")
    async with county.owner() as owner:
        entry = await owner.fetchval("SELECT entry FROM warning.loop_delta ORDER BY entry DESC LIMIT 1")
        await owner.execute("DELETE FROM warning.loop_delta WHERE entry = $1", entry)
    assert await told(county.bureau, "department") != before
    await recount_month(county.running.context, {"county": COUNTY, "cycle": CYCLE})
    assert await told(county.bureau, "department") == before
    async with county.owner() as owner:
        entries = await owner.fetch("SELECT detail FROM warning.audit_entry WHERE action = 'counts.repaired'")
        assert len(entries) == 1
    await fold_counts(county.running.context, {})
    async with county.owner() as owner:
        await owner.execute(
            "UPDATE warning.loop_count SET took_0 = took_0 + 3, closed = closed + 1 WHERE level = 'township'"
        )
    await recount_month(county.running.context, {"county": COUNTY, "cycle": CYCLE})
    assert await told(county.bureau, "department") == before
    await recount_month(county.running.context, {"county": COUNTY, "cycle": CYCLE})
    async with county.owner() as owner:
        assert (
            await owner.fetchval("SELECT count(*) FROM warning.audit_entry WHERE action = 'counts.repaired'")
            == 2
        )


async def test_a_fold_that_is_killed_has_done_nothing(county: County) -> None:
    await county.new_task()
    before = await told(county.bureau, "township")
    async with county.owner() as owner:
        with pytest.raises(ZeroDivisionError):
            async with owner.transaction():
                assert await owner.fetchval("SELECT warning.fold_loop_counts($1)", COUNTY) > 0
                raise ZeroDivisionError
        assert await told(county.bureau, "township") == before
        await owner.fetchval("SELECT warning.fold_loop_counts($1)", COUNTY)
        assert await owner.fetchval("SELECT warning.fold_loop_counts($1)", COUNTY) == 0
    assert await told(county.bureau, "township") == before


async def test_nobody_waits_for_anybody(county: County) -> None:
    """The same cell is counted, and added up, while somebody else has not yet committed."""
    batch = await county.post_batch(county.yb, "B1", [record("1", id_number=new_id_number())])
    assert batch.status_code == 201
    async with county.owner() as owner:
        unfinished = owner.transaction()
        await unfinished.start()
        await owner.execute(
            "INSERT INTO warning.loop_delta SELECT county_code, cycle, gen_random_uuid(), place, counted, level,"
            " region_code, org_code, indicator, household_type, waits_for, due_on, step, filed, compared, dispatched,"
            " received, verified, on_time, fed_back, closed, withdrawn, risk_confirmed, needs_department, no_risk,"
            " already_covered, not_found, moved, deceased, waiting, took FROM warning.loop_delta"
        )
        same_cell = await county.post_batch(county.yb, "B2", [record("2", id_number=new_id_number())])
        assert same_cell.status_code == 201
        await fold_counts(county.running.context, {})
        assert (await told(county.bureau, "department"))["YB"]["filed"] == 2
        await unfinished.rollback()


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"by": "township", "region": NEIGHBOUR}, "region_too_small"),
        ({"by": "month", "from": "2026-11", "to": "2026-10"}, "too_many_months"),
        ({"by": "month", "from": "2016-11", "to": "2026-10"}, "too_many_months"),
        ({"by": "department", "of": "tasks"}, "not_by_task"),
    ],
)
async def test_questions_that_make_no_sense_are_refused(common: County, params: Any, code: str) -> None:
    answer = await common.bureau.get("/v1/statistics/loop", params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    "params",
    [{"by": "village"}, {"by": "risk_type"}, {"by": "township", "org": "YB"}, {"region": TOWNSHIP}],
)
async def test_supervisors_cannot_ask_what_would_give_cells_away(common: County, params: Any) -> None:
    watcher = common.caller("supervisor", "SH", "2312")
    answer = await watcher.get("/v1/statistics/loop", params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, "too_fine")
