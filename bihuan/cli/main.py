"""The entry point of `bihuan`. Ctrl-C is answered in one line from the first import on."""

import importlib
import os
import signal
import sys
from collections.abc import Sequence

INTERRUPTED = 130


def run() -> None:
    """What the installed program `bihuan` calls."""
    signal.signal(signal.SIGINT, _end_at_once)
    importlib.import_module("bihuan.cli.commands")
    signal.signal(signal.SIGINT, signal.default_int_handler)
    code = execute(sys.argv[1:])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(code)


def execute(arguments: Sequence[str]) -> int:
    """Run one command; gives back its exit code. Expected failures are one line on standard error."""
    try:
        from bihuan.cli.commands import perform  # It takes its time, and Ctrl-C does not wait.

        code = perform(arguments)
    except KeyboardInterrupt:
        code = INTERRUPTED
    if code == INTERRUPTED:
        _say_interrupted()
    return code


def _end_at_once(*_: object) -> None:
    """While modules are being imported nothing has begun that would have to be ended."""
    _say_interrupted()
    os._exit(INTERRUPTED)


def _say_interrupted() -> None:
    print("bihuan: 已中断 / interrupted", file=sys.stderr, flush=True)
