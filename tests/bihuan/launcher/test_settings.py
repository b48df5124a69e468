"""What the environment may say, and the one line for what it may not."""

import pytest

from bihuan.launcher.errors import LaunchRefused
from bihuan.launcher.home import Home
from bihuan.launcher.settings import LaunchSettings


def test_defaults_are_those_of_the_contract():
    settings = LaunchSettings.read({})
    assert (str(settings.home_path), settings.port_base, settings.environment) == ("var", 8000, "demo")
    assert (settings.database_url, settings.listen_url, settings.clock_offset) == ("", "", 0.0)
    assert not settings.is_production


def test_what_is_said_on_the_command_line_wins(tmp_path):
    environ = {"BIHUAN_HOME": "/elsewhere", "BIHUAN_PORT_BASE": "9100"}
    assert LaunchSettings.read(environ).port_base == 9100
    assert str(LaunchSettings.read(environ).home_path) == "/elsewhere"
    settings = LaunchSettings.read(environ, home=tmp_path, port_base=9200)
    assert (settings.home_path, settings.port_base) == (tmp_path, 9200)


def test_the_business_date_follows_the_clock():
    settings = LaunchSettings.read({"BIHUAN_CLOCK": "2026-11-07T23:30:00+00:00"})
    assert settings.today.isoformat() == "2026-11-08"


def test_a_command_beside_a_running_system_goes_by_its_clock(tmp_path):
    home = Home(tmp_path)
    asked = LaunchSettings.read({"BIHUAN_CLOCK": "2026-11-08T09:00:00+08:00"}, home=tmp_path)
    silent = LaunchSettings.read({}, home=tmp_path)
    assert silent.beside(home).clock_offset == 0.0
    home.keep_clock(-86_400.0)
    # Nobody runs: what is asked for, else what was last.
    assert asked.beside(home) == asked
    assert silent.beside(home).clock_offset == -86_400.0
    with home.running():
        assert asked.beside(home).clock_offset == silent.beside(home).clock_offset == -86_400.0
    production = LaunchSettings.read({"BIHUAN_ENV": "production"}, home=tmp_path)
    assert production.beside(home).clock_offset == 0.0


def test_a_database_address_may_be_written_short():
    settings = LaunchSettings.read({"BIHUAN_DATABASE_URL": "postgres://u:p@db:5433/x"})
    assert settings.database_url == "postgresql://u:p@db:5433/x"


def test_a_database_address_may_stand_in_a_file(tmp_path):
    (tmp_path / "url").write_text("postgresql://u:p@db/x\n")
    settings = LaunchSettings.read({"BIHUAN_DATABASE_URL_FILE": str(tmp_path / "url")})
    assert settings.database_url == "postgresql://u:p@db/x"
    with pytest.raises(LaunchRefused, match="BIHUAN_DATABASE_URL_FILE"):
        LaunchSettings.read({"BIHUAN_DATABASE_URL_FILE": str(tmp_path / "missing")})


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"BIHUAN_ENV": "staging"}, "BIHUAN_ENV"),
        ({"BIHUAN_PORT_BASE": "80a"}, "BIHUAN_PORT_BASE"),
        ({"BIHUAN_PORT_BASE": "65530"}, "65522"),
        ({"BIHUAN_DATABASE_URL": "mysql://u:p@db/x"}, "BIHUAN_DATABASE_URL"),
        ({"BIHUAN_DATABASE_URL": "postgresql://u:p@db:port/x"}, "BIHUAN_DATABASE_URL"),
        ({"BIHUAN_LISTEN_URL": "postgresql://db/x"}, "BIHUAN_LISTEN_URL"),
        ({"BIHUAN_CLOCK": "tomorrow"}, "BIHUAN_CLOCK"),
        ({"BIHUAN_ENV": "production", "BIHUAN_CLOCK": "2026-11-08T09:00:00+08:00"}, "BIHUAN_CLOCK"),
        ({"BIHUAN_KEK_FILE": "/keys/kek"}, "BIHUAN_MATCH_KEY_FILE"),
        ({"BIHUAN_STORAGE_URL": "ftp://u:p@store/kept"}, "BIHUAN_STORAGE_URL"),
        ({"BIHUAN_STORAGE_URL": "s3://kept?endpoint=https://store.example"}, "BIHUAN_STORAGE_KEY_ID"),
    ],
)
def test_what_cannot_be_is_refused_by_name(environ, said):
    with pytest.raises(LaunchRefused, match=said) as refused:
        LaunchSettings.read(environ)
    assert "\n" not in str(refused.value)
    assert "u:p" not in str(refused.value)


def test_a_demo_makes_its_keys_and_production_never_does(tmp_path):
    home = Home(tmp_path / "demo")
    LaunchSettings.read({}).refuse_missing_keys(home)
    assert home.kek_file.exists()
    other = Home(tmp_path / "production")
    with pytest.raises(LaunchRefused, match="BIHUAN_KEK_FILE"):
        LaunchSettings.read({"BIHUAN_ENV": "production"}).refuse_missing_keys(other)
    assert not other.kek_file.exists()
    given = {
        "BIHUAN_ENV": "production",
        "BIHUAN_KEK_FILE": str(home.kek_file),
        "BIHUAN_MATCH_KEY_FILE": str(home.match_key_file),
    }
    LaunchSettings.read(given).refuse_missing_keys(other)
    home.kek_file.write_text("no key")
    with pytest.raises(LaunchRefused, match="kek"):
        LaunchSettings.read(given).refuse_missing_keys(other)


def test_a_home_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "home").write_text("")
    with pytest.raises(LaunchRefused, match="home"):
        LaunchSettings.read({}, home=tmp_path / "home").open_home()
