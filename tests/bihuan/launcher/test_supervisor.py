"""Processes are started, watched, restarted, and never left behind."""

import ast
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import psutil
import pytest

from bihuan.launcher.errors import NotReady, PortInUse
from bihuan.launcher.home import Home
from bihuan.launcher.ports import free_port
from bihuan.launcher.supervisor import Program, Supervisor, stop_signals

SLEEP = "import time; time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); time.sleep(60)"
WITH_CHILD = "import subprocess, sys, time; subprocess.Popen(['sleep', '60']); time.sleep(60)"
SERVER = """
import http.server, os, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == '/readyz' and os.path.exists(sys.argv[2]) else 503)
        self.end_headers()
http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Answer).serve_forever()
"""
NOTE_THE_END = """
import signal, sys, time
def end(*_):
    with open(sys.argv[1], 'a') as file:
        file.write(sys.argv[2] + '\\n')
    sys.exit()
signal.signal(signal.SIGTERM, end)
print('waiting', flush=True)
time.sleep(60)
"""


def program(name, code, *argv, port=None):
    return Program(name, (sys.executable, "-u", "-c", code, *argv), {"PATH": os.defpath, "WORD": "x"}, port)


def eventually(condition, seconds=10):
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.02)


def pid_of(home, name):
    return int(home.pid_file(name).read_text())


def runs(pid):
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def test_it_waits_until_the_service_says_ready(home, tmp_path):
    port, flag = free_port(), tmp_path / "flag"
    with Supervisor(home) as supervisor:
        supervisor.start([program("api", SERVER, str(port), str(flag), port=port)])
        with pytest.raises(NotReady, match=r"api 在 0.5 秒内未就绪"):
            supervisor.wait_ready(timeout=0.5)
        flag.touch()
        supervisor.wait_ready(timeout=10)


def test_one_that_cannot_start_is_named_with_the_end_of_its_log(home):
    with Supervisor(home) as supervisor:
        supervisor.start([program("worker", "raise SystemExit('no such table: month')", port=free_port())])
        with pytest.raises(NotReady, match=r"worker 一启动就退出(.|\n)*no such table: month"):
            supervisor.wait_ready(timeout=30)


def test_a_stop_in_the_midst_of_the_start_waits_for_it_and_stops_all(home, monkeypatch):
    supervisor, hurried = Supervisor(home), []
    start = threading.Thread.start

    def stop():
        try:
            supervisor.stop()
        except RuntimeError as error:
            hurried.append(error)

    stopper = threading.Thread(target=stop)

    def start_late(thread):
        if thread.name == "supervisor":
            start(stopper)
            stopper.join(0.2)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_late)
    supervisor.start([program("one", SLEEP)])
    stopper.join(10)
    assert not stopper.is_alive()
    assert not hurried
    assert not home.pid_file("one").exists()


def test_nothing_starts_after_a_stop(home):
    supervisor = Supervisor(home)
    supervisor.stop()
    supervisor.start([program("one", SLEEP)])
    with pytest.raises(NotReady, match="就绪之前已要求停止"):
        supervisor.wait_ready()
    assert not home.pid_file("one").exists()
    assert not home.log_file("one").exists()


def test_a_killed_process_is_started_again(home):
    with Supervisor(home) as supervisor:
        supervisor.start([program("one", SLEEP), program("two", SLEEP)])
        supervisor.wait_ready()
        first, other = pid_of(home, "one"), pid_of(home, "two")
        os.kill(first, signal.SIGKILL)
        eventually(lambda: pid_of(home, "one") != first)
        supervisor.wait_ready()
        assert runs(pid_of(home, "one"))
        assert pid_of(home, "two") == other


def test_the_pause_before_a_restart_grows(home):
    with Supervisor(home) as supervisor:
        supervisor.start([program("weak", "import time; print(time.time())")])
        eventually(lambda: len(read(home.log_file("weak")).splitlines()) >= 3)
        first, second, third = map(float, home.log_file("weak").read_text().splitlines()[:3])
    assert 0.5 <= second - first < third - second


def test_a_machine_that_cannot_start_a_process_now_is_asked_again(home, monkeypatch):
    refusals = iter([OSError("out of memory"), OSError("out of memory")])
    real = subprocess.Popen

    def popen(*args, **options):
        for error in refusals:
            raise error
        return real(*args, **options)

    monkeypatch.setattr("bihuan.launcher.supervisor.subprocess.Popen", popen)
    with Supervisor(home) as supervisor:
        supervisor.start([program("late", SLEEP)])
        supervisor.wait_ready(timeout=10)
        assert runs(pid_of(home, "late"))
    assert not list(refusals)


def test_they_are_stopped_in_reverse_order_and_their_pid_files_go(home, tmp_path):
    ends = tmp_path / "ends"
    names = ["database", "api", "worker"]
    with Supervisor(home) as supervisor:
        supervisor.start([program(name, NOTE_THE_END, str(ends), name) for name in names])
        eventually(lambda: all("waiting" in read(home.log_file(name)) for name in names))
        pids = [pid_of(home, name) for name in names]
    assert ends.read_text().split() == ["worker", "api", "database"]
    assert not any(map(runs, pids))
    assert not list(home.run.glob("*.pid"))


def read(path):
    return path.read_text() if path.exists() else ""


def test_one_that_does_not_listen_is_killed(home, monkeypatch):
    monkeypatch.setattr("bihuan.launcher.supervisor.STOP_SECONDS", 0.3)
    with Supervisor(home) as supervisor:
        supervisor.start([program("deaf", STUBBORN)])
        eventually(lambda: "deaf" in read(home.log_file("deaf")))
        pid = pid_of(home, "deaf")
    assert not runs(pid)


def test_what_a_killed_process_had_started_goes_with_it(home):
    with Supervisor(home) as supervisor:
        supervisor.start([program("parent", WITH_CHILD)])
        eventually(lambda: home.pid_file("parent").exists())
        parent = pid_of(home, "parent")
        eventually(lambda: psutil.Process(parent).children())
        (child,) = psutil.Process(parent).children()
        os.kill(parent, signal.SIGKILL)
        eventually(lambda: not runs(child.pid))


def test_a_taken_port_is_found_before_anything_starts(home):
    with socket.create_server(("127.0.0.1", 0)) as taken, Supervisor(home) as supervisor:
        port = taken.getsockname()[1]
        with pytest.raises(PortInUse, match=f"{port}（api）"):
            supervisor.start([program("first", SLEEP), program("api", SLEEP, port=port)])
        assert not list(home.run.glob("*.pid"))


def test_a_child_sees_only_the_environment_it_is_given(home, monkeypatch):
    monkeypatch.setenv("BIHUAN_SECRET_OF_SOMEBODY", "x")
    with Supervisor(home) as supervisor:
        supervisor.start([program("env", "import os; print(sorted(os.environ))")])
        eventually(lambda: "]" in read(home.log_file("env")))
    seen = ast.literal_eval(read(home.log_file("env")).splitlines()[0])
    assert {"PATH", "WORD"} <= set(seen) <= {"PATH", "WORD", "LC_CTYPE"}


def test_no_orphan_is_left_when_the_launcher_is_killed(home):
    code = (
        "import sys, time; from pathlib import Path; from bihuan.launcher.home import Home;"
        "from bihuan.launcher.supervisor import Program, Supervisor;"
        "s = Supervisor(Home(Path(sys.argv[1])));"
        "s.start([Program('child', (sys.executable, '-c', 'import time; time.sleep(60)'), {})]);"
        "time.sleep(60)"
    )
    env = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    launcher = subprocess.Popen([sys.executable, "-c", code, str(home.path)], env=env)
    try:
        eventually(lambda: read(home.pid_file("child")).endswith("\n"))
        pid = pid_of(home, "child")
        eventually(lambda: "time.sleep" in " ".join(psutil.Process(pid).cmdline()[:3]))
        assert runs(pid)
    finally:
        launcher.kill()
        launcher.wait()
    eventually(lambda: not runs(pid))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_ask_to_stop_and_are_given_back(number):
    before = signal.getsignal(number)
    with stop_signals() as asked:
        threading.Timer(0.1, os.kill, (os.getpid(), number)).start()
        assert asked.wait(5)
    assert signal.getsignal(number) == before
