"""`./dev` knows the commands before it has installed anything."""

import shutil
import subprocess
from pathlib import Path

import typer

from bihuan.cli.commands import app

DEV = Path(__file__).resolve().parents[3] / "dev"


def test_a_word_that_is_no_command_installs_nothing(tmp_path):
    shutil.copy(DEV, tmp_path / "dev")
    ended = subprocess.run([tmp_path / "dev", "nosuch"], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "nosuch" in ended.stderr.splitlines()[0]
    assert [path.name for path in tmp_path.iterdir()] == ["dev"]


def test_every_command_is_let_through():
    [line] = [line for line in DEV.read_text().splitlines() if line.endswith("| -*)")]
    known = {word.strip() for word in line.removesuffix(")").split("|")} - {"-*"}
    assert known == set(typer.main.get_command(app).commands)
