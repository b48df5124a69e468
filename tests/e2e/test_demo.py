"""`demo --exit` from an empty home: the whole month, and the same table when it is played again."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from bihuan.county.clients import DEPARTMENTS
from bihuan.launcher.embedded import EmbeddedPostgres
from bihuan.launcher.home import Home
from bihuan.sample.county import townships
from tests.factories.system import free_port_base

#: Enough for every kind of trap in the registry (bihuan/sample/registry.py).
HOUSEHOLDS = "1000"


@pytest.fixture(scope="module")
def home():
    folder = Path(tempfile.mkdtemp(prefix="bihuan-"))
    yield Home(folder / "var")
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def base():
    return free_port_base()


def command(home, base, *words):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BIHUAN_")}
    return {
        "args": [sys.executable, "-m", "bihuan", *words, "--port-base", str(base), "--home", str(home.path)],
        "env": {**kept, "BIHUAN_ENV": "demo"},
        "text": True,
    }


def play(home, base):
    return subprocess.run(
        **command(home, base, "demo", "--exit", "--households", HOUSEHOLDS),
        capture_output=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def played(home, base):
    return play(home, base)


def row(table, label):
    """The figures of the row that begins with `label`."""
    [line] = [line for line in table.splitlines() if re.match(rf"\s*{re.escape(label)}\s", line)]
    return [int(figure) for figure in re.findall(r"(?<=\s)\d+(?=\s|$)", line)]


def test_the_month_closes_and_every_sum_agrees(played):
    assert played.returncode == 0, played.stderr
    for label in (*DEPARTMENTS, *(township.name for township in townships())):
        assert row(played.stdout, label), label
    departments, by_township = played.stdout.split("townships")
    pushed, filed, duplicate, rejected, *_, received, verified, confirmed, fed_back, closed = row(
        departments, "合计"
    )
    assert pushed == filed + duplicate + rejected
    assert filed == received == verified == fed_back == closed > 300
    assert 0 < confirmed < filed
    assert row(by_township, "合计")[0] == filed == sum(row(by_township, unit.name)[0] for unit in townships())
    assert row(departments, "JT")[0] == 0
    opened = re.search(r"opened (\d+)", played.stdout)
    assert opened is not None
    assert int(opened[1]) > 0


def test_nothing_is_left_running(home, base, played):
    assert EmbeddedPostgres(home).pid is None
    running = [p.info["cmdline"] or [] for p in psutil.process_iter(["cmdline"])]
    assert not [line for line in running if str(base + 10) in line]
    assert home.credentials_file.stat().st_mode & 0o777 == 0o600


def test_played_again_it_says_the_same(home, base, played):
    again = play(home, base)
    assert again.returncode == 0, again.stderr
    assert again.stdout == played.stdout
    assert "importing" not in again.stderr


def test_interrupted_it_stops_everything(home, base, played):
    running = subprocess.Popen(
        **command(home, base, "demo", "--households", HOUSEHOLDS),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    for line in running.stderr:
        if "departments push" in line:
            running.send_signal(signal.SIGINT)
            break
    said = running.communicate(timeout=60)[1]
    assert running.returncode == 130, said
    assert "Traceback" not in said
    assert EmbeddedPostgres(home).pid is None
