"""A body that is prepared in a process of its own is filed like any other."""

import os
import signal
from typing import Any

import orjson
import pytest

from services.warning_api.filing.staging import GROUP, Stage, open_personal_data
from services.warning_api.intake.preparation import SMALLEST_CHUNK
from shared.runtime.companion import SMALL
from tests.factories.warnings import COUNTY, record
from tests.warning_api.conftest import County, got, problem

MANY = 5_000
LONG = "出院诊断待补" * 12
NDJSON = {"Content-Type": "application/x-ndjson"}


def body(prefix: str, *last: bytes) -> bytes:
    """Lines of which the third and the last cannot be filed, with what a binary format could stumble over."""
    records: list[dict[str, Any]] = [
        record(f"{prefix}-{number}", detail=LONG, amount=None if number % 3 else "0.10")
        for number in range(MANY)
    ]
    records[2]["name"] = ""
    records[-1]["indicator"] = "ZJ01"
    records[4] |= {"source_record_id": f"{prefix}-\\.\t号 𠮷", "id_number": None, "amount": "12.30"}
    records[5]["region_code"] = None
    made = b"\n".join([*map(orjson.dumps, records), *last])
    assert len(made) > SMALL
    return made


async def push(county: County, batch_no: str, content: bytes) -> Any:
    return await county.yb.post("/v1/batches", params={"batch_no": batch_no}, content=content, headers=NDJSON)


async def test_every_record_comes_as_it_was_sent(common: County) -> None:
    answer = await push(common, "large", body("large"))
    assert answer.status_code == 201, answer.text
    batch = answer.json()
    assert (batch["received"], batch["accepted"], batch["duplicate"], batch["rejected"]) == (
        *(MANY, MANY - 2, 0),
        2,
    )
    rejects = (await got(common.yb, f"/v1/batches/{batch['id']}/rejects"))["items"]
    assert [(row["line"], row["source_record_id"]) for row in rejects] == [
        (3, "large-2"),
        (MANY, f"large-{MANY - 1}"),
    ]
    async with common.owner() as owner:
        rows = await owner.fetch(
            "SELECT * FROM warning.warning WHERE batch_id = $1::uuid ORDER BY line", batch["id"]
        )
    assert [row["line"] for row in rows] == [*range(1, 3), *range(4, MANY)]
    sequence = [row["filing_seq"] for row in rows]
    assert sequence == list(range(sequence[0], sequence[0] + MANY - 2))
    by_line = {row["line"]: row for row in rows}
    odd = by_line[5]
    assert (odd["source_record_id"], odd["id_index"], str(odd["amount"]), str(odd["occurred_on"])) == (
        *("large-\\.\t号 𠮷", None, "12.30"),
        "2026-11-02",
    )
    assert (by_line[6]["region_code"], by_line[8]["amount"], str(by_line[4]["amount"])) == (
        *("231226", None),
        "0.10",
    )
    assert len({row["id_index"] for row in rows}) == 2
    context = common.running.context
    sealer = await context.keys.sealer(context, COUNTY)
    opened = open_personal_data(sealer, COUNTY, [(row["id"], row["sealed"]) for row in rows])
    assert {(person.name, person.detail) for person in opened} == {("张三", LONG)}


async def test_what_breaks_at_its_end_leaves_nothing(common: County) -> None:
    answer = await push(common, "broken", body("broken", b"{"))
    assert problem(answer)[0] == 400
    async with common.owner() as owner:
        assert await owner.fetchval("SELECT count(*) FROM warning.batch WHERE batch_no = 'broken'") == 0
        left = "SELECT count(*) FROM warning.warning WHERE source_record_id LIKE 'broken-%'"
        assert await owner.fetchval(left) == 0
    assert (await push(common, "broken", body("broken"))).status_code == 201


async def test_a_process_lost_half_way_leaves_nothing(
    common: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = Stage.file

    async def filed_once(stage: Stage, chunk: Any) -> None:
        await file(stage, chunk)
        for pid in common.running.context.companions.pids:
            os.kill(pid, signal.SIGKILL)

    monkeypatch.setattr(Stage, "file", filed_once)
    lost = await push(common, "lost", body("lost"))
    assert problem(lost) == (503, "unavailable")
    assert lost.headers["Retry-After"]
    monkeypatch.setattr(Stage, "file", file)
    async with common.owner() as owner:
        left = "SELECT count(*) FROM warning.warning WHERE source_record_id LIKE 'lost-%'"
        assert await owner.fetchval(left) == 0
    again = await push(common, "lost", body("lost"))
    assert (again.status_code, again.json()["accepted"]) == (201, MANY - 2)


async def test_rejects_of_a_first_chunk_stay_when_a_later_one_is_filed_again(common: County) -> None:
    """A chunk that meets a record that was filed before is taken back: nothing of the chunks before it goes with it."""
    filed = record("again")
    assert (await common.post_batch(common.yb, "again-1", [filed])).status_code == 201
    bad = [record(f"again-bad-{number}", name="") for number in range(2 * SMALLEST_CHUNK)]
    answer = await common.post_batch(common.yb, "again-2", [*bad, record("again-new"), filed])
    batch = answer.json()
    assert (batch["rejected"], batch["accepted"], batch["duplicate"]) == (len(bad), 1, 1)
    seen = await rejects_of(common, batch["id"])
    assert [reject["source_record_id"] for reject in seen] == [each["source_record_id"] for each in bad]


async def rejects_of(county: County, batch_id: str) -> list[dict[str, Any]]:
    seen: list[dict[str, Any]] = []
    params: dict[str, Any] = {"limit": 500}
    while True:
        page = await got(county.yb, f"/v1/batches/{batch_id}/rejects", **params)
        seen += page["items"]
        if page["next_cursor"] is None:
            return seen
        params["cursor"] = page["next_cursor"]


@pytest.mark.parametrize("place", [5, SMALLEST_CHUNK + 15, GROUP + SMALLEST_CHUNK + 25])
async def test_wherever_a_record_that_was_filed_stands_the_others_are_filed_once(
    common: County, place: int
) -> None:
    filed = record(f"within-{place}")
    assert (await common.post_batch(common.yb, f"within-{place}-1", [filed])).status_code == 201
    sent = [
        record(f"within-{place}-{number}", name="" if number % 10 == 0 else "张三")
        for number in range(2 * GROUP)
    ]
    sent[place] = filed
    answer = await common.post_batch(common.yb, f"within-{place}-2", sent)
    batch, bad = answer.json(), range(1, 2 * GROUP, 10)
    expected = (2 * GROUP, 2 * GROUP - len(bad) - 1, 1, len(bad))
    assert tuple(batch[name] for name in ("received", "accepted", "duplicate", "rejected")) == expected
    assert [reject["line"] for reject in await rejects_of(common, batch["id"])] == [*bad]
    lines = "SELECT line FROM warning.warning WHERE batch_id = $1::uuid ORDER BY line"
    async with common.owner() as owner:
        rows = await owner.fetch(lines, batch["id"])
    assert {row["line"] for row in rows} == {*range(1, 2 * GROUP + 1)} - {*bad, place + 1}
    assert len(rows) == expected[1]
