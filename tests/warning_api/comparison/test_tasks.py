"""A comparison whose job was lost or given up is put back into the queue."""

from datetime import timedelta
from typing import Any

from services.warning_api.comparison.tasks import compare_overdue
from services.warning_api.worker import nudge
from shared.clock import BusinessClock
from tests.factories.warnings import record
from tests.warning_api.conftest import County


async def queued(county: County, batch: dict[str, Any]) -> int:
    async with county.owner() as owner:
        rows = await owner.fetch("SELECT payload FROM warning.pgqueuer WHERE entrypoint = 'compare_batch'")
    return sum(batch["id"].encode() in row["payload"] for row in rows)


async def forget_jobs(county: County) -> None:
    async with county.owner() as owner:
        await owner.execute("DELETE FROM warning.pgqueuer")


def later(county: County, **after: int) -> None:
    context = county.running.context
    context.clock = BusinessClock.starting_at(context.clock.now() + timedelta(**after))


async def test_a_lost_job_is_put_back_once(county: County) -> None:
    batch = (await county.post_batch(county.yb, "B1", [record("1")])).json()
    await forget_jobs(county)
    await nudge(county.running.context, {})
    assert await queued(county, batch) == 0
    later(county, seconds=61)
    for _ in range(2):
        await nudge(county.running.context, {})
        assert await queued(county, batch) == 1


async def test_a_job_that_was_given_up_does_not_hold_the_batch_for_ever(county: County) -> None:
    batch = (await county.post_batch(county.yb, "B1", [record("1")])).json()
    later(county, minutes=2)
    await compare_overdue(county.running.context, {})
    assert await queued(county, batch) == 1
    async with county.owner() as owner:
        await owner.execute("UPDATE warning.pgqueuer SET status = 'failed'")
    await compare_overdue(county.running.context, {})
    assert await queued(county, batch) == 2


async def test_what_is_compared_or_waits_for_its_release_is_left_alone(county: County) -> None:
    compared = await county.push(county.yb, "B1", [record("1")])
    await county.set_parameter("release_required", "true")
    waiting = (await county.post_batch(county.zj, "B1", [record("1", indicator="ZJ01")])).json()
    await forget_jobs(county)
    later(county, minutes=2)
    await compare_overdue(county.running.context, {})
    assert (await queued(county, compared), await queued(county, waiting)) == (0, 0)
    answer = await county.caller("department", "ZJ", name="ZJ-head").post(
        f"/v1/batches/{waiting['id']}/release", headers={"If-Match": "*"}
    )
    assert answer.status_code == 200, answer.text
    await forget_jobs(county)
    await compare_overdue(county.running.context, {})
    assert await queued(county, waiting) == 0
    later(county, minutes=2)
    await compare_overdue(county.running.context, {})
    assert await queued(county, waiting) == 1
