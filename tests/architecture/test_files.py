"""Files stay small and are named for what they hold; one place commits; no file names a package registry."""

import re
from pathlib import Path

from tests.architecture.source import CODE, ROOT, project_files, python_files

CODE_LINES = 600
TEST_LINES = 800
EMPTY_NAMES = {"utils", "util", "helpers", "common", "manager", "misc"}
NAMED_ALL_THE_SAME = {"migrations/helpers.py"}
COMMITTERS = {"shared/db/database.py", "bihuan/database.py"}
#: Put together here, so that this file is not the one that names them.
REGISTRIES = re.compile(
    "|".join(
        re.escape(".".join(parts))
        for parts in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("npmjs", "org"),
            ("npmjs", "com"),
            ("npmmirror", "com"),
            ("tsinghua", "edu", "cn"),
            ("aliyun", "com"),
            ("docker", "io"),
            ("ghcr", "io"),
            ("quay", "io"),
            ("deb", "debian", "org"),
        )
    )
)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_files_stay_small() -> None:
    counted = {
        name_of(path): len(path.read_text().splitlines())
        for path in project_files()
        if path.suffix in (".py", ".js", ".css", ".html") or path.name in ("dev", "run")
    }
    assert counted
    limits = {name: TEST_LINES if name.startswith("tests/") else CODE_LINES for name in counted}
    assert {name: lines for name, lines in counted.items() if lines > limits[name]} == {}


def test_no_file_is_named_for_nothing() -> None:
    found = {
        name_of(path)
        for path in python_files()
        if path.stem in EMPTY_NAMES or path.parent.name in EMPTY_NAMES
    }
    assert found - NAMED_ALL_THE_SAME == set()


def test_one_place_commits() -> None:
    found = {name_of(path) for path in python_files(*CODE) if re.search(r"\bcommit\(", path.read_text())}
    # The rivals of the benchmarks are written as others would write them, their own commits included.
    assert {name for name in found if not name.startswith("bihuan/bench/rivals/")} == COMMITTERS


def test_no_file_names_a_registry() -> None:
    found = {}
    for path in project_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a spreadsheet
        if match := REGISTRIES.search(text):
            found[name_of(path)] = match.group()
    assert found == {}


def test_every_room_is_on_the_page_of_the_house() -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    rooms = {path.parent.name for path in python_files("services") if path.name == "__init__.py"}
    rooms |= {path.parent.name for path in (ROOT / "shared").glob("*/__init__.py")}
    assert rooms > {"warning_api", "intake"}
    assert {room for room in rooms if not re.search(rf"\b{room}\b", page)} == set()
