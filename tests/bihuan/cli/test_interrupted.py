"""Ctrl-C at any moment: one line, 130, no traceback."""

import subprocess
import sys

import pytest

from bihuan.cli import commands
from bihuan.cli.main import INTERRUPTED, execute

#: Ctrl-C comes while the first slow module is looked for.
DURING_IMPORTS = """
import os, signal, sys
from bihuan.cli.main import run

class Impatient:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Impatient())
run()
"""


def test_before_the_commands_are_there():
    ended = subprocess.run(
        [sys.executable, "-c", DURING_IMPORTS, "--help"], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (INTERRUPTED, "")
    assert ended.stderr.splitlines() == ["bihuan: 已中断 / interrupted"]


@pytest.mark.parametrize("words", [["up"], ["demo"]])
def test_in_a_command(words, monkeypatch, capsys):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("bihuan.cli.system.LaunchSettings.read", interrupted)
    assert execute(words) == INTERRUPTED
    assert capsys.readouterr().err.splitlines()[-1:] == ["bihuan: 已中断 / interrupted"]


def test_where_nobody_catches_it(monkeypatch, capsys):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(commands, "perform", interrupted)
    assert execute(["up"]) == INTERRUPTED
    assert capsys.readouterr().err == "bihuan: 已中断 / interrupted\n"
