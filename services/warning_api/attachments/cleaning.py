"""A photo or PDF made harmless in a process of its own: no memory, time or secret of the service is within its
reach, whatever the file makes the decoder do."""

import asyncio
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from services.warning_api.attachments.errors import AttachmentRefused
from services.warning_api.attachments.rules import KEPT_AS, MEBIBYTE

_PROGRAM = Path(__file__).with_name("cleaning_process.py")


@dataclass(frozen=True, slots=True)
class CleaningLimits:
    """What the process may use. A picture takes three or four bytes a pixel, twice while it is turned."""

    memory: int = 1024 * MEBIBYTE
    cpu_seconds: int = 30
    wait_seconds: float = 60.0
    most_bytes: int = 64 * MEBIBYTE
    most_pixels: int = 64_000_000


DEFAULT_LIMITS = CleaningLimits()


@dataclass(frozen=True, slots=True)
class Cleaned:
    """``content_type``: of what ``content`` is now. Width and height of a picture, pages of a PDF."""

    content: bytes
    content_type: str
    width: int | None = None
    height: int | None = None
    pages: int | None = None


class _Verdict(msgspec.Struct):
    refused: str | None = None
    width: int | None = None
    height: int | None = None
    pages: int | None = None


async def clean(file: IO[bytes], kind: str, limits: CleaningLimits = DEFAULT_LIMITS) -> Cleaned:
    """What ``file`` (a file of the system, as a whole) shows, without what it tells of its making.

    Raises ``AttachmentRefused`` with the reason; what a process cannot do within its limits is unreadable.
    """
    with tempfile.TemporaryFile() as result:
        said = await _run(file, result, kind, limits)
        try:
            verdict = msgspec.json.decode(said, type=_Verdict)
        except msgspec.DecodeError:
            verdict = _Verdict("attachment_unreadable")
        if verdict.refused is not None:
            raise AttachmentRefused(verdict.refused)
        result.seek(0)
        content = await asyncio.to_thread(result.read)
    return Cleaned(content, KEPT_AS[kind], verdict.width, verdict.height, verdict.pages)


async def _run(file: IO[bytes], result: IO[bytes], kind: str, limits: CleaningLimits) -> bytes:
    """The verdict; empty where the process died or was killed at its limits."""
    file.seek(0)
    os.lseek(file.fileno(), 0, os.SEEK_SET)
    numbers = (
        result.fileno(),
        limits.memory,
        limits.cpu_seconds,
        limits.most_bytes,
        limits.most_pixels,
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(_PROGRAM),
        kind,
        *map(str, numbers),
        stdin=file,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        pass_fds=(result.fileno(),),
        env={"LC_ALL": "C.UTF-8"},
    )
    try:
        async with asyncio.timeout(limits.wait_seconds):
            said, _ = await process.communicate()
    except TimeoutError:
        return b""
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return said if process.returncode == 0 else b""
