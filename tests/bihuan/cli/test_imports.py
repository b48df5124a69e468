"""What a county officer sees of an import, and what they get to correct."""

import openpyxl
import pytest

from bihuan.cli.main import execute
from bihuan.client import Connection
from tests.bihuan.client.conftest import Answer, Server

IMPORT_ID = "019a8d5e-7c1f-7000-8000-2f1d4c5b6a79"
MADE = {
    "id": IMPORT_ID,
    "state": "applied",
    "layout": "national",
    "layout_version": 2,
    "received": 6,
    "accepted": 5,
    "rejected": 1,
    "households": 2,
    "persons": 5,
    "added": 3,
    "changed": 4,
    "unchanged": 1,
}
REJECT = {
    "line": 7,
    "errors": [{"field": "risk_1", "code": "risk_1_unknown", "message": "不认识的风险"}],
    "record": {"household_no": "N0003", "id_number": "231226197001010011", "risk_1": "因懒"},
}
LAYOUT = {
    "fields": [
        {"name": "household_no", "headings": ["户编号"], "required": True, "words": None},
        {"name": "name", "headings": ["姓名"], "required": True, "words": None},
        {"name": "id_number", "headings": ["证件号码"], "required": False, "words": None},
        {"name": "phone", "headings": ["联系电话"], "required": False, "words": None},
        {"name": "risk_1", "headings": ["致贫/返贫风险1"], "required": False, "words": {"因病": "illness"}},
    ]
}


@pytest.fixture
def server(monkeypatch):
    """Stands for the services; every answer of the import is `made`."""
    made = Server()
    urls = {f"{name}_url": made.url for name in ("identity", "warning", "household", "funds")}
    names = []

    def connect(name, *_):
        names.append(name)
        return Connection(client_id="231226-NY", client_secret="a secret", **urls)

    for module in ("imports", "import_reviews"):
        monkeypatch.setattr(f"bihuan.cli.{module}.connect", connect)
    monkeypatch.setenv("COLUMNS", "120")
    made.names = names
    yield made
    made.stop()


@pytest.fixture
def table(tmp_path):
    file = tmp_path / "台账.csv"
    file.write_text("户编号,姓名\n")
    return file


def answering(server, made):
    def respond(asked):
        if asked.path.startswith("/v1/import-layouts/"):
            return Answer(body=LAYOUT)
        if asked.headers.get("accept", "").startswith("application/vnd"):
            return Answer(body=b"a sheet")
        if asked.path.endswith("/rejects"):
            return Answer(body={"items": [REJECT], "next_cursor": None})
        return Answer(body=made)

    server.respond = respond


def words(text):
    return [line.replace("│", " ").split() for line in text.splitlines()]


def test_every_row_is_counted_once_and_rejects_come_in_full(server, table, tmp_path, capsys):
    answering(server, MADE)
    assert execute(["import", str(table), "--rejects", str(tmp_path / "退回.xlsx")]) == 0
    out, err = capsys.readouterr()
    assert [row for row in words(out) if row and row[0] in ("新增", "变化", "不变")] == [
        ["新增", "added", "3"],
        ["变化", "altered", "1"],
        ["不变", "unchanged", "1"],
    ]
    assert ["7", "致贫/返贫风险1", "不认识的风险（risk_1_unknown）"] in words(out)
    assert "退回.xlsx" in err
    asked = {(call.path, "x-purpose" in call.headers): call for call in server.asked}
    sheet = asked[f"/v1/imports/{IMPORT_ID}/rejects", True]
    assert sheet.headers["x-purpose"] == f"import-rejects:{IMPORT_ID}"
    # On the screen nothing is shown in full, and nothing is said of a purpose.
    assert (f"/v1/imports/{IMPORT_ID}/rejects", False) in asked and ("/v1/imports", False) in asked
    assert (tmp_path / "退回.xlsx").read_bytes() == b"a sheet"


def test_a_dry_run_says_so_and_saves_what_it_was_told(server, table, tmp_path, capsys):
    answering(server, {**MADE, "id": None, "dry_run": True, "rejected": 120, "rejects": [REJECT]})
    target = tmp_path / "退回.xlsx"
    assert execute(["import", str(table), "--dry-run", "--rejects", str(target)]) == 0
    out, err = capsys.readouterr()
    assert "试导入" in out and "applied" in out
    assert "最前面" in err
    assert server.asked[0].query == {"dry_run": "true"}
    assert server.asked[0].headers["x-purpose"] == "import-rejects:dry-run"
    rows = list(openpyxl.load_workbook(target).active.values)
    assert rows == [
        ("行号", "户编号", "姓名", "证件号码", "致贫/返贫风险1", "退回原因"),
        (7, "N0003", None, "231226197001010011", "因懒", "不认识的风险"),
    ]


def test_a_dry_run_alone_asks_for_nothing_in_full(server, table, capsys):
    answering(server, {**MADE, "id": None, "dry_run": True, "rejects": [REJECT]})
    assert execute(["import", str(table), "--dry-run"]) == 0
    assert "不认识的风险" in capsys.readouterr().out
    assert all("x-purpose" not in call.headers for call in server.asked)


def test_who_waits_is_told_what_the_other_officer_runs(server, table, capsys):
    answering(server, {**MADE, "state": "review", "rejected": 0})
    assert execute(["import", str(table)]) == 0
    assert f"bihuan imports approve {IMPORT_ID}" in capsys.readouterr().err


def test_the_other_officer_lists_approves_and_refuses(server, capsys):
    listed = {"items": [{**MADE, "state": "review", "received_at": "2026-11-08T09:00:00+08:00"}]}
    server.answers = [Answer(body={**listed, "next_cursor": None}), Answer(body=MADE), Answer(body=MADE)]
    assert execute(["imports", "list"]) == 0
    assert [IMPORT_ID, "review", "2026-11-08T09:00:00+08:00", "3/1/1/1"] in words(capsys.readouterr().out)
    assert execute(["imports", "approve", IMPORT_ID]) == 0
    assert execute(["imports", "refuse", IMPORT_ID, "--reason", "村代码有误", "--name", "乙"]) == 0
    asked = [(call.method, call.path, call.query) for call in server.asked]
    assert asked == [
        ("GET", "/v1/imports", {"state": "review"}),
        ("POST", f"/v1/imports/{IMPORT_ID}/approval", {}),
        ("POST", f"/v1/imports/{IMPORT_ID}/refusal", {}),
    ]
    assert server.asked[2].json() == {"reason": "村代码有误"}
    assert server.names == ["county-checker", "county-checker", "乙"]
