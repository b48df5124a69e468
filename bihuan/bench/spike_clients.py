"""The clients of the spike, in processes of their own: townships that poll, departments that push."""

import gc
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from bihuan.client import Connection as Client
from bihuan.client import Patience
from bihuan.county import Credential

#: Each poller asks so often.
EVERY_SECONDS: Final = 1.0
PAGE: Final = 100

#: A department waits for as long as it is told to, and does not give up.
PATIENCE: Final = Patience(attempts=40)

_processes = get_context("spawn")


@dataclass(frozen=True, slots=True)
class Spike:
    """The batches of all departments, and when the first began and the last was answered (``perf_counter``, which
    the processes of one machine share)."""

    batches: list[dict[str, Any]]
    began: float
    ended: float


class Polling:
    """Pollers in one process while the block runs, which begins when all of them have their tokens.

    ``polls`` afterwards: when each was due, and the seconds until its answer was read. EOFError where a poller was
    refused; its process says why.
    """

    def __init__(self, townships: Sequence[Credential], port_base: int, cycle: str) -> None:
        self._done = _processes.Event()
        self._answers, self._to_answer = _processes.Pipe(duplex=False)
        self._process = _processes.Process(
            target=_poll_all,
            args=(list(townships), port_base, cycle, self._done, self._to_answer),
            daemon=True,
        )
        self.polls: list[tuple[float, float]] = []

    def __enter__(self) -> Self:
        self._process.start()
        self._to_answer.close()
        self._answers.recv()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        if kind is None:
            self.polls = self._answers.recv()
        else:
            self._process.kill()
        self._process.join()


def _poll_all(
    townships: list[Credential],
    port_base: int,
    cycle: str,
    done: Event,
    answers: "Connection[list[tuple[float, float]], object]",
) -> None:
    gc.disable()  # A tenth of a second for which all pollers would stand still, and nobody else.
    clients = {entry["client_id"]: Client.from_credentials(entry, port_base) for entry in townships}
    for client in clients.values():
        client.cycle()
    answers.send([])
    with ThreadPoolExecutor(len(townships)) as pool:
        begin = time.perf_counter()
        waits = [
            pool.submit(
                _poll,
                clients[entry["client_id"]],
                f"/v1/lists/{cycle}/{entry['region_code']}",
                cycle,
                begin + EVERY_SECONDS * place / len(townships),
                done,
            )
            for place, entry in enumerate(townships)
        ]
        answers.send([poll for wait in waits for poll in wait.result()])


def _poll(township: Client, totals: str, cycle: str, due: float, done: Event) -> list[tuple[float, float]]:
    """A page of tasks and the list's totals by turns. A poll that is late because the one before it was slow is
    counted from when it was due: as it was felt.
    """
    polls: list[tuple[float, float]] = []
    while not done.is_set():
        if (wait := due - time.perf_counter()) > 0:
            time.sleep(wait)
        if len(polls) % 2:
            township.get(totals)
        else:
            township.get("/v1/tasks", {"cycle": cycle, "limit": PAGE})
        polls.append((due, time.perf_counter() - due))
        due += EVERY_SECONDS
    return polls


def push_all(departments: Sequence[tuple[Credential, Path]], port_base: int, batch_no: str) -> Spike:
    """All departments push their files at once, from one process of their own.

    A push that is put off (429, 503) is sent again after the time it was told, until it is answered 201.
    """
    with ProcessPoolExecutor(1, mp_context=_processes) as process:
        return process.submit(_push_all, list(departments), port_base, batch_no).result()


def _push_all(departments: list[tuple[Credential, Path]], port_base: int, batch_no: str) -> Spike:
    together = threading.Barrier(len(departments) + 1)

    def push(entry: Credential, path: Path) -> dict[str, Any]:
        with Client.from_credentials(entry, port_base, patience=PATIENCE) as department:
            department.cycle()
            together.wait()
            return department.push(path, batch_no)

    with ThreadPoolExecutor(len(departments)) as pool:
        waits = [pool.submit(push, entry, path) for entry, path in departments]
        together.wait()
        began = time.perf_counter()
        return Spike([wait.result() for wait in waits], began, time.perf_counter())
