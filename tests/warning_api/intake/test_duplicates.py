"""Which records count once only, and what they repeat."""

from typing import Any

from services.warning_api.filing import staging
from services.warning_api.intake import preparation
from tests.factories.warnings import new_id_number, record
from tests.warning_api.conftest import County, got, problem


async def duplicates(county: County, batch: dict[str, Any], **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await got(county.yb, f"/v1/batches/{batch['id']}/duplicates", **params))[
        "items"
    ]
    return found


async def test_each_is_told_with_what_it_repeats(common: County, monkeypatch: Any) -> None:
    ids = [new_id_number() for _ in range(3)]
    made = [record(f"of-{n}", id_number=number, phone="13800001234") for n, number in enumerate(ids)]
    first = (await common.post_batch(common.yb, "of-1", made)).json()
    assert await duplicates(common, first) == []
    again = [
        made[1],
        record("of-new"),
        {**made[2], "phone": "13800009999"},
        {**made[0], "amount": "15100"},
        record("of-new"),
        {**made[2], "amount": "1.00"},
        record("of-new", name=""),
    ]
    second = (await common.post_batch(common.yb, "of-2", again)).json()
    assert [second[n] for n in ("received", "accepted", "duplicate", "rejected")] == [7, 1, 5, 1]
    warnings = {
        w["source_record_id"]: w["id"] for batch in (first, second) for w in await common.warnings(batch)
    }

    def of(batch: dict[str, Any], line: int, number: str, *, same: bool) -> dict[str, Any]:
        place = {"batch_id": batch["id"], "batch_no": batch["batch_no"], "line": line}
        return {**place, "warning_id": warnings[number], "same_content": same}

    expected = [
        {"line": 1, "source_record_id": "of-1", "of": of(first, 2, "of-1", same=True)},
        {"line": 3, "source_record_id": "of-2", "of": of(first, 3, "of-2", same=False)},
        {"line": 4, "source_record_id": "of-0", "of": of(first, 1, "of-0", same=True)},
        {"line": 5, "source_record_id": "of-new", "of": of(second, 2, "of-new", same=True)},
        {"line": 6, "source_record_id": "of-2", "of": of(first, 3, "of-2", same=False)},
    ]
    assert await duplicates(common, second) == expected
    page = await got(common.bureau, f"/v1/batches/{second['id']}/duplicates", limit=2)
    rest = await got(
        common.bureau, f"/v1/batches/{second['id']}/duplicates", cursor=page["next_cursor"], limit=500
    )
    assert page["items"] + rest["items"] == expected
    assert problem(await common.zj.get(f"/v1/batches/{second['id']}/duplicates")) == (404, "not_found")
    # The same again, all of it: nothing new, and still everything is told.
    third = (await common.post_batch(common.yb, "of-3", made)).json()
    assert [d["of"]["same_content"] for d in await duplicates(common, third)] == [True] * 3


async def test_across_chunks(common: County, monkeypatch: Any) -> None:
    monkeypatch.setattr(preparation, "CHUNK", 4)
    made = [record(f"chunk-{n % 6}") for n in range(15)]
    batch = (await common.post_batch(common.yb, "chunks", made)).json()
    assert (batch["accepted"], batch["duplicate"]) == (6, 9)
    told = await duplicates(common, batch)
    assert [(d["line"], d["of"]["line"]) for d in told] == [(n, (n - 1) % 6 + 1) for n in range(7, 16)]


async def test_a_batch_with_them_is_compared_too(common: County) -> None:
    made = [record("twice"), record("twice")]
    batch = (await common.post_batch(common.yb, "twice", made)).json()
    assert (batch["accepted"], batch["duplicate"]) == (1, 1)
    async with common.owner() as owner:
        jobs = await owner.fetch("SELECT payload FROM warning.pgqueuer WHERE entrypoint = 'compare_batch'")
    assert [job for job in jobs if batch["id"].encode() in job["payload"]]


async def test_a_batch_without_them_asks_nothing_of_it(common: County, monkeypatch: Any) -> None:
    async def never(*_: Any) -> None:
        raise AssertionError("asked for duplicates")

    monkeypatch.setattr(staging, "note_duplicates", never)
    monkeypatch.setattr(staging, "keep_duplicates", never)
    assert (
        await common.post_batch(common.yb, "none", [record("none-1"), record("none-2")])
    ).status_code == 201


async def test_a_dry_run_leaves_none(common: County) -> None:
    answer = await common.post_batch(common.yb, "dry", [record("dry-dup"), record("dry-dup")], dry_run="true")
    assert answer.json()["duplicate"] == 1
    async with common.owner() as owner:
        assert not await owner.fetchval(
            "SELECT count(*) FROM warning.batch_duplicate WHERE source_record_id = 'dry-dup'"
        )
