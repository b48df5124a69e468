"""The start page: what it says, in which language, and what a browser may do with it."""

import re

import httpx
import pytest

from services.console.app import create_app
from services.console.settings import SERVICES, Address, ConsoleSettings
from shared.runtime.settings import MissingSetting


def answering(states: dict[str, int | None]) -> httpx.AsyncClient:
    """A client to services that answer /readyz with the status given, or not at all (None)."""

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path == "/readyz"
        status = states.get(request.url.host, 200)
        if status is None:
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(status)

    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


@pytest.fixture
def page_with():
    async def get(
        path: str = "/", language: str = "zh-CN", states: dict[str, int | None] | None = None
    ) -> httpx.Response:
        settings = ConsoleSettings(
            tuple(Address(name, f"http://{name}", f"https://{name}.example") for name in SERVICES)
        )
        async with answering(states or {}) as http:
            app = create_app(settings, http)
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://console") as client:
                return await client.get(path, headers={"Accept-Language": language})

    return get


async def test_it_says_what_it_is_and_where_to_go(page_with) -> None:
    page = await page_with()
    assert page.status_code == 200
    assert page.headers["content-language"] == "zh-CN"
    assert '<html lang="zh-CN">' in page.text
    for word in ("行业部门", "乡镇", "县农业农村局", "财政局", "其他系统", "5 日至 15 日"):
        assert word in page.text
    for name in SERVICES:
        assert f'href="https://{name}.example/docs"' in page.text
        assert f'href="https://{name}.example/openapi.json"' in page.text
    assert 'href="https://funds.example/v1/disclosures"' in page.text


async def test_it_says_so_where_a_service_does_not_answer_or_cannot_work(page_with) -> None:
    page = await page_with(states={"household": None, "funds": 503})
    rows = dict(
        re.findall(
            r'<th scope="row">(.*?)</th>\s*<td><span class="mark (?:done|due|late)">(.*?)</span>', page.text
        )
    )
    assert rows == {
        "预警与核实": "正常",
        "农户台账与监测": "没有应答，请通知运维",
        "衔接资金": "不能工作，请通知运维",
        "身份与授权": "正常",
    }


async def test_it_speaks_english_when_asked(page_with) -> None:
    page = await page_with(language="en-GB,en;q=0.9")
    assert '<html lang="en">' in page.text
    assert "Early warning" in page.text
    assert not re.search(r"[\u4e00-\u9fff]", page.text)


async def test_the_browser_may_load_nothing_but_the_consoles_own_files(page_with) -> None:
    page = await page_with()
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "style=" not in page.text
    assert "<script" not in page.text
    assert "<style" not in page.text
    loaded = re.findall(r'<(?:link|img)[^>]*(?:href|src)="([^"]+)"', page.text)
    assert loaded
    for path in set(loaded):
        answer = await page_with(f"/{path}")
        assert answer.status_code == 200, path
        assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_health_and_what_is_not_there(page_with) -> None:
    assert (await page_with("/livez")).json() == {"status": "alive"}
    assert (await page_with("/readyz", states=dict.fromkeys(SERVICES))).json() == {"status": "ready"}
    missing = await page_with("/nothing")
    assert missing.status_code == 404
    assert missing.headers["content-type"] == "application/problem+json"


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SERVICES:
        monkeypatch.setenv(f"BIHUAN_{name.upper()}_URL", f"http://{name}:8000/")
    monkeypatch.setenv("BIHUAN_FUNDS_PUBLIC_URL", "https://bihuan.example:8013")
    addresses = {each.name: each for each in ConsoleSettings.from_environment().addresses}
    assert addresses["warning"] == Address("warning", "http://warning:8000", "http://warning:8000")
    assert addresses["funds"] == Address("funds", "http://funds:8000", "https://bihuan.example:8013")
    monkeypatch.delenv("BIHUAN_WARNING_URL")
    with pytest.raises(MissingSetting, match="BIHUAN_WARNING_URL"):
        ConsoleSettings.from_environment()
