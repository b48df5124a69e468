"""Whoever polls tasks sees what ``changed_in`` tells: no UPDATE of a task may leave it out."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import python_files

UPDATE = re.compile(r"\bUPDATE\s+(warning\.)?verification_task\b", re.IGNORECASE)


def statements(tree: ast.AST, text: str) -> Iterator[tuple[int, str]]:
    """Line and source of every piece of SQL in a file."""
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in parts:
            continue
        if isinstance(node, ast.JoinedStr) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str)
        ):
            yield node.lineno, ast.get_source_segment(text, node) or ""


def silent_updates(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    if UPDATE.search(text) is None:
        return []
    return [
        f"{path.name}:{line}"
        for line, sql in statements(ast.parse(text), text)
        if UPDATE.search(sql) and "changed(" not in sql and "changed_in" not in sql
    ]


def test_every_update_of_a_task_says_that_it_changed() -> None:
    files = [path for path in python_files("services", "shared", "bihuan") if "bench" not in path.parts]
    assert any(UPDATE.search(path.read_text(encoding="utf-8")) for path in files)
    silent = [found for path in files for found in silent_updates(path)]
    assert silent == [], "say {changed(...)} of services/warning_api/dispatch/changes.py"


def test_a_silent_update_is_found(tmp_path: Path) -> None:
    file = tmp_path / "x.py"
    file.write_text(
        'A = f"UPDATE verification_task t SET {changed(1)} WHERE true"\n'
        'B = "UPDATE verification_task SET state = 1" " WHERE true"\n'
        'C = f"""\nupdate warning.verification_task t\nSET state = {2}"""\n'
        'D = "SELECT 1 FROM verification_task FOR UPDATE"\n'
    )
    assert silent_updates(file) == ["x.py:2", "x.py:3"]
