"""The project's own files and services, as the architecture tests look at them."""

import ast
import os
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from fastapi import FastAPI

from bihuan.launcher.services import SERVICES

ROOT = Path(__file__).resolve().parents[2]
CODE = ("bihuan", "migrations", "services", "shared")

#: The folders of the services that keep data and answer by API, in the order of starting.
API_FOLDERS = [service.folder for service in SERVICES if service.role is not None]
WORKER_FOLDERS = [service.folder for service in SERVICES if service.has_worker]


#: Folders that hold what was made or installed here, as .gitignore has them. (A bare machine has no git.)
MADE = {"var", "build", "__pycache__", "deploy/home", "deploy/tls"}


def project_files() -> list[Path]:
    """Every file that belongs to the project."""
    found = []
    for folder, inner, names in os.walk(ROOT):
        here = Path(folder)
        inner[:] = [
            name
            for name in inner
            if not (name in MADE or (here / name).relative_to(ROOT).as_posix() in MADE)
            and not name.endswith(".egg-info")
            and (name == ".ci" or not name.startswith("."))
        ]
        found += [here / name for name in names]
    return sorted(found)


def python_files(*folders: str) -> list[Path]:
    """Python files under the named top-level folders; under every one of them without a name."""
    return [
        path
        for path in project_files()
        if path.suffix == ".py" and (not folders or path.relative_to(ROOT).parts[0] in folders)
    ]


def calls_of(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    """Calls of a function that is named so, also through a module (``jobs.enqueue``)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            if name in names:
                yield node


def app_of(folder: str) -> FastAPI:
    """The application of a service, made without an environment or a database."""
    app: FastAPI = import_module(f"services.{folder}.app").create_app()
    return app
