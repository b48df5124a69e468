"""Work for a companion, known by its name in the other process."""

import os
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import IO

from shared.runtime.companion import Share
from shared.tables.errors import MalformedTable


def lines(_: None, file: IO[bytes]) -> Generator[bytes, None, None]:
    yield from file


def pids(_: None, file: IO[bytes]) -> Generator[int, None, None]:
    yield os.getpid()


def share_of_lines(share: Share[None], file: IO[bytes]) -> Generator[bytes, None, None]:
    yield from share.of(file)


def has_imported(module: str, file: IO[bytes]) -> Generator[bool, None, None]:
    yield module in sys.modules


def refusing(_: None, file: IO[bytes]) -> Generator[int, None, None]:
    yield 1
    raise MalformedTable("empty_file", "文件是空的")


def faulty(secret: str, file: IO[bytes]) -> Generator[int, None, None]:
    yield 1
    raise ValueError(secret)


def ending(_: None, file: IO[bytes]) -> Generator[int, None, None]:
    yield 1
    os._exit(9)


def endless(note: str, file: IO[bytes]) -> Generator[bytes, None, None]:
    """A MiB after the other; writes into ``note`` how many were made, and ``closed`` at the end."""
    made = 0
    try:
        while True:
            made += 1
            Path(note).write_text(str(made))
            yield bytes(2**20)
    finally:
        Path(note).write_text(f"{made} closed")


def slow(_: None, file: IO[bytes]) -> Generator[int, None, None]:
    yield 1
    time.sleep(60)
    yield 2


def environment(_: None, file: IO[bytes]) -> Generator[dict[str, str], None, None]:
    yield dict(os.environ)
    yield {"nice": str(os.nice(0)), "command": Path("/proc/self/cmdline").read_text()}
