"""The commands against a running system, as an office would use them."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from bihuan.cli.main import execute
from bihuan.launcher.embedded import EmbeddedPostgres
from bihuan.launcher.home import Home
from tests.e2e.test_demo import command
from tests.factories.system import free_port_base, start_system

PUSH = """记录编号,姓名,身份证号,村代码,预警指标,发生日期,金额
R1,赵一,,231226100201,YB01,2026-11-02,15100.00
R2,钱二,,231226100201,YB01,2026-11-03,"9,300.5"
R3,,,231226100201,YB01,2026-11-03,1
R4,孙三,,231226100201,XX99,2026-11-03,-1
"""


@pytest.fixture(scope="module")
def system():
    """The home of a running system with the sample county; the environment names it, as it would an office's."""
    folder = Path(tempfile.mkdtemp(prefix="bihuan-"))
    home = Home(folder / "var")
    before = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("BIHUAN_")}
    running = start_system(home.path, "--sample", "--households", "150")
    os.environ |= {"BIHUAN_HOME": str(home.path), "BIHUAN_PORT_BASE": str(running.base)}
    yield home
    code = running.stop()
    stopped = EmbeddedPostgres(home).pid is None
    said = (home.path / "up.out").read_text()
    for name in ("BIHUAN_HOME", "BIHUAN_PORT_BASE"):
        del os.environ[name]
    os.environ |= before
    shutil.rmtree(folder)
    assert (code, stopped, said.count("\n")) == (0, True, 1)


@pytest.fixture
def done(system, capsys):
    """Run a command that must end with `code` and say `said`; gives back what it put on standard output."""

    def run(*words, code=0, said=""):
        capsys.readouterr()
        ended = execute([str(word) for word in words])
        out, err = capsys.readouterr()
        assert ended == code, err
        assert said in err
        return out

    return run


def counts(shown):
    """The counts that a command shows, by name; the state moves on meanwhile."""
    lines = [line.split() for line in shown.splitlines()]
    return {line[1]: line[2] for line in lines if len(line) == 3 and line[1] != "state"}


def test_a_department_pushes_and_gets_its_rejects_back(done, tmp_path):
    file = tmp_path / "医保.csv"
    file.write_text(PUSH)
    shown = done("push", file, "--org", "YB", "--dry-run", code=1, said="--rejects")
    assert "received" in shown
    rejects = tmp_path / "退回.xlsx"
    shown = done(
        "push", file, "--org", "YB", "--batch-no", "B1", "--rejects", rejects, code=1, said=str(rejects)
    )
    counted = counts(shown)
    assert (counted["received"], counted["accepted"], counted["rejected"]) == ("4", "2", "2")
    assert "R3" in shown
    rows = CalamineWorkbook.from_path(str(rejects)).get_sheet_by_index(0).to_python()
    assert [row for row in rows if "R4" in row]
    again = done("push", file, "--org", "YB", "--batch-no", "B1", code=1, said="--rejects")
    assert counts(again) == counted


def test_a_changed_batch_is_refused_in_one_line(done, system, tmp_path, capsys):
    file = tmp_path / "a.csv"
    file.write_text(PUSH)
    done("push", file, "--org", "YB", "--batch-no", "B2", code=1)
    file.write_text(PUSH.replace("赵一", "赵二"))
    assert execute(["push", str(file), "--org", "YB", "--batch-no", "B2"]) == 1
    assert "batch_conflict" in capsys.readouterr().err


def test_a_township_pulls_its_list_and_feeds_back(done, tmp_path, capsys):
    pushed = tmp_path / "c.csv"
    pushed.write_text(PUSH)
    done("push", pushed, "--org", "YB", "--batch-no", "B3", code=1)
    out = tmp_path / "list.json"
    tasks = []
    while not tasks:
        done("list", "pull", "--name", "绥棱镇", "--cycle", "2026-11", "--to", out, "--receipt")
        tasks = json.loads(out.read_text())
    sheet = tmp_path / "list.xlsx"
    done("list", "pull", "--name", "绥棱镇", "--to", sheet, said=f"{len(tasks)} 个任务")
    assert CalamineWorkbook.from_path(str(sheet)).sheet_names
    answers = tmp_path / "answers.json"
    items = [
        {
            "task_id": task["id"],
            "outcome": "no_risk",
            "visited_on": "2026-11-08",
            "verifiers": ["李四"],
        }
        for task in tasks
    ]
    answers.write_text(json.dumps({"items": items}))
    assert str(len(tasks)) in done("list", "feedback", answers, "--name", "绥棱镇")
    answers.write_text(json.dumps({"items": [{**items[0], "outcome": "moved"}]}))
    assert execute(["list", "feedback", str(answers), "--name", "绥棱镇"]) == 1
    assert "already_verified" in capsys.readouterr().out


def test_a_registry_is_imported_again_without_change(done, tmp_path):
    file = tmp_path / "registry.csv"
    file.write_text(
        "户编号,与户主关系,姓名,村代码,户类型\nH1,户主,周五,231226100201,一般农户\nH1,配偶,吴六,231226100201,一般农户\n"
    )
    names = ("received", "added", "altered", "unchanged")
    first, again = counts(done("import", file)), counts(done("import", file))
    assert [first[name] for name in names] == ["2", "2", "0", "0"]
    assert [again[name] for name in names] == ["2", "0", "0", "2"]


def test_a_new_client_gets_what_it_may(done, system, tmp_path, capsys):
    out = tmp_path / "GA.json"
    done("client", "create", "GA", "--role", "department", "--org", "GA", "--region", "231226", "--to", out)
    [entry] = json.loads(out.read_text())
    assert (entry["org_code"], out.stat().st_mode & 0o777) == ("GA", 0o600)
    assert execute(["list", "pull", "--name", "GA", "--credentials", str(out), "--to", "x.json"]) == 1
    assert "insufficient_scope" in capsys.readouterr().err


def test_a_county_is_added_while_the_system_runs(done, system, tmp_path):
    regions, out = tmp_path / "regions.csv", tmp_path / "out.json"
    regions.write_text(
        "code,name,parent,level\n420000000000,湖北省,,province\n420500000000,宜昌市,420000000000,city\n"
        "420502000000,西陵区,420500000000,county\n420502001000,西陵街道,420502000000,township\n"
    )
    done("county", "add", regions, "--credentials", out)
    assert EmbeddedPostgres(system).pid is not None
    file = tmp_path / "a.csv"
    file.write_text(PUSH.replace("231226100201", "420502001"))
    assert "accepted" in done("push", file, "--org", "YB", "--credentials", out, "--batch-no", "B1", code=1)


def test_a_second_system_on_the_same_home_is_refused(system, capsys):
    assert execute(["up"]) == 1
    assert str(system.path) in capsys.readouterr().err


def test_stopped_before_it_is_ready_it_says_so():
    folder = Path(tempfile.mkdtemp(prefix="bihuan-"))
    home = Home(folder / "var")
    started = command(home, free_port_base(), "up")
    running = subprocess.Popen(**started, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for line in running.stderr:
        if "services" in line:
            running.send_signal(signal.SIGTERM)
            break
    out, err = running.communicate(timeout=60)
    shutil.rmtree(folder)
    assert (running.returncode, out) == (130, ""), err
    assert err.splitlines()[-1].startswith("bihuan: 已中断")
    assert "Traceback" not in err
