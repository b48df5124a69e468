"""The secrets of an installation in containers."""

import stat

from bihuan.deployment import make_secrets
from shared.sealing import MatchKeys, read_kek


def test_every_secret_is_a_file_for_its_owner_alone_and_is_kept(tmp_path):
    home = make_secrets(tmp_path / "home")
    files = {path.name: path for path in home.secrets.iterdir()}
    services = {"identity", "warning", "household", "funds"}
    assert set(files) == {
        "database-postgres",
        "database-bihuan_owner",
        "url-bihuan_owner",
        *(f"database-bihuan_{name}" for name in services),
        *(f"url-bihuan_{name}" for name in services),
        *(f"client-{name}" for name in ("warning_api", "household_api", "funds_api", "console")),
    }
    assert {stat.S_IMODE(path.stat().st_mode) for path in files.values()} == {0o600}
    word = files["database-bihuan_funds"].read_text()
    url = files["url-bihuan_funds"].read_text()
    assert url == f"postgresql://bihuan_funds:{word}@database/bihuan\n"
    MatchKeys.read(home.match_key_file, read_kek(home.kek_file))
    kept = {name: path.read_text() for name, path in files.items()}
    make_secrets(tmp_path / "home")
    assert {path.name: path.read_text() for path in home.secrets.iterdir()} == kept
