"""The door to the tests: leaves out what is long, passes on the rest, gives pytest's own exit code."""

import os
from pathlib import Path

import pytest

from bihuan import testing


@pytest.fixture
def given(monkeypatch, tmp_path):
    seen = {}

    def main(arguments):
        seen.update(arguments=arguments, folder=str(Path.cwd()), environ=dict(os.environ))
        return pytest.ExitCode.TESTS_FAILED

    monkeypatch.setattr(testing.pytest, "main", main)
    monkeypatch.setenv("BIHUAN_DATABASE_URL", "postgresql://production")
    monkeypatch.setenv("BIHUAN_TEST_DATABASE_URL", "postgresql://test")
    monkeypatch.chdir(tmp_path)
    return seen


def test_long_tests_are_left_out_unless_asked_for(given):
    assert testing.main(["-q", "tests/bihuan"]) == 1
    assert given["arguments"] == ["-m", "not long", "-q", "tests/bihuan"]
    assert given["folder"] == str(testing.PROJECT)
    testing.main(["--long", "-q"])
    assert given["arguments"] == ["-q"]


def test_an_installation_in_the_environment_is_not_for_tests(given):
    testing.main([])
    named = {name for name in given["environ"] if name.startswith("BIHUAN_")}
    assert named == {"BIHUAN_TEST_DATABASE_URL"}
