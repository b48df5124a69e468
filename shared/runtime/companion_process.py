"""The process that computes for a service process; started by `companion.py`. Arguments: modules to have at hand.

File descriptor 0 is a socket. Each message on it brings two descriptors: a socket for one piece of work, and the
file that the work is about. What to do comes over that socket as a frame (eight bytes of length, then a pickle): a
function ``work(argument, file)`` and its argument. Back go frames of (kind, value): ``ITEM`` for each thing that the
function yields, then ``END``, ``REFUSED`` with the refusal that was raised, or ``FAULT`` with the kind of another error
and where it was, not its message, which may hold a record. Whoever asked closes its end when it wants no more: then the
next frame finds nobody, and the work is dropped. When descriptor 0 is at its end the service is gone, however it ended,
and so is this process.
"""

import os
import pickle
import socket
import sys
import threading
import traceback
from contextlib import closing, suppress
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Final

from shared.errors import Refusal
from shared.runtime.interpreter import settle_interpreter, step_back

ITEM: Final = "item"
END: Final = "end"
REFUSED: Final = "refused"
FAULT: Final = "fault"

LENGTH_BYTES: Final = 8


class _Unwanted(Exception):
    """Whoever asked has gone."""


def frame(message: object) -> tuple[bytes, bytes]:
    """The length and the body of a message."""
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return len(body).to_bytes(LENGTH_BYTES, "big"), body


def main(*modules: str) -> None:
    step_back()
    for name in modules:
        import_module(name)
    settle_interpreter()
    control = socket.socket(fileno=0)
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, 1, 2)
        if not message:
            os._exit(0)
        threading.Thread(target=serve, args=descriptors, daemon=True).start()


def serve(answers: int, source: int) -> None:
    """One piece of work, until it is done or nobody wants it any more."""
    with (
        socket.socket(fileno=answers) as asker,
        _opened_anew(source) as file,
        suppress(_Unwanted),
    ):
        _send(asker, _all_sent(asker, file))


def _all_sent(asker: socket.socket, file: IO[bytes]) -> tuple[str, Any]:
    """Send the items; how it ended. Raises ``_Unwanted``."""
    try:
        work, argument = pickle.loads(_received(asker))  # noqa: S301 - from the service that started us
        with closing(work(argument, file)) as items:
            for item in items:
                _send(asker, (ITEM, item))
    except _Unwanted:
        raise
    except Refusal as refusal:
        return REFUSED, refusal
    except Exception as error:
        where = "".join(traceback.format_tb(error.__traceback__))
        return FAULT, f"{type(error).__name__}\n{where}"
    return END, None


def _opened_anew(source: int) -> IO[bytes]:
    """The file with a position of its own: two pieces of work may read one file."""
    try:
        return Path(f"/proc/self/fd/{source}").open("rb")
    finally:
        os.close(source)


def _received(asker: socket.socket) -> bytes:
    with asker.makefile("rb") as stream:
        length = stream.read(LENGTH_BYTES)
        body = stream.read(int.from_bytes(length, "big"))
    if len(length) < LENGTH_BYTES or len(body) < int.from_bytes(length, "big"):
        raise _Unwanted
    return body


def _send(asker: socket.socket, message: tuple[str, Any]) -> None:
    try:
        for part in frame(message):
            asker.sendall(part)
    except ConnectionError:
        raise _Unwanted from None


if __name__ == "__main__":
    main(*sys.argv[1:])
