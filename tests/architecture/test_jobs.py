"""Every job that is put into a queue has a handler in the worker of that service."""

import ast
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from tests.architecture.source import ROOT, WORKER_FOLDERS, calls_of, python_files

#: Jobs that shared code puts into the queue of whichever service runs it.
SHARED = ("shared",)


def word_of(node: ast.expr | None, module: ModuleType) -> str | None:
    """The string that an expression stands for: a literal, or a name of its module."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name):
        value = getattr(module, node.id, None)
        return value if isinstance(value, str) else None
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        value = getattr(getattr(module, node.value.id, None), node.attr, None)
        return value if isinstance(value, str) else None
    return None


def module_of(path: Path) -> ModuleType:
    return import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))


def enqueued_in(paths: list[Path]) -> dict[str, str]:
    """Job name to the place that enqueues it. A name that only the run knows fails the test."""
    found = {}
    for path in paths:
        tree = ast.parse(path.read_text())
        for call in calls_of(tree, "enqueue"):
            if isinstance(call.func, ast.Attribute) and not isinstance(call.func.value, ast.Name):
                continue  # pgqueuer's own method of the same name
            given = (
                call.args[1]
                if len(call.args) > 1
                else next((k.value for k in call.keywords if k.arg == "job"), None)
            )
            place = f"{path.relative_to(ROOT)}:{call.lineno}"
            word = word_of(given, module_of(path))
            assert word is not None, f"{place}: the job's name should be a literal or a constant"
            found[word] = place
    return found


def handled_by(folder: str) -> set[str]:
    """The keys of what the service's worker gives to ``run_worker`` as handlers."""
    worker = import_module(f"services.{folder}.worker")
    tree = ast.parse(Path(str(worker.__file__)).read_text())
    (call,) = calls_of(tree, "run_worker")
    handlers = (
        call.args[1] if len(call.args) > 1 else next(k.value for k in call.keywords if k.arg == "handlers")
    )
    if isinstance(handlers, ast.Name):
        return set(getattr(worker, handlers.id))
    assert isinstance(handlers, ast.Dict), "handlers should be a dict or a constant of the worker's module"
    names = set()
    for key in handlers.keys:
        word = word_of(key, worker)
        assert word is not None, f"services/{folder}/worker.py:{handlers.lineno}: a key is no constant"
        names.add(word)
    return names


def files_of(folder: str) -> list[Path]:
    return [path for path in python_files("services") if path.relative_to(ROOT).parts[1] == folder]


@pytest.mark.parametrize("folder", WORKER_FOLDERS)
def test_every_job_has_a_handler(folder: str) -> None:
    paths = files_of(folder)
    enqueued = enqueued_in(paths)
    if any("emit(" in path.read_text() for path in paths):
        enqueued |= enqueued_in([path for path in python_files(*SHARED) if path.parent.name == "outbox"])
    handled = handled_by(folder)
    assert {job: place for job, place in enqueued.items() if job not in handled} == {}


@pytest.mark.parametrize("folder", WORKER_FOLDERS)
def test_no_handler_waits_for_a_job_that_nobody_enqueues(folder: str) -> None:
    enqueued = set(enqueued_in(files_of(folder))) | set(enqueued_in(python_files(*SHARED)))
    assert handled_by(folder) - enqueued == set()
