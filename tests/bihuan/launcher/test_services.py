"""Every process gets what it needs, as itself, and nothing else."""

from datetime import UTC, datetime, timedelta

import pytest

from bihuan.launcher.errors import LaunchRefused
from bihuan.launcher.home import Home
from bihuan.launcher.services import SERVICES, Installation, clock_offset

OWNER_URL = "postgresql://bihuan_owner:owner-word@127.0.0.1:5433/bihuan?ssl=off"


@pytest.fixture
def installation(tmp_path):
    return Installation(Home(tmp_path), OWNER_URL, "demo", 9000, 3600.5)


def by_name(installation):
    return {program.name: program for program in installation.programs()}


def test_the_ports_are_those_of_the_contract(installation):
    assert {name: program.port for name, program in by_name(installation).items()} == {
        "console": 9000,
        "identity_api": 9010,
        "warning_api": 9011,
        "household_api": 9012,
        "funds_api": 9013,
        "warning_api-worker": None,
        "household_api-worker": None,
        "funds_api-worker": None,
    }
    argv = by_name(installation)["warning_api"].argv
    assert argv[1:4] == ("-m", "uvicorn", "services.warning_api.app:create_app")
    assert argv[4:9] == ("--factory", "--host", "127.0.0.1", "--port", "9011")
    bounds = argv[argv.index("--http") :]
    assert bounds[:4] == ("--http", "shared.runtime.protocol:BoundedHttp", "--limit-concurrency", "400")
    assert by_name(installation)["funds_api-worker"].argv[1:] == ("-m", "services.funds_api.worker")


def test_each_service_has_a_login_of_its_own_and_never_the_owners(installation):
    programs = by_name(installation)
    urls = {s.folder: programs[s.folder].env.get("BIHUAN_SERVICE_DATABASE_URL", "") for s in SERVICES}
    assert urls["console"] == ""
    for folder in ("warning", "household", "funds", "identity"):
        password = installation.role_password(f"bihuan_{folder}")
        expected = f"postgresql://bihuan_{folder}:{password}@127.0.0.1:5433/bihuan?ssl=off"
        assert urls[f"{folder}_api"] == expected
    assert len(set(urls.values())) == len(SERVICES)
    assert "owner-word" not in str([program.env for program in programs.values()])


def test_the_environment_holds_no_secret_of_the_launcher_or_another(installation, monkeypatch):
    monkeypatch.setenv("BIHUAN_DATABASE_URL", OWNER_URL)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    monkeypatch.setenv("BIHUAN_POOL_SIZE", "4")
    programs = by_name(installation)
    env = programs["warning_api-worker"].env
    assert env == programs["warning_api"].env
    assert {name: env[name] for name in env if name.startswith("BIHUAN_")} == {
        "BIHUAN_ENV": "demo",
        "BIHUAN_CLOCK_OFFSET": "3600.5",
        "BIHUAN_POOL_SIZE": "4",
        "BIHUAN_SERVICE_DATABASE_URL": installation.database_url("bihuan_warning"),
        "BIHUAN_KEK_FILE": str(installation.home.kek_file),
        "BIHUAN_MATCH_KEY_FILE": str(installation.home.match_key_file),
        "BIHUAN_IDENTITY_URL": "http://127.0.0.1:9010",
        "BIHUAN_WARNING_URL": "http://127.0.0.1:9011",
        "BIHUAN_HOUSEHOLD_URL": "http://127.0.0.1:9012",
        "BIHUAN_FUNDS_URL": "http://127.0.0.1:9013",
        "BIHUAN_CONSOLE_URL": "http://127.0.0.1:9000",
        "BIHUAN_SERVICE_CLIENT_ID": "service:warning_api",
        "BIHUAN_SERVICE_CLIENT_SECRET_FILE": str(installation.home.secrets / "client-warning_api"),
        "BIHUAN_STORAGE_URL": (installation.home.path / "attachments").as_uri(),
    }
    assert "AWS_SECRET_ACCESS_KEY" not in env
    assert "BIHUAN_KEK_FILE" not in programs["console"].env


def test_only_those_who_keep_files_know_the_storage(installation, monkeypatch):
    monkeypatch.setenv("BIHUAN_STORAGE_URL", "s3://kept?endpoint=https://store.example")
    monkeypatch.setenv("BIHUAN_STORAGE_KEY_ID", "reader")
    monkeypatch.setenv("BIHUAN_STORAGE_SECRET", "not-a-secret")
    programs = by_name(installation)
    told = {name for name, program in programs.items() if any("STORAGE" in key for key in program.env)}
    assert told == {"warning_api", "warning_api-worker"}
    assert programs["warning_api"].env["BIHUAN_STORAGE_URL"] == "s3://kept?endpoint=https://store.example"
    assert programs["warning_api"].env["BIHUAN_STORAGE_SECRET"] == "not-a-secret"


def test_workers_listen_past_a_pooler(tmp_path):
    listen = "postgresql://bihuan_owner:owner-word@db:5432/bihuan"
    pooled = Installation(Home(tmp_path), OWNER_URL, "demo", 9000, 0.0, listen_url=listen)
    password = pooled.role_password("bihuan_funds")
    env = by_name(pooled)["funds_api-worker"].env
    assert env["BIHUAN_LISTEN_URL"] == f"postgresql://bihuan_funds:{password}@db:5432/bihuan"


def test_the_clock_is_an_offset_from_real_time():
    assert clock_offset({}) == 0.0
    asked = datetime.now(UTC) + timedelta(days=40)
    assert clock_offset({"BIHUAN_CLOCK": asked.isoformat()}) == pytest.approx(40 * 86400, abs=5)


@pytest.mark.parametrize(
    "environ",
    [
        {"BIHUAN_CLOCK": "2026-11-08T09:00:00+08:00", "BIHUAN_ENV": "production"},
        {"BIHUAN_CLOCK": "2026-11-08T09:00:00"},
        {"BIHUAN_CLOCK": "yesterday"},
    ],
)
def test_a_clock_that_may_not_or_cannot_be_is_refused(environ):
    with pytest.raises(LaunchRefused, match="BIHUAN_CLOCK"):
        clock_offset(environ)
