"""Lists are read by their indexes, however many months and townships stand beside them."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from services.warning_api.dispatch.change_feed import CHANGES
from services.warning_api.dispatch.list_repository import TaskFilter, tasks
from shared.auth import Actor, Reach
from shared.identifiers.regions import region_range
from shared.pagination.cursors import Paging
from shared.pagination.snapshots import Poll, Snapshot
from tests.factories.warnings import COUNTY, CYCLE
from tests.household_api.explaining import Explaining, nodes
from tests.warning_api.conftest import County

TOWNSHIP = "231226100"

#: 30 townships of 1,500 tasks in the month at work, and as many in the month before.
FILL = """
INSERT INTO warning.verification_task (
    county_code, cycle, id, subject_key, follow_up, township_code, region_code, sealed, origins, urgent, state,
    dispatched_at, due_on, extended, created_at, updated_at, version, content_version)
SELECT $1, $2, gen_random_uuid(), decode(md5(n::text), 'hex'), 0, township, township || '201', '', '{department}',
       false, 'pending', now(), $3, false, now(), now(), 1, 1
FROM (SELECT n, $1::text || (100 + n % 30)::text AS township FROM generate_series(1, 45000) AS n) made"""


@pytest_asyncio.fixture(scope="module")
async def filled(common: County) -> AsyncIterator[County]:
    async with common.owner() as owner:
        for cycle in ("2026-10", CYCLE):
            await owner.execute(FILL, COUNTY, cycle, date(2026, 11, 18))
        await owner.execute("VACUUM (ANALYZE) warning.verification_task")
    yield common
    async with common.owner() as owner:  # Made past the loop, which counts its tasks.
        await owner.execute("DELETE FROM warning.verification_task")


async def plan_of(county: County, region: str, wanted: TaskFilter, poll: Poll) -> list[dict[str, Any]]:
    """The nodes of the plan of a page, as a caller of ``region`` gets it."""
    context = county.running.context
    reach = Reach(COUNTY, (region_range(region),))
    async with context.database.begin(context, reach, Actor("test")) as tx:
        await poll.begin(tx)
        explaining = Explaining(tx)
        await tasks(explaining, wanted, poll, 201)  # type: ignore[arg-type]
    (plan,) = explaining.plans
    return [node for node in nodes(plan) if node["Node Type"] != "Result"]


def conditions(plan: list[dict[str, Any]]) -> str:
    return " ".join(node.get("Index Cond", "") for node in plan)


async def test_a_township_walks_its_own_part_of_the_month(filled: County) -> None:
    behind = Poll(Paging(), cycle=CYCLE)
    behind.after = (uuid4(), CYCLE)
    for poll in (Poll(Paging(), cycle=CYCLE), behind):
        plan = await plan_of(filled, TOWNSHIP, TaskFilter(CYCLE), poll)
        assert [node["Node Type"] for node in plan] == ["Limit", "Index Scan"]
        assert "township_code" in conditions(plan)
        assert "2026_11" in plan[1]["Relation Name"]
    assert "(id >" in conditions(plan)


async def test_the_county_walks_one_month_in_the_order_of_ids(filled: County) -> None:
    plan = await plan_of(filled, COUNTY, TaskFilter(CYCLE), Poll(Paging(), cycle=CYCLE))
    assert "Seq Scan" not in {node["Node Type"] for node in plan}


async def test_a_poll_reads_what_has_changed_and_no_more(filled: County) -> None:
    async with filled.owner() as owner:
        before = Snapshot.of(await owner.fetchval("SELECT pg_current_snapshot()::text"))
        await owner.execute("SELECT pg_current_xact_id()")  # Time goes on.
    for region in (TOWNSHIP, COUNTY):
        for wanted in (TaskFilter(), TaskFilter(CYCLE)):
            plan = await plan_of(filled, region, wanted, Poll(Paging(), before, wanted.cycle))
            large = [node for node in plan if _is_large(node)]
            assert large, plan
            assert {node["Node Type"] for node in large} <= {"Index Scan", "Index Only Scan"}
            assert all("changed_in" in node["Index Cond"] for node in large)


def _is_large(node: dict[str, Any]) -> bool:
    return any(month in node.get("Relation Name", "") for month in ("2026_10", "2026_11"))


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
async def test_the_feed_of_changes_goes_by_its_index(filled: County, mode: str) -> None:
    """Also as a prepared statement that the planner knows nothing of."""
    context = filled.running.context
    async with context.begin(COUNTY) as tx:
        driver: asyncpg.Connection = await tx.driver()
        await driver.execute(f"SET LOCAL plan_cache_mode = {mode}")
        seen = Snapshot.of(await driver.fetchval("SELECT pg_current_snapshot()::text"))
        explained = await driver.fetchval(
            f"EXPLAIN (FORMAT JSON) {CHANGES}", COUNTY, str(seen.xmin), seen.text, 5001
        )
    plan = explained[0]["Plan"]
    large = [node for node in nodes(plan) if _is_large(node)]
    assert {node["Node Type"] for node in large} <= {"Index Scan", "Index Only Scan"}
    assert all("changed_in" in node["Index Cond"] for node in large)
