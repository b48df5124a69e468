"""The linters, the type checker and the import contracts, each with the settings of pyproject.toml."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, python_files

BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("ruff", "check", "."), id="ruff check"),
        pytest.param(("ruff", "format", "--check", "."), id="ruff format"),
        pytest.param(("mypy",), id="mypy"),
        pytest.param(("lint-imports",), id="lint-imports"),
    ],
)
def test_the_check_passes(command: tuple[str, ...]) -> None:
    done = subprocess.run(
        [BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"


def test_a_domain_calls_another_through_its_service_never_its_repository() -> None:
    found = []
    for path in python_files("services"):
        domain = ".".join(path.relative_to(ROOT).parent.parts)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                imported = {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
                foreign = {
                    name
                    for name in imported
                    if name.startswith("services.")
                    and name.rpartition(".")[2] == "repository"
                    and name.rpartition(".")[0] != domain
                }
                found += [f"{path.relative_to(ROOT)}:{node.lineno} imports {name}" for name in foreign]
    assert found == []
