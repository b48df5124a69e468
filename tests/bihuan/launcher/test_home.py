"""What stands in a home is its owner's alone, made once and kept."""

import threading

import pytest

from bihuan.launcher.errors import AlreadyRunning
from bihuan.launcher.home import Home
from shared.sealing import MatchKeys, read_kek


def test_folders_and_files_are_closed_to_others(tmp_path):
    (tmp_path / "secrets").mkdir(mode=0o755)
    home = Home(tmp_path)
    home.make_keys()
    folders = [home.secrets, home.keys, home.run, home.log]
    files = [home.secret_file("a"), home.kek_file, home.match_key_file]
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_secrets_and_keys_are_kept(tmp_path):
    home = Home(tmp_path / "a" / "b")
    home.make_keys()
    before = home.secret("x"), home.kek_file.read_text(), home.match_key_file.read_text()
    again = Home(home.path)
    again.make_keys()
    assert (again.secret("x"), again.kek_file.read_text(), again.match_key_file.read_text()) == before
    assert home.secret("x") != home.secret("y")
    assert len(home.secret("x")) >= 40
    assert MatchKeys.read(home.match_key_file, read_kek(home.kek_file)).key_ids == [1]


def test_many_who_need_a_secret_first_get_the_same(tmp_path):
    home, got, together = Home(tmp_path), [], threading.Barrier(8)

    def ask():
        together.wait()
        got.append(home.secret("x"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 8
    assert len(set(got)) == 1
    assert [path.name for path in home.secrets.iterdir()] == ["x"]


def test_one_running_system_a_home(tmp_path):
    home, other = Home(tmp_path / "one"), Home(tmp_path / "two")
    refused = pytest.raises(AlreadyRunning, match=r"one 已在运行（进程 \d+）")
    with home.running(), other.running(), refused, Home(home.path).running():
        pytest.fail("two hold one home")
    with home.running():
        assert home.path != other.path
