"""Whatever cannot be done is one line on standard error and a non-zero exit, never a traceback."""

import json
import socket

import pytest

from bihuan.cli.main import execute
from bihuan.launcher.home import Home
from bihuan.launcher.ports import free_port
from tests.factories.system import free_port_base


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """A home of its own, ports that are free, nothing else said."""
    for name in ("DATABASE_URL", "LISTEN_URL", "CLOCK", "ENV", "KEK_FILE", "MATCH_KEY_FILE"):
        monkeypatch.delenv(f"BIHUAN_{name}", raising=False)
    monkeypatch.setenv("BIHUAN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("BIHUAN_PORT_BASE", str(free_port_base()))


@pytest.fixture
def refused(capsys):
    """Run a command that must fail; gives back the one line."""

    def run(*arguments):
        assert execute(list(arguments)) != 0
        out, err = capsys.readouterr()
        lines = err.splitlines()
        assert lines[-1].startswith("bihuan: ")
        assert "Traceback" not in err
        assert not any(line.startswith("ready") for line in out.splitlines())
        assert sum(line.startswith("bihuan: ") for line in lines) == 1
        return lines[-1]

    return run


def test_a_taken_port_is_named(refused, monkeypatch, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refused("up", "--port-base", str(port - 12))
    assert f"{port}（household_api）" in line
    assert not (tmp_path / "home" / "postgres").exists()


def test_ports_that_need_rights_are_told(refused, monkeypatch):
    def forbidden(port):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("bihuan.launcher.supervisor.is_free", forbidden)
    line = refused("up", "--port-base", "80")
    assert "1024" in line
    assert "--port-base" in line


def test_a_home_in_use_is_named(refused, tmp_path):
    with Home(tmp_path / "home").running():
        line = refused("up", "--sample")
    assert str(tmp_path / "home") in line


@pytest.mark.parametrize("command", [("up",), ("demo", "--exit")])
def test_a_clock_that_is_none_is_named(refused, monkeypatch, command):
    monkeypatch.setenv("BIHUAN_CLOCK", "next month")
    assert "next month" in refused(*command)


@pytest.mark.parametrize("command", [("up",), ("migrate",)])
def test_a_database_that_does_not_answer_is_named(refused, monkeypatch, command):
    port = free_port()
    monkeypatch.setenv("BIHUAN_DATABASE_URL", f"postgresql://owner:secret-word@127.0.0.1:{port}/x")
    line = refused(*command)
    assert f"127.0.0.1:{port}/x" in line
    assert "secret-word" not in line


def test_production_wants_no_sample_no_demo_and_its_own_keys(refused, monkeypatch):
    monkeypatch.setenv("BIHUAN_ENV", "production")
    assert "--sample" in refused("up", "--sample")
    assert "BIHUAN_KEK_FILE" in refused("up")
    assert "BIHUAN_KEK_FILE" in refused("migrate")
    assert "演示" in refused("demo")
    monkeypatch.setenv("BIHUAN_CLOCK", "2026-11-08T09:00:00+08:00")
    assert "BIHUAN_CLOCK" in refused("up")


def test_a_wrong_region_file_is_told_by_line_and_starts_nothing(refused, tmp_path):
    regions = tmp_path / "regions.csv"
    regions.write_text("code,name,parent,level\n231226000000,绥棱县,,county\n")
    line = refused("county", "add", str(regions), "--credentials", str(tmp_path / "out.json"))
    assert "第2行" in line
    assert not (tmp_path / "home").exists()
    assert not (tmp_path / "out.json").exists()
    assert "missing.csv" in refused("county", "add", str(tmp_path / "missing.csv"), "--credentials", "x")


def test_credentials_that_cannot_be_used_are_named(refused, tmp_path):
    table = tmp_path / "a.csv"
    table.write_text("记录编号\n")
    line = refused("push", str(table), "--org", "YB")
    assert all(word in line for word in ("credentials.json", "BIHUAN_HOME", "--credentials"))
    file = tmp_path / "c.json"
    file.write_text("{}")
    assert "c.json" in refused("push", str(table), "--org", "YB", "--credentials", str(file))
    entry = {"name": "YB", "client_id": "231226-YB", "client_secret": "s"}
    file.write_text(json.dumps([entry, {**entry, "client_id": "420502-YB"}]))
    assert "231226-YB" in refused("push", str(table), "--org", "YB", "--credentials", str(file))
    assert "ZJ" in refused("push", str(table), "--org", "ZJ", "--credentials", str(file))


def test_words_that_are_no_command_are_told(refused, tmp_path):
    line = refused("upp")
    assert "upp" in line
    assert "没有这个命令" in line
    assert "缺少参数" in refused("push")
    assert "没有这个选项" in refused("up", "--nothing")
    assert "missing.csv" in refused("push", str(tmp_path / "missing.csv"), "--org", "YB")
    assert "--port-base" in refused("up", "--port-base", "x")
    refused("county")


def test_an_unwritable_credentials_file_is_found_before_anything_is_added(refused, tmp_path):
    regions = tmp_path / "regions.csv"
    regions.write_text(
        "code,name,parent,level\n230000000000,黑龙江省,,province\n231200000000,绥化市,230000000000,city\n"
        "231226000000,绥棱县,231200000000,county\n"
    )
    out = tmp_path / "nowhere" / "out.json"
    assert str(out) in refused("county", "add", str(regions), "--credentials", str(out))


@pytest.mark.parametrize(
    "words",
    [
        ("up",),
        ("demo",),
        ("migrate",),
        ("bench",),
        ("push",),
        ("import",),
        ("county", "add"),
        ("list", "pull"),
        ("list", "feedback"),
        ("client", "create"),
    ],
)
def test_every_command_has_help_with_an_example(capsys, words):
    assert execute([*words, "--help"]) == 0
    shown = capsys.readouterr().out
    assert "examples" in shown
    assert f"bihuan {' '.join(words)}" in shown
