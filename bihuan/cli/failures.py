"""Which failures are expected, and each as one line: what is wrong and what to do, never a traceback."""

from typing import Final

import asyncpg
import typer

from bihuan.client import ClientError
from bihuan.county import CountyDiffers, RegionsFileRefused
from bihuan.launcher.errors import LaunchRefused
from bihuan.regions.errors import RegionsChangeRefused
from shared.sealing.errors import SealingError


class CommandRefused(Exception):
    """What a command itself finds wrong with what it was asked; the message is the line."""


EXPECTED: Final = (
    CommandRefused,
    LaunchRefused,
    CountyDiffers,
    RegionsFileRefused,
    RegionsChangeRefused,
    ClientError,
    SealingError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    OSError,
)


#: The command line's own kinds of misuse, by the names of its exceptions.
MISUSES: Final = {
    "NoSuchOption": "没有这个选项",
    "MissingParameter": "缺少参数",
    "BadParameter": "参数不合要求",
    "NoArgsIsHelpError": "请写明要做什么",
}


def what_is_wrong(error: typer.TyperException) -> str:
    """In Chinese, what the command line says in English."""
    return MISUSES.get(type(error).__name__, "没有这个命令或用法有误")


def one_line(error: Exception) -> str:
    """The message on one line; of a longer one (the end of a log) the first line and the last."""
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}：{error.strerror}"
    said = error.format_message() if isinstance(error, typer.TyperException) else str(error)
    lines = [line.strip() for line in said.splitlines() if line.strip()] or [type(error).__name__]
    return lines[0] if len(lines) == 1 else f"{lines[0]} {lines[-1]}"
