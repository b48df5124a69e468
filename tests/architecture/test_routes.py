"""Every route declares the scope it needs; every scope is granted to somebody and asked for somewhere."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from shared.auth import ROLE_SCOPES, SERVICE_SCOPES
from shared.runtime.route import Allowed, Route
from tests.architecture.source import API_FOLDERS, app_of, python_files

#: Routes that need no token (contract.md, Everywhere).
PUBLIC = {
    "/livez",
    "/readyz",
    "/metrics",
    "/oauth/token",
    "/.well-known/jwks.json",
    "/.well-known/openid-configuration",
    "/v1/disclosures",
    "/openapi.json",
    "/docs",
    "/docs/{name}",
}

#: Scopes that clients hold already, whose routes this version does not have.
ROUTES_TO_COME = {
    "dci:read",
    "events:read",
    "indicators:write",
}

#: Scopes that allow more on a route that asks for another: the service asks for them itself.
ASKED_WITHIN = {"cases:approve", "matches:index"}


def every(routes: Sequence[BaseRoute]) -> Iterator[BaseRoute]:
    """Routes with those of included routers, which FastAPI keeps as they were made."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from every(included.routes)
        else:
            yield route


def rule_of(route: BaseRoute) -> Allowed | None:
    return route.rule() if isinstance(route, Route) else None


def path_of(route: BaseRoute) -> str:
    return str(getattr(route, "path", type(route).__name__))


@pytest.mark.parametrize("folder", API_FOLDERS)
def test_every_route_declares_a_scope_or_is_public_by_contract(folder: str) -> None:
    routes = list(every(app_of(folder).routes))
    assert {path_of(route) for route in routes if rule_of(route) is None} - PUBLIC == set()
    assert any(isinstance(route, Route) for route in routes)


def scopes_by_route() -> dict[str, set[str]]:
    """Scope to the routes that ask for it."""
    asked: dict[str, set[str]] = defaultdict(set)
    for folder in API_FOLDERS:
        for route in every(app_of(folder).routes):
            rule = rule_of(route)
            if rule is not None and isinstance(route, APIRoute):
                asked[rule.scope].add(f"{folder} {sorted(route.methods)} {route.path}")
    return asked


def test_every_scope_that_a_route_asks_for_is_granted_to_somebody() -> None:
    granted = {scope for scopes in (ROLE_SCOPES | SERVICE_SCOPES).values() for scope in scopes}
    assert {scope: routes for scope, routes in scopes_by_route().items() if scope not in granted} == {}


def test_every_granted_scope_is_asked_for_by_a_route() -> None:
    granted = {scope for scopes in (ROLE_SCOPES | SERVICE_SCOPES).values() for scope in scopes}
    assert granted - set(scopes_by_route()) == ROUTES_TO_COME | ASKED_WITHIN


def test_what_is_asked_within_a_route_is_asked_by_a_service() -> None:
    text = "".join(path.read_text() for path in python_files("services"))
    assert {scope for scope in ASKED_WITHIN if f'"{scope}"' not in text} == set()
