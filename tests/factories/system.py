"""The whole system as processes, started by the command line as an operator would."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from bihuan.launcher.ports import free_port, is_free

PORTS = (0, 10, 11, 12, 13)
CLOCK = "2026-11-08T09:00:00+08:00"


def free_port_base() -> int:
    """A base whose five ports are free now; a random one, so that tests beside each other do not meet.

    Below the ports that the system gives to outgoing connections.
    """
    while True:
        base = random.randrange(15_000, 32_000)
        if all(is_free(base + offset) for offset in PORTS):
            return base


@dataclass
class System:
    """A running installation. ``process`` is the launcher's."""

    home: Path
    base: int
    process: subprocess.Popen[bytes]

    @property
    def identity(self) -> str:
        return f"http://127.0.0.1:{self.base + 10}"

    @property
    def warning(self) -> str:
        return f"http://127.0.0.1:{self.base + 11}"

    @property
    def household(self) -> str:
        return f"http://127.0.0.1:{self.base + 12}"

    @property
    def funds(self) -> str:
        return f"http://127.0.0.1:{self.base + 13}"

    def credentials(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads((self.home / "credentials.json").read_text())
        return found

    def pid(self, name: str) -> int:
        """The process id of ``warning_api``, ``warning_api-worker`` and so on."""
        return int((self.home / "run" / f"{name}.pid").read_text())

    def kill(self, name: str) -> None:
        """kill -9, and wait until the launcher has started another."""
        old = self.pid(name)
        psutil.Process(old).kill()
        give_up = time.monotonic() + 30
        while time.monotonic() < give_up:
            try:
                new = self.pid(name)
            except (FileNotFoundError, ValueError):
                new = old
            if new != old and psutil.pid_exists(new):
                return
            time.sleep(0.05)
        raise AssertionError(f"{name} was not started again")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def start_system(home: Path, *arguments: str, clock: str = CLOCK, seconds: float = 120) -> System:
    """``bihuan up`` on ``home``; returns when it has printed ``ready``."""
    base = free_port_base()
    out, err = home / "up.out", home / "up.err"
    with out.open("w") as standard_output, err.open("w") as standard_error:
        process = subprocess.Popen(
            [sys.executable, "-m", "bihuan", "up", "--home", str(home), "--port-base", str(base), *arguments],
            stdout=standard_output,
            stderr=standard_error,
            env={**os.environ, "BIHUAN_ENV": "demo", "BIHUAN_CLOCK": clock, "BIHUAN_HOME": str(home)},
        )
    give_up = time.monotonic() + seconds
    while not out.read_text():
        if process.poll() is not None or time.monotonic() > give_up:
            process.kill()
            process.wait()
            raise AssertionError(f"not ready: {err.read_text()}")
        time.sleep(0.05)
    assert out.read_text() == f"ready http://127.0.0.1:{base}\n"
    return System(home, base, process)


def bihuan(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One command of the command line on ``home``."""
    return subprocess.run(
        [sys.executable, "-m", "bihuan", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "BIHUAN_ENV": "demo", "BIHUAN_HOME": str(home), "BIHUAN_CLOCK": CLOCK},
        check=False,
        timeout=120,
    )


class Replica:
    """One more process of a service of a running system, on a port of its own: to be killed without waiting for the
    launcher, which lets a process that dies again and again wait longer each time."""

    def __init__(self, system: System, name: str) -> None:
        running = psutil.Process(system.pid(name))
        self.port = free_port()
        command = running.cmdline()
        command[command.index("--port") + 1] = str(self.port)
        with (system.home / f"{name}-replica.log").open("ab") as log:
            self._process = subprocess.Popen(command, env=running.environ(), stdout=log, stderr=log)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_ready(self, seconds: float = 60) -> None:
        give_up = time.monotonic() + seconds
        while self._process.poll() is None and time.monotonic() < give_up:
            try:
                if httpx.get(f"{self.url}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError("the replica is not ready")

    def kill(self) -> None:
        """kill -9. Idempotent."""
        self._process.kill()
        self._process.wait()
