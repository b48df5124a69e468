"""A long list is answered in parts: each task once, whoever else is at it, and all of it or nothing."""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx
import psutil
import pytest

from bihuan.bench.pushed_records import invented_records
from services.warning_api.verification import endpoints, service, submission
from services.warning_api.verification.rules import MOST_ITEMS
from shared.runtime.tables import SPREADSHEETS_AT_ONCE
from shared.tables.content_types import MEDIA_TYPES
from tests.factories.warnings import COUNTY, CYCLE, OTHER_VILLAGE, VILLAGE
from tests.shared.tables.conftest import workbook
from tests.warning_api.conftest import County, problem

HEAD = "任务编号,核实结果,入户日期,核实人\n"


async def tasks(county: County, number: int) -> list[str]:
    await county.push(
        county.yb, "parts", [{**record, "region_code": VILLAGE} for record in invented_records(number)]
    )
    async with county.owner() as owner:
        rows = await owner.fetch("SELECT id FROM warning.verification_task ORDER BY id")
    assert len(rows) == number
    return [str(row["id"]) for row in rows]


async def sent(
    county: County, ids: Sequence[str], township: httpx.AsyncClient | None = None
) -> httpx.Response:
    lines = "".join(f"{id_},无风险,2026-11-08,王五\n" for id_ in ids)
    return await (township or county.township).post(
        "/v1/verifications",
        content=(HEAD + lines).encode(),
        headers={"Content-Type": "text/csv"},
        timeout=60,
    )


async def check(county: County, answered: int) -> None:
    """So many visits, each of another task, told and audited once; the counts are what a recount finds."""
    async with county.owner() as owner:
        visits = "SELECT count(*), count(DISTINCT task_id) FROM warning.verification"
        assert tuple(await owner.fetchrow(visits)) == (answered, answered)
        told = "SELECT count(*), count(DISTINCT subject) FROM warning.outbox_event WHERE type = 'bihuan.task.verified'"
        assert tuple(await owner.fetchrow(told)) == (answered, answered)
        audited = "SELECT count(*) FROM warning.audit_entry WHERE action = 'task.verified'"
        assert await owner.fetchval(audited) == answered
        missing = "SELECT warning.recount_loop($1, $2, gen_random_uuid())"
        assert await owner.fetchval(missing, COUNTY, CYCLE) == 0


async def test_a_task_that_another_holds_is_waited_for(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "PART", 2)
    begun_again: list[int] = []
    joined = submission.joined

    def counted(parts: Any) -> Any:
        begun_again.append(len(parts))
        return joined(parts)

    monkeypatch.setattr(submission, "joined", counted)
    ids = await tasks(county, 7)
    async with county.owner() as owner:
        transaction = owner.transaction()
        await transaction.start()
        await owner.execute("SELECT FROM warning.verification_task WHERE id = $1::uuid FOR UPDATE", ids[4])
        sending = asyncio.create_task(sent(county, [*ids, ids[0]]))
        while not begun_again:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.3)
        assert not sending.done()
        await transaction.rollback()
    answer = await sending
    items = answer.json()["items"]
    assert [item["status"] for item in items] == [*["accepted"] * 7, "rejected"], answer.text
    assert [error["code"] for error in items[-1]["errors"]] == ["repeated_task"]
    assert [item["version"] for item in items[:-1]] == [items[0]["version"]] * 7
    assert begun_again == [4]
    await check(county, 7)


async def test_who_waits_for_a_task_keeps_nobody_from_reading(county: County) -> None:
    """As many lists as are read at once wait for a task; another is read meanwhile."""
    ids = await tasks(county, 2)
    held, free = (workbook([HEAD.strip().split(","), [id_, "无风险", "2026-11-08", "王五"]]) for id_ in ids)

    async def uploaded(content: bytes) -> httpx.Response:
        headers = {"Content-Type": MEDIA_TYPES["xlsx"]}
        return await county.township.post("/v1/verifications", content=content, headers=headers, timeout=60)

    async with county.owner() as owner:
        transaction = owner.transaction()
        await transaction.start()
        await owner.execute("SELECT FROM warning.verification_task WHERE id = $1::uuid FOR UPDATE", ids[0])
        waiting = [asyncio.create_task(uploaded(held)) for _ in range(SPREADSHEETS_AT_ONCE)]
        await asyncio.sleep(2)
        answer = await asyncio.wait_for(uploaded(free), 20)
        assert (answer.json()["accepted"], [each.done() for each in waiting]) == (1, [False] * len(waiting))
        await transaction.rollback()
    assert [(await each).json()["accepted"] for each in waiting] == [1] * len(waiting)
    await check(county, 2)


async def test_more_rows_than_are_taken_leave_no_process(county: County) -> None:
    ids = await tasks(county, 1)
    row = [ids[0], "无风险", "2026-11-08", "王五"]
    content = workbook([HEAD.strip().split(","), *[row] * (MOST_ITEMS + 1)])
    headers = {"Content-Type": MEDIA_TYPES["xlsx"]}
    answer = await county.township.post("/v1/verifications", content=content, headers=headers, timeout=60)
    assert problem(answer)[0] == 413
    assert not [each for each in psutil.Process().children() if "xlsx_process.py" in " ".join(each.cmdline())]
    await check(county, 0)


async def test_two_townships_with_tasks_of_the_same_batches_do_not_wait_for_each_other(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parts of one list come to the batches in the order of the other's backwards."""
    monkeypatch.setattr(endpoints, "PART", 1)
    people = invented_records(4)
    for number in range(2):
        records = [{**next(people), "region_code": village} for village in (VILLAGE, OTHER_VILLAGE)]
        await county.push(county.yb, f"shared-{number}", records)
    tasks_of = (
        "SELECT t.id FROM warning.verification_task t JOIN warning.warning w ON w.task_id = t.id"
        " WHERE t.township_code = $1 ORDER BY w.batch_id"
    )
    async with county.owner() as owner:
        own, others = [
            [str(row["id"]) for row in await owner.fetch(tasks_of, village[:9])]
            for village in (VILLAGE, OTHER_VILLAGE)
        ]
    written, both_at_it = submission._written, asyncio.Barrier(2)

    async def then_meet(*arguments: Any) -> Any:
        verdicts = await written(*arguments)
        await both_at_it.wait()
        return verdicts

    monkeypatch.setattr(submission, "_written", then_meet)
    answers = await asyncio.wait_for(
        asyncio.gather(sent(county, own), sent(county, others[::-1], county.other_township)), 30
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json()["accepted"] for answer in answers] == [2, 2]
    await check(county, 4)
    async with county.owner() as owner:
        states = await owner.fetch("SELECT state, closed FROM warning.batch")
    assert [tuple(row) for row in states] == [("closed", 2)] * 2


async def test_what_fails_in_a_later_part_leaves_nothing(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "PART", 2)
    ids = await tasks(county, 5)
    lines = "".join(f"{id_},无风险,2026-11-08,王五\n" for id_ in ids)
    broken = (HEAD + lines).encode() + b'"unbalanced'
    answer = await county.township.post(
        "/v1/verifications", content=broken, headers={"Content-Type": "text/csv"}
    )
    assert answer.status_code == 422, answer.text
    await check(county, 0)
    monkeypatch.setattr(service, "known_of", fails_at_the_second(service.known_of))
    assert (await sent(county, ids)).status_code == 500
    await check(county, 0)


def fails_at_the_second(known_of: Any) -> Any:
    parts = []

    async def failing(*arguments: Any, **named: Any) -> Any:
        parts.append(arguments)
        if len(parts) == 2:
            raise RuntimeError("second part")
        return await known_of(*arguments, **named)

    return failing


async def test_others_answer_the_same_list_from_its_end(county: County) -> None:
    ids = await tasks(county, 5_000)
    other = county.caller("township", "231226100", "231226100", name="second-officer")
    answers = await asyncio.gather(
        sent(county, ids),
        *(
            other.post(
                "/v1/verifications",
                json={
                    "items": [
                        {
                            "task_id": id_,
                            "outcome": "moved",
                            "visited_on": "2026-11-08",
                            "verifiers": ["王五"],
                        }
                        for id_ in ids[at::40][::-1]
                    ]
                },
                timeout=60,
            )
            for at in (0, 1, 2)
        ),
    )
    assert [answer.status_code for answer in answers] == [200] * 4
    taken = [sum(item["status"] == "accepted" for item in answer.json()["items"]) for answer in answers]
    assert sum(taken) == len(ids)
    assert [item["task_id"] for item in answers[0].json()["items"]] == ids
    await check(county, len(ids))
