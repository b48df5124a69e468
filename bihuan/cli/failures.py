"""Which failures are expected, and each as one line: what is wrong and what to do, never a traceback."""

from typing import Final

import asyncpg
import typer

from bihuan.client import ClientError
from bihuan.county import CountyDiffers, RegionsFileRefused
from bihuan.launcher.errors import LaunchRefused
from shared.sealing.errors import SealingError


class CommandRefused(Exception):
    """What a command itself finds wrong with what it was asked; the message is the line."""


EXPECTED: Final = (
    CommandRefused,
    LaunchRefused,
    CountyDiffers,
    RegionsFileRefused,
    ClientError,
    SealingError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    OSError,
)


def one_line(error: Exception) -> str:
    """The message on one line; of a longer one (the end of a log) the first line and the last."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}：{error.strerror}"
    said = error.format_message() if isinstance(error, typer.TyperException) else str(error)
    lines = [line.strip() for line in said.splitlines() if line.strip()] or [type(error).__name__]
    return lines[0] if len(lines) == 1 else f"{lines[0]} {lines[-1]}"
