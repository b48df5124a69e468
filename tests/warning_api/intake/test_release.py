"""Batches that wait for their department head, where the county wants it."""

import asyncio
from typing import Any

import httpx
import pytest

from services.warning_api.intake import release
from tests.factories.warnings import CYCLE, new_id_number, record
from tests.warning_api.conftest import County, got, problem

ANYBODY = {"If-Match": "*"}


@pytest.fixture
async def strict(county: County) -> County:
    await county.set_parameter("release_required", "true")
    return county


def head(county: County) -> httpx.AsyncClient:
    return county.caller("department", "YB", name="YB-head")


async def decide(
    client: httpx.AsyncClient, batch: dict[str, Any], decision: str, **headers: str
) -> httpx.Response:
    body = {"reason": "金额有误，请核实"} if decision == "refusal" else None
    return await client.post(f"/v1/batches/{batch['id']}/{decision}", json=body, headers=headers or ANYBODY)


async def queued(county: County, batch: dict[str, Any]) -> int:
    async with county.owner() as owner:
        rows = await owner.fetch("SELECT payload FROM warning.pgqueuer WHERE entrypoint = 'compare_batch'")
    return sum(batch["id"].encode() in row["payload"] for row in rows)


async def test_without_the_rule_a_batch_goes_at_once(common: County) -> None:
    batch = (await common.post_batch(common.yb, "free", [record("free")])).json()
    assert (batch["released"], batch["released_at"], batch["released_by"]) == (True, None, None)
    assert await queued(common, batch) == 1
    for decision in ("release", "refusal"):
        answer = await decide(head(common), batch, decision)
        assert problem(answer) == (409, "not_awaiting_release")


async def test_it_is_compared_when_somebody_else_has_released_it(strict: County) -> None:
    answer = await strict.post_batch(strict.yb, "B1", [record("1")])
    batch = answer.json()
    assert (answer.status_code, batch["state"], batch["released"]) == (201, "filed", False)
    assert await queued(strict, batch) == 0
    await strict.compare(batch)
    assert (await got(strict.yb, f"/v1/batches/{batch['id']}"))["matches"] == {}
    assert await strict.tasks(strict.bureau) == []
    released = await decide(head(strict), batch, "release")
    assert released.status_code == 200, released.text
    found = released.json()
    assert (found["released"], found["released_by"], found["state"]) == (True, "YB-head", "filed")
    assert found["released_at"].startswith("2026-11-08T09:00")
    assert released.headers["ETag"] == f'"{found["version"]}"'
    assert await queued(strict, batch) == 1
    await strict.compare(batch)
    assert (await got(strict.yb, f"/v1/batches/{batch['id']}"))["state"] == "dispatched"
    again = await strict.post_batch(strict.yb, "B1", [record("1")])
    assert (again.status_code, again.json()) == (200, batch)
    assert problem(await decide(head(strict), batch, "release")) == (409, "not_awaiting_release")
    async with strict.owner() as owner:
        actors = await owner.fetch(
            "SELECT client_id FROM warning.audit_entry WHERE action = 'batch.released'"
        )
    assert [row["client_id"] for row in actors] == ["YB-head"]


async def test_who_may_decide_and_on_what_they_have_seen(strict: County) -> None:
    batch = (await strict.post_batch(strict.yb, "B1", [record("1")])).json()
    path = f"/v1/batches/{batch['id']}"
    for decision in ("release", "refusal"):
        assert problem(await decide(strict.yb, batch, decision)) == (409, "same_person")
        assert problem(await decide(strict.zj, batch, decision)) == (404, "not_found")
        assert problem(await decide(strict.bureau, batch, decision))[0] == 403
        stale = await decide(head(strict), batch, decision, **{"If-Match": '"7"'})
        assert problem(stale) == (412, "stale_version")
        assert problem(await head(strict).post(f"{path}/{decision}", json={"reason": "x"}))[0] == 428
    assert problem(await head(strict).post(f"{path}/refusal", json={}, headers=ANYBODY))[0] == 422
    etag = (await head(strict).get(path)).headers["ETag"]
    assert (await decide(head(strict), batch, "release", **{"If-Match": etag})).status_code == 200


async def test_a_refused_batch_ends_and_its_records_may_be_pushed_anew(
    strict: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "CHUNK", 2)
    records = [record(str(n), id_number=new_id_number()) for n in range(5)]
    batch = (await strict.post_batch(strict.yb, "B1", [*records, record("bad", name="")])).json()
    refused = await decide(head(strict), batch, "refusal")
    assert refused.status_code == 200, refused.text
    found = refused.json()
    assert (found["state"], found["released"], found["closed"]) == ("closed", False, 5)
    assert found["refused_at"].startswith("2026-11-08T09:00")
    assert problem(await decide(head(strict), batch, "release")) == (409, "not_awaiting_release")
    warnings = await strict.warnings(batch)
    assert [(w["state"], w["outcome"], w["match"]) for w in warnings] == [("closed", None, None)] * 5
    for warning in warnings:
        (entry,) = (await got(strict.yb, f"/v1/warnings/{warning['id']}"))["entries"]
        assert (entry["kind"], entry["reason"]) == ("withdrawal", "金额有误，请核实")
        assert entry["entered_by"] == "YB-head"
        assert await strict.events(f"warning/{warning['id']}") == [("warning.closed", 1)]
    await strict.compare(batch)
    assert await strict.tasks(strict.bureau) == []
    cycle = await got(strict.yb, f"/v1/cycles/{CYCLE}")
    assert cycle["departments"][0]["state"] == "missing"
    anew = (await strict.post_batch(strict.yb, "B2", records)).json()
    assert (anew["accepted"], anew["duplicate"]) == (5, 0)
    assert (await decide(head(strict), anew, "release")).status_code == 200
    await strict.compare(anew)
    assert len(await strict.tasks(strict.bureau)) == 5


async def test_of_two_who_decide_at_once_one_is_heard(strict: County) -> None:
    for number in range(4):
        records = [record(f"{number}-{n}", id_number=new_id_number()) for n in range(50)]
        batch = (await strict.post_batch(strict.yb, f"B{number}", records)).json()
        answers = await asyncio.gather(
            decide(head(strict), batch, "refusal"), decide(head(strict), batch, "release")
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        found = await got(strict.yb, f"/v1/batches/{batch['id']}")
        refused = answers[0].status_code == 200
        assert (found["closed"], found["released"]) == ((50, False) if refused else (0, True))
        assert await queued(strict, batch) == (0 if refused else 1)
