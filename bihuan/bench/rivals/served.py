"""An application to compare with, in a process of its own behind uvicorn, run as our own services are."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx

from bihuan.launcher.ports import HOST, free_port

#: For the process to start.
PATIENCE_SECONDS = 60.0


@contextmanager
def served(factory: str, ready_path: str, environment: Mapping[str, str]) -> Iterator[int]:
    """The port on which ``factory`` (``package.module:function``) answers inside the block."""
    port = free_port()
    command = (sys.executable, "-m", "uvicorn", factory, "--factory", "--host", HOST, "--port", str(port))
    options = ("--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning")
    process = subprocess.Popen([*command, *options], env={**os.environ, **environment})
    try:
        _wait(port, ready_path)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait(port: int, path: str) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    with httpx.Client(base_url=f"http://{HOST}:{port}", trust_env=False) as client:
        while True:
            try:
                if client.get(path).is_success:
                    return
            except httpx.TransportError:
                pass
            if time.monotonic() > until:
                raise TimeoutError("the application to compare with did not start")
            time.sleep(0.1)
