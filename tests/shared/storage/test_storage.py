"""What every store does, whatever is behind it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from shared.storage import ObjectMissing, Storage

#: More than fits in one piece of what is sent, and not text.
CONTENT = bytes(range(256)) * 40_000


async def keys(storage: Storage, prefix: str) -> list[str]:
    return sorted([each.key async for batch in storage.objects(prefix) for each in batch])


async def test_what_was_put_is_got_by_another(storage: Storage, reopened: Callable[[], Storage]) -> None:
    await storage.put("231226/2026-11/ab/abcdef", CONTENT)
    assert await reopened().get("231226/2026-11/ab/abcdef") == CONTENT


async def test_an_empty_object_is_an_object(storage: Storage) -> None:
    await storage.put("231226/empty", b"")
    assert await storage.get("231226/empty") == b""


async def test_what_is_not_there_is_missing(storage: Storage) -> None:
    with pytest.raises(ObjectMissing, match="231226/nothing"):
        await storage.get("231226/nothing")


async def test_what_was_deleted_is_missing_and_deleting_again_is_nothing(storage: Storage) -> None:
    await storage.put("231226/one", b"1")
    await storage.put("231226/other", b"2")
    await storage.delete("231226/one")
    await storage.delete("231226/one")
    with pytest.raises(ObjectMissing):
        await storage.get("231226/one")
    assert await storage.get("231226/other") == b"2"


async def test_objects_are_told_by_whole_segments_with_their_time(storage: Storage) -> None:
    for key in ("231226/2026-11/a", "231226/2026-11/b/c", "231226/2026-110", "231227/2026-11/a"):
        await storage.put(key, b"x")
    assert await keys(storage, "231226/2026-11") == ["231226/2026-11/a", "231226/2026-11/b/c"]
    assert await keys(storage, "231226") == ["231226/2026-11/a", "231226/2026-11/b/c", "231226/2026-110"]
    assert await keys(storage, "999999") == []
    (found,) = [each async for batch in storage.objects("231227") for each in batch]
    assert abs(found.modified - datetime.now(UTC)) < timedelta(minutes=1)


async def test_more_objects_than_one_answer_holds_are_all_told(storage: Storage) -> None:
    made = [f"231226/many/{number:04}" for number in range(1_050)]
    for key in made:
        await storage.put(key, b"")
    assert await keys(storage, "231226/many") == made


@pytest.mark.parametrize(
    "key", ["", "/etc/passwd", "../outside", "a/../b", "a//b", "a/", "A", "张三", "a.b", "a\0"]
)
async def test_a_key_never_leads_outside(storage: Storage, key: str) -> None:
    with pytest.raises(ValueError, match="a key has segments"):
        await storage.put(key, b"x")
    with pytest.raises(ValueError, match="a key has segments"):
        await storage.get(key)
    with pytest.raises(ValueError, match="a key has segments"):
        await storage.delete(key)
