"""Townships pull what has changed: nothing is missed and nothing comes twice, whatever commits late or not at all."""

import asyncio
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from services.warning_api.dispatch.changes import changed
from services.warning_api.dispatch.service import sealed_subjects
from services.warning_api.filing.staging import PersonalData
from shared.db.identifiers import new_id
from shared.pagination.cursors import encode
from shared.pagination.snapshots import Snapshot
from tests.factories.warnings import COUNTY, CYCLE, OTHER_VILLAGE, VILLAGE, registered
from tests.warning_api.conftest import County, got, problem

WRITERS = 6
ROUNDS = 25

CHANGE = f"""
UPDATE warning.verification_task SET {changed("$2")} WHERE id = $1 RETURNING version"""

#: Another task like an existing one, as a transaction that begins early and commits late makes it.
ADD = """
INSERT INTO warning.verification_task
SELECT (t).* FROM (
    SELECT jsonb_populate_record(t, jsonb_build_object(
        'id', $2::uuid, 'follow_up', $3::int, 'version', 1, 'sealed', $4::bytea,
        'changed_in', pg_current_xact_id()::text)) AS t
    FROM warning.verification_task t WHERE id = $1) copies"""


async def walk(client: httpx.AsyncClient, **params: Any) -> tuple[list[dict[str, Any]], str]:
    """All pages, and the token for the next time."""
    items: list[dict[str, Any]] = []
    tokens: set[str] = set()
    cursor: dict[str, str] = {}
    while True:
        page = await got(client, "/v1/tasks", **params, **cursor)
        items += page["items"]
        tokens.add(page["updated_until"])
        if page["next_cursor"] is None:
            (token,) = tokens  # Every page names the first one's.
            return items, token
        cursor = {"cursor": page["next_cursor"]}


async def change(county: County, task_id: str) -> None:
    async with county.owner() as owner:
        await owner.execute(CHANGE, UUID(task_id), county.running.context.clock.now())


class Writers:
    """Change tasks and make new ones at random, commit late or not at all; ``versions`` is what stays."""

    def __init__(self, county: County, task_ids: list[str]) -> None:
        self._county = county
        self._task_ids = [UUID(task_id) for task_id in task_ids]
        self.versions: dict[str, int] = {}

    async def write(self, seed: int) -> None:
        random = Random(seed)
        owner = await self._county.database.connect()
        try:
            for number in range(ROUNDS):
                await self._one(owner, random, seed * 1000 + number)
        finally:
            await owner.close()

    async def _one(self, owner: asyncpg.Connection, random: Random, number: int) -> None:
        transaction = owner.transaction()
        await transaction.start()
        written: dict[str, int] = {}
        for task_id in sorted(random.sample(self._task_ids, random.randint(1, 3))):
            version = await owner.fetchval(CHANGE, task_id, self._county.running.context.clock.now())
            written[str(task_id)] = version
        if random.random() < 0.3:
            made = new_id()
            sealer = await self._county.running.context.keys.sealer(self._county.running.context, COUNTY)
            (sealed,) = sealed_subjects(sealer, COUNTY, [(made, PersonalData("新户"))])
            await owner.execute(ADD, self._task_ids[0], made, number, sealed)
            written[str(made)] = 1
        await asyncio.sleep(random.random() * 0.05)
        if random.random() < 0.25:
            await transaction.rollback()
            return
        await transaction.commit()
        for key, version in written.items():
            self.versions[key] = max(version, self.versions.get(key, 0))


async def test_every_change_comes_once_while_writers_are_at_work(county: County) -> None:
    first = [await county.new_task() for _ in range(8)]
    listed, token = await walk(county.township, limit=3)
    assert {task["id"] for task in listed} == {task["id"] for task in first}
    writers = Writers(county, [task["id"] for task in first])
    at_work = asyncio.gather(*(writers.write(seed) for seed in range(1, WRITERS + 1)))
    seen: list[tuple[str, int]] = []
    polls = 0
    while not at_work.done():
        items, token = await walk(county.township, limit=3, updated_after=token)
        seen += [(task["id"], task["version"]) for task in items]
        polls += 1
    await at_work
    items, token = await walk(county.township, limit=3, updated_after=token)
    seen += [(task["id"], task["version"]) for task in items]
    assert polls > 5
    assert len(seen) == len(set(seen))
    latest: dict[str, int] = {}
    for task_id, version in seen:
        assert version > latest.get(task_id, 0)
        latest[task_id] = version
    assert latest == writers.versions
    assert (await walk(county.township, updated_after=token))[0] == []
    async with county.owner() as owner:  # Made past the loop, which counts its tasks.
        await owner.execute("DELETE FROM warning.verification_task WHERE follow_up > 0")


async def test_a_walk_from_the_start_shows_every_task_once_while_they_change(county: County) -> None:
    tasks = [await county.new_task() for _ in range(7)]
    page = await got(county.township, "/v1/tasks", limit=2)
    seen = [task["id"] for task in page["items"]]
    for task in tasks:
        await change(county, task["id"])
    late = await county.new_task()
    while page["next_cursor"]:
        page = await got(county.township, "/v1/tasks", limit=2, cursor=page["next_cursor"])
        seen += [task["id"] for task in page["items"]]
    assert seen == [*(task["id"] for task in tasks), late["id"]]
    changed_since, _ = await walk(county.township, updated_after=page["updated_until"])
    assert {task["id"] for task in changed_since} == {*(task["id"] for task in tasks), late["id"]}


async def test_whatever_happens_to_a_task_is_a_change(county: County) -> None:
    household = registered()
    task = await county.new_task(household)
    path = f"/v1/tasks/{task['id']}"
    token = (await walk(county.township))[1]

    async def told() -> list[str]:
        nonlocal token
        items, token = await walk(county.township, updated_after=token)
        assert [each["id"] for each in items] == [task["id"]]
        return [str(items[0]["state"]), *(clue["indicator"] for clue in items[0]["clues"])]

    await county.new_task(household)
    assert await told() == ["pending", "YB01", "YB01"]
    corrected = await county.yb.post(
        f"/v1/warnings/{task['clues'][0]['warning_id']}/corrections",
        json={"amount": "7.10", "reason": "录错"},
        headers={"If-Match": "*"},
    )
    assert corrected.status_code == 201, corrected.text
    await told()
    assert (await county.township.put(f"/v1/lists/{CYCLE}/231226100/receipt")).status_code == 200
    assert (await told())[0] == "received"
    assert (await county.verify(task, "no_risk"))["status"] == "accepted"
    assert (await told())[0] == "closed"
    returned = await county.bureau.post(
        f"{path}/return", json={"reason": "照片不清"}, headers={"If-Match": "*"}
    )
    assert returned.status_code == 200, returned.text
    assert (await told())[0] == "returned"
    assert (await walk(county.township, updated_after=token))[0] == []


async def test_a_poll_sees_no_other_township_and_keeps_its_filters(county: County) -> None:
    token = (await walk(county.township))[1]
    own, foreign = await county.new_task(), await county.new_task(registered(OTHER_VILLAGE))
    assert [task["id"] for task in (await walk(county.township, updated_after=token))[0]] == [own["id"]]
    everything, _ = await walk(county.bureau, updated_after=token)
    assert [task["id"] for task in everything] == [own["id"], foreign["id"]]
    village, _ = await walk(county.bureau, updated_after=token, region=VILLAGE, cycle=CYCLE)
    assert [task["id"] for task in village] == [own["id"]]
    assert (await walk(county.bureau, updated_after=token, state="closed"))[0] == []


@pytest.mark.parametrize(
    "token", ["s1:2", "s5:3:", "s3:5:9", "s3:9:7,4", "s0:1:", "s3:5:3,3", "s" + "9" * 9000]
)
async def test_what_is_no_token_is_refused(common: County, token: str) -> None:
    answer = await common.bureau.get("/v1/tasks", params={"updated_after": token})
    assert problem(answer) == (422, "invalid_request")


async def test_a_token_of_another_life_of_the_database_is_refused(common: County) -> None:
    for token in ("s900000000000:900000000001:", "s3:900000000001:5,6"):
        answer = await common.bureau.get("/v1/tasks", params={"updated_after": token})
        assert problem(answer) == (422, "unknown_snapshot")
        assert "重新读取全部" in answer.json()["title"]


async def test_cursors_that_do_not_fit_are_refused(common: County) -> None:
    _, token = await walk(common.bureau)
    snapshot = Snapshot.of(token[1:])
    some = str(new_id())
    bad: list[list[Any]] = [
        [some],
        [some, token, 5],
        [some, token, "2026-1"],
        ["x", token, CYCLE],
        [some, "s5:3:", CYCLE],
        [some, snapshot.xmin, CYCLE],
    ]
    for parts in bad:
        answer = await common.bureau.get("/v1/tasks", params={"cursor": encode(parts)})
        assert problem(answer) == (422, "invalid_cursor"), parts
    for parts in ([some, token, CYCLE], [some, token, 0], [some, token, 2**63]):
        answer = await common.bureau.get(
            "/v1/tasks", params={"cursor": encode(parts), "updated_after": token}
        )
        assert problem(answer) == (422, "invalid_cursor"), parts
    other_month = encode([some, token, "2026-10"])
    assert problem(await common.bureau.get("/v1/tasks", params={"cursor": other_month, "cycle": CYCLE})) == (
        422,
        "invalid_cursor",
    )
