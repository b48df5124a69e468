"""Long computing beside the event loop: in processes of their own, or, what is short, in a thread.

A thread that computes takes the interpreter from the event loop, which answers everybody else. So what reads, checks
and seals a large body runs in a process beside the service (`companion_process.py`), at a lower priority. What it
yields comes back through a socket that holds less than a chunk: a consumer that is slow or gone stops its producer,
and a producer that is gone fails its consumer.
"""

import asyncio
import os
import pickle
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Generator, Iterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from itertools import cycle, islice
from typing import IO, Any, Final, Generic, TypeVar

from shared.errors import Unavailable
from shared.runtime.ahead import OVER, in_threads, one_ahead
from shared.runtime.companion_process import END, FAULT, LENGTH_BYTES, REFUSED, frame
from shared.tables.decoding import MEBIBYTE, Spooled

Argument = TypeVar("Argument")
Item = TypeVar("Item")
Piece = TypeVar("Piece")


@dataclass(frozen=True, slots=True)
class Share(Generic[Argument]):
    """Of the pieces that a body is taken in, every ``shares``-th from the ``place``-th on; all go by ``whole``."""

    whole: Argument
    place: int = 0
    shares: int = 1

    def of(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        return islice(pieces, self.place, None, self.shares)


#: A function at the top of a module, known by its name in the other process too; what it is given and what it yields
#: is pickled.
Work = Callable[[Argument, IO[bytes]], Generator[Item, None, None]]

#: Bodies up to so many bytes are computed in a thread: they are done before a process would have looked at them.
SMALL: Final = MEBIBYTE // 4

#: Processes beside one service process; each is started when it is first needed.
PROCESSES: Final = 2

#: How long the next chunk is waited for. A spreadsheet may take two minutes until its first row.
PATIENCE_SECONDS: Final = 150.0

_SOCKET_BYTES: Final = MEBIBYTE
_MODULE: Final = "shared.runtime.companion_process"


class CompanionLost(Unavailable):
    """The process ended in the middle; whoever asks again gets another."""

    def __init__(self) -> None:
        super().__init__("处理被中断，请重新发送", "Interrupted: send it again", headers={"Retry-After": "2"})


class ComputationFailed(Exception):
    """A fault of ours in the other process: its kind and where it was."""


class Companions:
    """The processes that compute for this one. ``close`` ends them; so does the end of this process."""

    def __init__(self, processes: int = PROCESSES) -> None:
        self._companions = [_Companion() for _ in range(processes)]

    def start(self, module: str) -> None:
        """Have one ready with ``module`` imported, before anybody waits for it."""
        self._companions[0].start(module)

    @property
    def pids(self) -> list[int]:
        """Of the processes that run."""
        return [pid for companion in self._companions if (pid := companion.pid) is not None]

    async def results(
        self, work: Work[Argument, Item], argument: Argument, body: Spooled, small: int = SMALL
    ) -> AsyncGenerator[Item, None]:
        """What ``work(argument, file)`` yields, one item ahead of the consumer.

        Raises what ``work`` refuses, ``CompanionLost`` (503). Whatever ends it, the work has ended too, or is dropped
        at its next item; the consumer must not keep what it had by then.
        """
        if body.size <= small:
            results = in_threads(work(argument, body.file))
        else:
            least_busy = min(self._companions, key=lambda companion: companion.busy)
            results = least_busy.results(work, argument, body.file)
        async with aclosing(results):
            async for item in results:
                yield item

    async def shared_results(
        self,
        work: Work[Share[Argument], Item],
        argument: Argument,
        body: Spooled,
        shares: int,
        small: int = SMALL,
    ) -> AsyncGenerator[Item, None]:
        """What ``work`` yields where several do it, each a share, in the order of the body; a small one is done by
        one."""
        if body.size <= small:
            shares = 1
        async with AsyncExitStack() as open_shares:
            workers = [
                await open_shares.enter_async_context(
                    aclosing(self.results(work, Share(argument, place, shares), body, small))
                )
                for place in range(shares)
            ]
            for worker in cycle(workers):
                async for item in worker:
                    yield item
                    break
                else:
                    return

    async def close(self) -> None:
        for companion in self._companions:
            await asyncio.to_thread(companion.close)


class _Companion:
    """One process, started when it is needed and again when it was lost."""

    def __init__(self) -> None:
        self.busy = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    async def results(self, work: Any, argument: Any, file: IO[bytes]) -> AsyncGenerator[Any, None]:
        """Begins again, once, where the process was gone before it answered."""
        begun = False
        self.busy += 1
        try:
            for last in (False, True):
                try:
                    async with aclosing(self._results(work, argument, file)) as items:
                        async for item in items:
                            begun = True
                            yield item
                except CompanionLost:
                    if begun or last:
                        raise
                else:
                    return
        finally:
            self.busy -= 1

    async def _results(self, work: Any, argument: Any, file: IO[bytes]) -> AsyncGenerator[Any, None]:
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                ours.setblocking(False)
                theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BYTES)
                self._hand_over(theirs.fileno(), file.fileno())
            answers, process = _Answers(ours), self._process
            try:
                await answers.ask(frame((work, argument)))
                async with aclosing(one_ahead(answers.next)) as items:
                    async for item in items:
                        yield item
            except CompanionLost:
                if process is self._process:  # Else somebody else who lost it has another by now.
                    self.close()
                raise

    def _hand_over(self, *descriptors: int) -> None:
        if self.pid is not None and self._control is not None:
            try:
                socket.send_fds(self._control, [b"w"], descriptors)
            except ConnectionError:
                self.close()
            else:
                return
        try:
            socket.send_fds(self.start(), [b"w"], descriptors)
        except ConnectionError:
            raise CompanionLost from None

    def start(self, *modules: str) -> socket.socket:
        self.close()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # Addresses and key files of the service are none of its business.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("BIHUAN_")}
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", _MODULE, *modules],
                stdin=theirs.fileno(),
                env=environment | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        return self._control

    def close(self) -> None:
        """End the process: at once, whatever it is at."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        if self._control is not None:
            self._control.close()
            self._control = None


class _Answers:
    """The conversation about one piece of work."""

    def __init__(self, ours: socket.socket) -> None:
        self._socket = ours

    async def ask(self, parts: tuple[bytes, bytes]) -> None:
        loop = asyncio.get_running_loop()
        try:
            for part in parts:
                await loop.sock_sendall(self._socket, part)
        except ConnectionError:
            raise CompanionLost from None

    async def next(self) -> Any:
        """The next item, or ``OVER``."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                length = int.from_bytes(await self._read(LENGTH_BYTES), "big")
                kind, value = pickle.loads(await self._read(length))  # noqa: S301 - from our own process
        except TimeoutError:
            raise CompanionLost from None
        if kind == REFUSED:
            raise value
        if kind == FAULT:
            raise ComputationFailed(value)
        return OVER if kind == END else value

    async def _read(self, size: int) -> bytearray:
        """So many bytes, straight from the socket into their place."""
        read = bytearray(size)
        missing = memoryview(read)
        loop = asyncio.get_running_loop()
        while missing:
            try:
                got = await loop.sock_recv_into(self._socket, missing)
            except ConnectionError:
                got = 0
            if not got:
                raise CompanionLost
            missing = missing[got:]
        return read
