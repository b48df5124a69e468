"""Objects as files of a directory that only their owner may read."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final, TypeVar

import structlog

from shared.storage.port import ObjectMissing, StorageAway, StoredObject, checked_key

log = structlog.get_logger("storage")

#: A file that is being written. No key begins so.
_UNFINISHED: Final = ".part-"
_AT_A_TIME: Final = 1_000

Result = TypeVar("Result")


class DirectoryStorage:
    """`Storage` under ``root``. Files are written beside their place, synced and renamed into it."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, key: str, content: bytes) -> None:
        path = self._path(key)
        await _in_thread(lambda: self._write(path, content))

    async def get(self, key: str) -> bytes:
        path = self._path(key)
        try:
            return await _in_thread(path.read_bytes)
        except FileNotFoundError:
            raise ObjectMissing(key) from None

    async def delete(self, key: str) -> None:
        """Also what ``objects`` tells of unfinished files."""
        folder, _, name = key.rpartition("/")
        path = self._path(folder) / name if name.startswith(_UNFINISHED) else self._path(key)
        await _in_thread(lambda: path.unlink(missing_ok=True))

    async def objects(self, prefix: str) -> AsyncIterator[Sequence[StoredObject]]:
        found = self._walk(self._path(prefix))
        while batch := await _in_thread(lambda: list(islice(found, _AT_A_TIME))):
            yield batch

    def _path(self, key: str) -> Path:
        return self._root / checked_key(key)

    def _write(self, path: Path, content: bytes) -> None:
        new_folders = [folder for folder in path.parents if not folder.exists()]
        for folder in reversed(new_folders):
            folder.mkdir(mode=0o700, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=_UNFINISHED)
        unfinished = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        for folder in (path.parent, *(folder.parent for folder in new_folders)):
            _sync(folder)

    def _walk(self, folder: Path) -> Iterator[StoredObject]:
        for parent, _, names in os.walk(folder):
            for name in names:
                path = Path(parent) / name
                try:
                    modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                except FileNotFoundError:
                    continue
                yield StoredObject(path.relative_to(self._root).as_posix(), modified)


def _sync(folder: Path) -> None:
    """A name is on the disk only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


async def _in_thread(work: Callable[[], Result]) -> Result:
    try:
        return await asyncio.to_thread(work)
    except FileNotFoundError:
        raise
    except OSError as error:
        log.warning("storage_away", error=error.strerror, errno=error.errno)
        raise StorageAway() from error
