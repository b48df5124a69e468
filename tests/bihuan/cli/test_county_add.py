"""`county add` on an empty home: the embedded database is started, prepared, and stopped again."""

import json
import shutil
import tempfile
from pathlib import Path

import pytest

from bihuan.cli.main import execute
from bihuan.launcher.embedded import EmbeddedPostgres
from bihuan.launcher.home import Home

REGIONS = """\
code,name,parent,level,served_by
420000000000,湖北省,,province,
420500000000,宜昌市,420000000000,city,
420502000000,西陵区,420500000000,county,
420502001000,西陵街道,420502000000,township,
420502001001,铁路坝社区,420502001000,village,
420503000000,伍家岗区,420500000000,county,
420503001000,大公桥街道,420503000000,township,
420503002000,林场,420503000000,township,420503001000
"""


@pytest.fixture(scope="module")
def home():
    folder = Path(tempfile.mkdtemp(prefix="bihuan-"))
    yield Home(folder / "var")
    shutil.rmtree(folder)


def test_every_county_of_the_file_is_set_up_once(home, tmp_path, capsys):
    regions, out = tmp_path / "regions.csv", tmp_path / "out.json"
    regions.write_text(REGIONS)
    command = ["county", "add", str(regions), "--credentials", str(out), "--home", str(home.path)]
    assert execute(command) == 0
    entries = json.loads(out.read_text())
    assert out.stat().st_mode & 0o777 == 0o600
    assert set(entries[0]) == {
        "name",
        "client_id",
        "client_secret",
        "role",
        "org_code",
        "region_code",
        "scopes",
    }
    assert {entry["region_code"][:6] for entry in entries} == {"420502", "420503"}
    assert len(entries) == 2 * (10 + 7) + 3
    assert len({entry["client_id"] for entry in entries}) == len(entries)
    assert EmbeddedPostgres(home).pid is None

    capsys.readouterr()
    assert execute(command) == 1
    assert "已存在" in capsys.readouterr().err
    assert json.loads(out.read_text()) == entries


def test_another_county_joins_the_credentials_that_are_there(home, tmp_path):
    regions, out = tmp_path / "regions.csv", tmp_path / "out.json"
    out.write_text(json.dumps([{"name": "YB", "client_id": "420502-YB", "client_secret": "kept"}]))
    regions.write_text(REGIONS.replace("4205", "4206"))
    assert execute(["county", "add", str(regions), "--credentials", str(out), "--home", str(home.path)]) == 0
    entries = json.loads(out.read_text())
    assert entries[0]["client_secret"] == "kept"
    assert "420602-YB" in {entry["client_id"] for entry in entries}
