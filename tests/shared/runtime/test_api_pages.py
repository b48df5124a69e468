"""The API's page shows itself without leaving the host."""

import re

import httpx
import pytest
from fastapi import FastAPI

from shared.errors.problems import install_problem_handlers
from shared.runtime.api_pages import add_api_pages


@pytest.fixture
async def client():
    app = FastAPI(title="<预警>服务", docs_url=None, redoc_url=None)
    install_problem_handlers(app)
    add_api_pages(app)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as made:
        yield made


async def test_everything_that_the_page_loads_comes_from_the_service(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    assert page.status_code == 200
    loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert {"docs/swagger-ui-bundle.js", "docs/swagger-ui.css", "docs/start.js", "openapi.json"} <= set(
        loaded
    )
    for address in loaded:
        answer = await client.get(f"/{address}")
        assert answer.status_code == 200, address
        assert answer.content, address
    assert "://" not in page.text


async def test_no_script_runs_but_those_files(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    assert "script-src 'self';" in page.headers["content-security-policy"]
    assert re.findall(r"<script[^>]*>([^<]*)</script>", page.text) == ["", ""]
    assert "<预警>" not in page.text


async def test_nothing_else_of_the_package_is_served(client: httpx.AsyncClient) -> None:
    for name in ("redoc.standalone.js", "..%2fcore.py", "%2e%2e%2fcore.py"):
        assert (await client.get(f"/docs/{name}")).status_code == 404
