"""`regions apply` on a home whose system does not run: told, carried out, carried out again, refused in one line."""

import shutil
import tempfile
from datetime import datetime
from pathlib import Path

import pytest

from bihuan.cli.main import execute
from bihuan.launcher.home import Home
from shared.clock import SHANGHAI, BusinessClock

REGIONS = """\
code,name,parent,level,served_by
420000000000,湖北省,,province,
420500000000,宜昌市,420000000000,city,
420502000000,西陵区,420500000000,county,
420502001000,西陵街道,420502000000,township,
420502001001,铁路坝社区,420502001000,village,
420502002000,学院街道,420502000000,township,
420502002002,滨江社区,420502002000,village,
"""
HEAD = "effective_on,kind,code,successors\n"


@pytest.fixture(scope="module")
def home():
    folder = Path(tempfile.mkdtemp(prefix="bihuan-"))
    regions = folder / "regions.csv"
    regions.write_text(REGIONS)
    made = Home(folder / "var")
    added = ["county", "add", str(regions), "--credentials", str(folder / "out.json")]
    assert execute([*added, "--home", str(made.path)]) == 0
    yield made
    shutil.rmtree(folder)


def test_a_file_is_told_carried_out_and_then_changes_nothing(home, tmp_path, capsys):
    changes = tmp_path / "changes.csv"
    changes.write_text(HEAD + "2026-01-01,merged,420502002,420502001\n2099-01-01,closed,420502001001,\n")
    command = ["regions", "apply", str(changes), "--home", str(home.path)]
    assert execute(command) == 1
    assert "2099-01-01 生效" in capsys.readouterr().err
    assert execute([*command, "--on", "2099-01-01"]) == 1
    assert "尚未到" in capsys.readouterr().err
    assert execute([*command, "--dry-run"]) == 0
    told = capsys.readouterr()
    assert "2026-01-01 撤并 420502002 学院街道 → 420502001" in told.out.splitlines()
    assert "第3行：2099-01-01 撤销 420502001001" in told.err.splitlines()
    assert "1 项在" in told.err and "未写入" in told.err
    until = [*command, "--on", "2026.6.30"]
    moved = "客户端 420502-420502002 的授权 420502002 → 420502001"
    for arguments, written in (([*until, "--dry-run"], False), (until, True)):
        assert execute(arguments) == 0
        told = capsys.readouterr()
        assert "420502：1 项变更" in told.out and moved in told.out
        assert ("未写入" in told.err) is not written
        assert "1 项在 2026-06-30 之后生效" in told.err
    assert execute(until) == 0
    assert "均已应用" in capsys.readouterr().out


def test_every_change_is_told_also_one_that_moves_nothing(home, tmp_path, capsys):
    changes = tmp_path / "changes.csv"
    changes.write_text(
        "effective_on,kind,code,name,successors\n"
        "2026-02-01,renamed,420502001,西陵新街道,\n2026-02-01,new,420502003,新街道,\n"
    )
    assert execute(["regions", "apply", str(changes), "--home", str(home.path), "--dry-run"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "420502：2 项变更",
        "2026-02-01 更名 420502001 西陵街道 → 西陵新街道",
        "2026-02-01 新设 420502003 新街道",
    ]


def test_the_day_is_that_of_the_system_that_runs_on_the_home(home, tmp_path, capsys):
    clock = datetime(2026, 3, 10, 9, tzinfo=SHANGHAI)
    home.keep_clock(BusinessClock.starting_at(clock).offset.total_seconds())
    changes = tmp_path / "changes.csv"
    changes.write_text(HEAD + "2026-03-11,closed,420502001001,\n")
    with home.running():
        command = ["regions", "apply", str(changes), "--home", str(home.path)]
        assert execute([*command, "--on", "2026-03-12"]) == 1
        assert "尚未到，今天是 2026-03-10" in capsys.readouterr().err


def test_what_cannot_be_is_one_line(home, tmp_path, capsys):
    for lines, said in (
        ("2026-02-01,merged,420502009,420502001\n", "第2行：420502009 不在本县现行区划中"),
        ("2026-02-01,merged,420502,420503\n", "县级代码，不能就地变更"),
    ):
        changes = tmp_path / "changes.csv"
        changes.write_text(HEAD + lines)
        assert execute(["regions", "apply", str(changes), "--home", str(home.path)]) == 1
        told = capsys.readouterr().err.strip()
        assert said in told.splitlines()[-1] and "Traceback" not in told
    assert execute(["regions", "apply", str(tmp_path / "none.csv"), "--home", str(home.path)]) == 1
    assert "无法读取" in capsys.readouterr().err


def test_a_county_that_was_changed_is_there_already(home, tmp_path, capsys):
    regions = tmp_path / "regions.csv"
    regions.write_text(REGIONS)
    added = ["county", "add", str(regions), "--credentials", str(tmp_path / "out.json")]
    assert execute([*added, "--home", str(home.path)]) == 1
    assert "已存在" in capsys.readouterr().err
