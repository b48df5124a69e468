"""Starts the processes of the system, watches over them, restarts what dies, stops them in reverse order."""

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from .errors import LaunchRefused, NotReady, PortInUse
from .home import Home
from .ports import HOST, is_free

POLL_SECONDS: Final = 0.1
FIRST_DELAY_SECONDS: Final = 0.5
LONGEST_DELAY_SECONDS: Final = 30.0
LIVED_SECONDS: Final = 10.0
"""A process that lived so long is restarted with the first delay again."""
STOP_SECONDS: Final = 10.0
DEATHS_BEFORE_READY: Final = 3
LOG_LINES: Final = 15
BOUND_CHILD: Final = Path(__file__).with_name("bound_child.py")


@dataclass(frozen=True, slots=True)
class Program:
    """A process to run. `env` is its whole environment; one with a `port` answers `/readyz` there."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    port: int | None = None


@dataclass(slots=True)
class _Child:
    """A program and its process now; `process` is None while a restart is waited for."""

    program: Program
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    delay: float = FIRST_DELAY_SECONDS  # before the next restart
    deaths: int = 0
    not_started: str = ""  # why the machine refused to start it, if it did


@dataclass(slots=True)
class Supervisor:
    """Use as a context: leaving it stops every process.

    One thread owns the processes from first to last: Linux kills a bound child when the *thread* that
    started it ends.
    """

    home: Home
    _children: list[_Child] = field(default_factory=list)
    _thread: threading.Thread | None = None
    _ending: threading.Event = field(default_factory=threading.Event)
    _starting: threading.Lock = field(default_factory=threading.Lock)

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self, programs: Sequence[Program]) -> None:
        """Start all, in order; nothing after `stop`. `PortInUse` before any of them if a port is taken."""
        if self._thread is not None:
            raise LaunchRefused("已经启动")
        refuse_taken_ports({each.name: each.port for each in programs if each.port is not None})
        self._children = [_Child(program) for program in programs]
        with self._starting:  # `stop` can join a thread once it has started, not before.
            if not self._ending.is_set():
                self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
                self._thread.start()

    def wait_ready(self, timeout: float = 60.0) -> None:
        """Until every program with a port answers 200 at `/readyz` and every other one is alive.

        `NotReady` with the end of the log of the one that does not, or that died again and again.
        """
        give_up = time.monotonic() + timeout
        for child in self._children:
            while not self._is_ready(child):
                name = child.program.name
                if child.deaths >= DEATHS_BEFORE_READY:
                    raise NotReady(f"{name} 一启动就退出{child.not_started}；{self._end_of_log(name)}")
                if time.monotonic() > give_up:
                    raise NotReady(f"{name} 在 {timeout:g} 秒内未就绪；{self._end_of_log(name)}")
                if self._ending.wait(POLL_SECONDS):
                    raise NotReady(f"{name} 就绪之前已要求停止")

    def stop(self) -> None:
        """TERM in reverse order, each after the one before has ended; KILL after 10 s. Idempotent."""
        self._ending.set()
        with self._starting:
            running = self._thread
        if running is not None:
            running.join()

    def _watch(self) -> None:
        try:
            while True:
                for child in self._children:
                    self._look_after(child)
                if self._ending.wait(POLL_SECONDS):
                    return
        finally:
            for child in reversed(self._children):
                self._end(child)

    def _look_after(self, child: _Child) -> None:
        if child.process is None:
            if time.monotonic() >= child.start_again_at:
                try:
                    self._spawn(child)
                except OSError as error:  # No memory, no process, no disk: it may pass.
                    child.not_started = f"（{error}）"
                    _start_later(child)
        elif child.process.poll() is not None:
            _kill_group(child.process)
            child.process = None
            _start_later(child)

    def _spawn(self, child: _Child) -> None:
        program = child.program
        bound = [sys.executable, "-I", "-S", str(BOUND_CHILD), str(os.getpid()), *program.argv]
        with self.home.log_file(program.name).open("ab") as log:
            child.process = subprocess.Popen(
                bound,
                env=dict(program.env),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal is for the launcher, which keeps the order.
            )
        child.started_at = time.monotonic()
        child.not_started = ""
        pid_file = self.home.pid_file(program.name)
        unfinished = pid_file.with_suffix(".new")
        unfinished.write_text(f"{child.process.pid}\n")
        unfinished.replace(pid_file)

    def _end(self, child: _Child) -> None:
        if child.process is not None:
            child.process.terminate()
            try:
                child.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
            _kill_group(child.process)
            child.process = None
        self.home.pid_file(child.program.name).unlink(missing_ok=True)

    def _is_ready(self, child: _Child) -> bool:
        process = child.process
        if process is None or process.poll() is not None:
            return False
        return child.program.port is None or _answers_ready(child.program.port)

    def _end_of_log(self, name: str) -> str:
        path = self.home.log_file(name)
        lines = path.read_text(errors="replace").splitlines()[-LOG_LINES:] if path.exists() else []
        return f"日志 {path} 的最后几行：\n" + "\n".join(lines)


def refuse_taken_ports(ports: Mapping[str, int]) -> None:
    """`PortInUse`, naming every taken port of those that programs (by name) need, in one line."""
    try:
        taken = [f"{port}（{name}）" for name, port in ports.items() if not is_free(port)]
    except PermissionError as error:
        raise LaunchRefused(
            f"端口 {min(ports.values())} 等无权使用：1024 以下的端口需要管理员权限，请以 --port-base 换一组端口"
            " / ports under 1024 need an administrator's rights"
        ) from error
    if taken:
        raise PortInUse(f"端口已被占用：{'、'.join(taken)}；请停止占用者，或以 --port-base 换一组端口")


@contextmanager
def stop_signals() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set while the block runs. Only in the main thread.

    A second Ctrl-C does not hurry: the processes are stopped in order.
    """
    asked = threading.Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, lambda *_: asked.set())
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _start_later(child: _Child) -> None:
    """After a pause that doubles with every death, and is short again for one that had lived."""
    now = time.monotonic()
    if now - child.started_at >= LIVED_SECONDS:
        child.delay = FIRST_DELAY_SECONDS
    child.deaths += 1
    child.start_again_at = now + child.delay
    child.delay = min(child.delay * 2, LONGEST_DELAY_SECONDS)


def _answers_ready(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """What the ended process has left behind in its session."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
