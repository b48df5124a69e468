"""The library names only routes that the services have."""

import ast
import json
import re
from pathlib import Path

import pytest

import bihuan.client
from bihuan.client.transport import ROUTES
from tests.bihuan.client.conftest import Answer, Server

ROOT = Path(bihuan.client.__file__).resolve().parents[2]
#: The methods of Transport by what they send; `change` is told the method itself.
SENDS = {"get": "get", "iterate": "get", "download": "get", "post": "post", "upload": "post", "put": "put"}


def described() -> dict[str, set[tuple[str, str]]]:
    """By service the `(method, path)` of its description, every parameter as `{}`."""
    return {
        service: {
            (method, re.sub(r"\{[^}]+\}", "{}", path))
            for path, methods in json.loads((ROOT / f"docs/openapi/{service}.json").read_text())[
                "paths"
            ].items()
            for method in methods
        }
        for service in ROUTES
    }


def named(tree: ast.AST) -> set[tuple[str, str]]:
    """Every `(method, path)` that a module of the library calls."""
    found = set()
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        texts = [path for path in map(text_of, call.args) if path is not None]
        for path in (text for text in texts if text.startswith("/v1/")):
            name = call.func.attr
            method = SENDS.get(name) or texts[0].lower()
            found.add((method, path))
    return found


def text_of(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


@pytest.mark.parametrize("module", ["warning", "household", "funds", "identity"])
def test_every_path_of_the_library_is_a_route(module: str) -> None:
    tree = ast.parse((ROOT / f"bihuan/client/{module}.py").read_text())
    calls = named(tree)
    assert len(calls) >= 4
    assert calls - described()[module] == set()


def test_every_word_leads_to_the_service_that_has_it() -> None:
    words = {
        service: {path.split("/")[2] for _, path in routes if path.startswith("/v1/")}
        for service, routes in described().items()
    }
    assert {
        service: named - words[service] for service, named in ROUTES.items() if named - words[service]
    } == {}


def test_outcomes_are_asked_for_by_cycle(server: Server, connection: bihuan.client.Connection) -> None:
    server.respond = lambda _: Answer(body={"items": [], "next_cursor": None})
    assert list(connection.outcomes("2026-11")) == list(connection.outcomes()) == []
    assert [asked.query for asked in server.asked] == [{"cycle": "2026-11"}, {}]
