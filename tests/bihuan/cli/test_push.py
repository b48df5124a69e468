"""`push --dry-run` tells what was rejected and why, and keeps it as a sheet."""

from contextlib import contextmanager

import openpyxl

from bihuan.cli import push
from bihuan.cli.main import execute

ERROR = {"field": "id_number", "code": "id_number_checksum", "message": "身份证号校验码不符"}
DRY = {
    "id": None,
    "state": "dry_run",
    "received": 120,
    "accepted": 0,
    "duplicate": 0,
    "rejected": 120,
    "rejects": [{"line": n, "source_record_id": f"YB-{n}", "errors": [ERROR]} for n in range(1, 101)],
}


class Department:
    def push(self, _file, _batch_no, **_options):
        return DRY


@contextmanager
def connected(*_):
    yield Department()


def test_a_dry_run_shows_and_saves_its_rejects(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(push, "connect", connected)
    monkeypatch.setenv("COLUMNS", "120")
    (tmp_path / "file.csv").write_text("x\n")
    command = ["push", str(tmp_path / "file.csv"), "--org", "YB", "--dry-run"]
    assert execute(command) == 1
    told = capsys.readouterr()
    assert "YB-1" in told.out and "身份证号校验码不符（id_number_checksum）" in told.out
    assert "--rejects 原因.xlsx" in told.err
    assert execute([*command, "--rejects", str(tmp_path / "out.xlsx")]) == 1
    assert f"原因已写入 {tmp_path / 'out.xlsx'}" in capsys.readouterr().err.replace("\n", "")
    rows = list(openpyxl.load_workbook(tmp_path / "out.xlsx").active.iter_rows(values_only=True))
    assert rows[1] == (1, "YB-1", "身份证号", "身份证号校验码不符", "id_number_checksum")
    assert len([row for row in rows if row[1] and row[1].startswith("YB-")]) == 100
    assert rows[-1][0] == "另有 20 条未列出，请先改正以上各条再试"
