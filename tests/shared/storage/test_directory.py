"""What only a directory can get wrong."""

import errno
import os
from pathlib import Path

import pytest

from shared.storage import StorageAway
from shared.storage.directory import DirectoryStorage


async def test_only_the_owner_may_read_what_is_kept(tmp_path: Path) -> None:
    await DirectoryStorage(tmp_path / "kept").put("231226/2026-11/ab", b"x")
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "kept").rglob("*")}
    assert modes == {"231226": 0o700, "2026-11": 0o700, "ab": 0o600}


async def test_a_full_disk_leaves_nothing_and_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageAway):
        await DirectoryStorage(tmp_path).put("231226/ab", b"x")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


async def test_what_a_killed_process_left_unfinished_is_told_and_can_be_deleted(tmp_path: Path) -> None:
    storage = DirectoryStorage(tmp_path)
    await storage.put("231226/ab", b"x")
    (tmp_path / "231226" / ".part-q1w2e3").write_bytes(b"half")
    told = {each.key async for batch in storage.objects("231226") for each in batch}
    assert told == {"231226/ab", "231226/.part-q1w2e3"}
    await storage.delete("231226/.part-q1w2e3")
    assert [path.name for path in (tmp_path / "231226").iterdir()] == ["ab"]
