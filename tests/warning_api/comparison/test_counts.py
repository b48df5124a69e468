"""A batch's counts stand in its row, and are those of its warnings after every change."""

import asyncio
from typing import Any

import httpx
import pytest

from services.warning_api.comparison import service
from tests.factories.warnings import new_id_number, record, registered
from tests.warning_api.conftest import County, got

RECOUNT = """
SELECT b.id, b.state, b.matches::text AS matches, b.closed,
    (SELECT coalesce(jsonb_object_agg(m.match, m.n), '{}')::text FROM (
        SELECT w.match, count(*) AS n FROM warning.warning w
        WHERE w.batch_id = b.id AND w.match IS NOT NULL GROUP BY w.match) m) AS counted_matches,
    (SELECT count(*) FROM warning.warning w WHERE w.batch_id = b.id AND w.state = 'closed') AS counted_closed
FROM warning.batch b"""


async def counted(county: County, batch: dict[str, Any]) -> tuple[dict[str, int], int]:
    """The counts that the batch answers with, after all batches were counted again."""
    async with county.owner() as owner:
        for row in await owner.fetch(RECOUNT):
            assert (row["matches"], row["closed"]) == (row["counted_matches"], row["counted_closed"])
    found = await got(county.yb, f"/v1/batches/{batch['id']}")
    return found["matches"], found["closed"]


def chosen_person(candidate: dict[str, Any]) -> str:
    person: str = candidate["options"][0]["person_id"]
    return person


async def candidate_of(county: County, batch: dict[str, Any], *, decided: bool = False) -> dict[str, Any]:
    """The only uncertain match of the county, with a header for writing to it."""
    (found,) = (await got(county.bureau, "/v1/candidates", decided=decided))["items"]
    return {**found, "if_match": {"If-Match": f'"{found["version"]}"'}}


async def test_counts_follow_every_change(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "CHUNK", 2)
    await county.set_parameter("dispatch_below_threshold", "false")
    known = [new_id_number() for _ in range(3)]
    county.registry.persons |= {number: registered() for number in known}
    county.registry.candidates["疑似"] = [{**registered(), "score": 0.7, "reasons": ["name"]}]
    rows = [record(f"known-{n}", id_number=number) for n, number in enumerate(known)]
    rows += [
        record("below", id_number=new_id_number(), amount="100.00"),
        record("unknown", id_number=new_id_number(), amount="30000.00"),
        record("unsure", id_number=new_id_number(), name="疑似"),
        record("withdrawn", id_number=new_id_number()),
    ]
    batch = (await county.post_batch(county.yb, "B1", rows)).json()
    assert await counted(county, batch) == ({}, 0)
    warnings = {w["source_record_id"]: w["id"] for w in await county.warnings(batch)}
    withdrawal = await county.yb.post(
        f"/v1/warnings/{warnings['withdrawn']}/withdrawal", json={"reason": "报错了人"}
    )
    assert withdrawal.status_code == 201, withdrawal.text
    assert await counted(county, batch) == ({}, 1)
    await county.compare(batch)
    assert await counted(county, batch) == ({"lifted": 3, "unregistered": 2, "candidate": 1}, 2)

    decision = f"/v1/candidates/{warnings['unsure']}"
    open_one = await candidate_of(county, batch)
    body = {"person_id": chosen_person(open_one)}
    assert (
        await county.bureau.post(f"{decision}/decision", json=body, headers=open_one["if_match"])
    ).status_code == 200
    assert await counted(county, batch) == ({"lifted": 4, "unregistered": 2}, 2)
    decided = await candidate_of(county, batch, decided=True)
    undone = await county.bureau.post(
        f"{decision}/undo", json={"reason": "看错了"}, headers=decided["if_match"]
    )
    assert undone.status_code == 200, undone.text
    assert await counted(county, batch) == ({"lifted": 3, "unregistered": 2, "candidate": 1}, 2)

    corrected = await county.yb.post(
        f"/v1/warnings/{warnings['known-0']}/corrections", json={"reason": "录错", "amount": "31000.00"}
    )
    assert corrected.status_code == 201, corrected.text
    assert (await counted(county, batch))[1] == 2
    for record_id in ("known-1", "known-2"):
        warning = await got(county.bureau, f"/v1/warnings/{warnings[record_id]}")
        task = await got(county.bureau, f"/v1/tasks/{warning['task_id']}")
        assert (await county.verify(task, "no_risk"))["status"] == "accepted"
    assert await counted(county, batch) == ({"lifted": 3, "unregistered": 2, "candidate": 1}, 4)


async def test_what_is_compared_so_far_is_counted(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "CHUNK", 2)
    rows = [record(str(n), id_number=new_id_number()) for n in range(5)]
    batch = (await county.post_batch(county.yb, "B1", rows)).json()
    answer = county.registry.answer

    def fails_at_the_third(request: httpx.Request) -> httpx.Response:
        third = request.url.path == "/v1/matches" and county.registry.asked == 2
        return httpx.Response(503) if third else answer(request)

    county.running.context.http = httpx.AsyncClient(transport=httpx.MockTransport(fails_at_the_third))
    with pytest.raises(httpx.HTTPStatusError):
        await county.compare(batch)
    assert await counted(county, batch) == ({"unregistered": 4}, 0)
    assert (await got(county.yb, f"/v1/batches/{batch['id']}"))["state"] == "filed"
    county.running.context.http = httpx.AsyncClient(transport=county.registry.transport())
    await county.compare(batch)
    assert await counted(county, batch) == ({"unregistered": 5}, 0)


async def test_the_next_chunk_is_asked_for_while_the_last_is_placed(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "CHUNK", 2)
    batch = (
        await county.post_batch(
            county.yb, "B1", [record(str(n), id_number=new_id_number()) for n in range(4)]
        )
    ).json()
    placing = service.dispatch.place
    asked: list[int] = []

    async def place(*arguments: Any) -> Any:
        async with asyncio.timeout(10):
            while county.registry.asked < min(len(asked) + 2, 2):
                await asyncio.sleep(0.01)
        asked.append(county.registry.asked)
        return await placing(*arguments)

    monkeypatch.setattr(service.dispatch, "place", place)
    await county.compare(batch)
    assert asked == [2, 2]
    assert await counted(county, batch) == ({"unregistered": 4}, 0)


async def test_a_failure_while_a_chunk_is_placed_ends_the_asking_too(
    county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "CHUNK", 1)
    rows = [record(str(n), id_number=new_id_number()) for n in range(3)]
    batch = (await county.post_batch(county.yb, "B1", rows)).json()

    async def fails(*_: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(service.dispatch, "place", fails)
        with pytest.raises(RuntimeError):
            await county.compare(batch)
    assert len(asyncio.all_tasks()) == 1
    assert await counted(county, batch) == ({}, 0)
    await county.compare(batch)
    assert await counted(county, batch) == ({"unregistered": 3}, 0)


async def test_what_is_withdrawn_while_the_registry_is_asked_gets_no_result(county: County) -> None:
    rows = [record(str(n), id_number=new_id_number()) for n in range(3)]
    batch = (await county.post_batch(county.yb, "B1", rows)).json()
    withdrawn = (await county.warnings(batch))[0]["id"]
    answer = county.registry.answer

    async def withdraws(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/matches" and county.registry.asked == 0:
            taken = await county.yb.post(f"/v1/warnings/{withdrawn}/withdrawal", json={"reason": "报错了人"})
            assert taken.status_code == 201, taken.text
        return answer(request)

    county.running.context.http = httpx.AsyncClient(transport=httpx.MockTransport(withdraws))
    await county.compare(batch)
    assert await counted(county, batch) == ({"unregistered": 2}, 1)
    by_id = {w["id"]: w for w in await county.warnings(batch)}
    gone = by_id.pop(withdrawn)
    assert (gone["state"], gone["match"], gone["task_id"]) == ("closed", None, None)
    assert {w["state"] for w in by_id.values()} == {"dispatched"}
    assert len(await county.tasks(county.bureau)) == 2
