"""What a transaction touches is counted once, as it stands in the end; nothing of it stays when it is rolled back."""

from uuid import UUID

from services.warning_api.counting import service as counting
from services.warning_api.counting.tasks import recount_due
from tests.factories.warnings import COUNTY, CYCLE
from tests.warning_api.conftest import County, uncounted_places


async def entries_of(county: County) -> int:
    async with county.owner() as owner:
        found: int = await owner.fetchval("SELECT count(DISTINCT entry) FROM warning.loop_delta")
    return found


async def test_touching_again_costs_nothing(common: County) -> None:
    task = await common.new_task()
    before = await entries_of(common)
    ids = {"tasks": [UUID(task["id"])], "warnings": [UUID(task["clues"][0]["warning_id"])]}
    async with common.running.context.begin(COUNTY) as tx:
        for _ in range(3):
            await counting.touch(tx, CYCLE, **ids)
        await tx.execute(
            "UPDATE verification_task SET due_on = due_on + 1 WHERE county_code = :county AND id = :id",
            {"county": COUNTY, "id": task["id"]},
        )
    assert await entries_of(common) == before + 2, "what was taken off, and what was added"
    assert await uncounted_places(common.database) == {}


async def test_a_write_without_a_touch_is_found(common: County) -> None:
    task = await common.new_task()
    async with common.running.context.begin(COUNTY) as tx:
        await tx.execute(
            "UPDATE verification_task SET due_on = due_on + 1 WHERE county_code = :county AND id = :id",
            {"county": COUNTY, "id": task["id"]},
        )
    # Of the warning and of the task, in the township and in the village: the one day has less, the other more.
    assert await uncounted_places(common.database) == {CYCLE: 8}
    assert await uncounted_places(common.database) == {}, "the recount has entered what was missing"


async def test_nothing_stays_of_what_was_rolled_back(common: County) -> None:
    task = await common.new_task()
    before = await entries_of(common)
    answer = await common.township.post(
        "/v1/verifications", json={"items": [{"task_id": task["id"], "outcome": "no_risk"}]}
    )
    assert answer.json()["rejected"] == 1
    async with common.running.context.begin(COUNTY) as tx:
        await counting.touch(tx, CYCLE, tasks=[UUID(task["id"])])
        tx.discard()
    assert await entries_of(common) == before


async def test_recent_months_are_recounted_at_night(common: County) -> None:
    await common.new_task()
    for _ in range(2):
        await recount_due(common.running.context, {})
    async with common.owner() as owner:
        rows = await owner.fetch("SELECT payload FROM warning.pgqueuer WHERE entrypoint = 'recount_month'")
    assert len(rows) == 1, "once, however often it is asked for"
    assert CYCLE.encode() in rows[0]["payload"]
