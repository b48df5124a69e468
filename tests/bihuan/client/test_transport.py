"""Tokens, retries, idempotency keys, cursors and refusals, seen from the server's side."""

import threading
import time
from base64 import b64decode
from collections.abc import Callable

import httpx
import pytest

from bihuan.client import ClientError, Connection, Patience, Refused, Unreachable
from bihuan.client import access_token as access_token_module
from bihuan.client.connection import PORT_OFFSETS, services_beside
from bihuan.client.transport import ROUTES
from bihuan.launcher.ports import free_port
from bihuan.launcher.services import SERVICES
from tests.bihuan.client.conftest import Answer, Asked, Server

Connect = Callable[..., Connection]


def test_one_token_serves_many_calls(server: Server, connection: Connection) -> None:
    threads = [threading.Thread(target=connection.cycle) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (token,) = server.tokens
    assert token.body == b"grant_type=client_credentials"
    scheme, _, credentials = token.headers["authorization"].partition(" ")
    assert (scheme, b64decode(credentials)) == ("Basic", b"231226-YB:a%20secret")
    assert {asked.headers["authorization"] for asked in server.asked} == {"Bearer token-1"}


def test_a_token_is_renewed_before_it_expires(
    server: Server, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.monotonic()
    monkeypatch.setattr(access_token_module.time, "monotonic", lambda: now)
    connection.cycle()
    now += 700
    connection.cycle()
    assert len(server.tokens) == 1
    now += 30
    connection.cycle()
    assert len(server.tokens) == 2
    assert server.asked[-1].headers["authorization"] == "Bearer token-2"


def test_a_refused_token_is_renewed_once(server: Server, connection: Connection) -> None:
    server.answers = [Answer(401), Answer(body={"cycle": "2026-11"})]
    assert connection.cycle() == {"cycle": "2026-11"}
    assert [asked.headers["authorization"] for asked in server.asked] == ["Bearer token-1", "Bearer token-2"]
    server.answers = [Answer(401), Answer(401, {"code": "invalid_token", "title": "缺少有效的访问令牌"})]
    with pytest.raises(Refused, match="invalid_token"):
        connection.cycle()


@pytest.mark.parametrize(
    "trouble",
    [
        Answer(503),
        Answer(502),
        Answer(429, headers={"Retry-After": "0"}),
        Answer(409, {"code": "idempotency_key_in_use"}, {"Retry-After": "0"}),
        Answer(close=True),
    ],
)
def test_a_post_is_repeated_under_one_key(server: Server, connection: Connection, trouble: Answer) -> None:
    server.answers = [trouble, trouble, Answer(201, {"id": "1"})]
    assert connection.nil_report("2026-11") == {"id": "1"}
    keys = [asked.headers["idempotency-key"] for asked in server.asked]
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert all(asked.json() == {"cycle": "2026-11"} for asked in server.asked)
    connection.nil_report("2026-11")
    assert server.asked[-1].headers["idempotency-key"] != keys[0]


def test_delays_grow_and_retry_after_is_kept(server: Server, connect: Connect) -> None:
    assert [delay is None for delay in Patience(attempts=3).delays()] == [False, False, True]
    delays = [delay for delay in Patience(attempts=9, first=1, longest=20).delays() if delay is not None]
    for attempt, delay in enumerate(delays):
        assert min(20, 2**attempt) / 2 <= delay <= min(20, 2**attempt)
    server.answers = [Answer(429, headers={"Retry-After": "1"})]
    began = time.monotonic()
    connect().cycle()
    assert time.monotonic() - began >= 1
    server.answers = [Answer(429, {"code": "rate_limited"}, {"Retry-After": "61"})]
    with pytest.raises(Refused, match="rate_limited"):
        connect().cycle()


def test_by_default_a_queue_is_waited_for() -> None:
    """A service says 30 s where ten departments push at once; no caller has to ask for the patience."""
    queued = httpx.Response(503, headers={"Retry-After": "30"})
    assert Patience().wait_for(queued, 0.2, repeatable=False) == 30


def test_trying_ends(server: Server, connection: Connection) -> None:
    server.respond = lambda _: Answer(503, {"code": "unavailable", "title": "服务暂不可用"})
    with pytest.raises(Refused, match="服务暂不可用（unavailable）"):
        connection.cycle()
    assert len(server.asked) == 4


def test_a_change_is_not_sent_twice(server: Server, connection: Connection) -> None:
    """Under its ETag a PATCH that has been carried out would be refused as stale."""
    server.answers = [Answer(close=True)]
    with pytest.raises(Unreachable):
        connection.edit_cycle("2026-11", {"closes_on": "2026-11-16"}, version=3)
    (asked,) = server.asked
    assert (asked.method, asked.headers["if-match"]) == ("PATCH", '"3"')
    connection.transition_case("7", "approved", "属实")
    assert server.asked[-1].headers["if-match"] == "*"
    assert server.asked[-1].json() == {"to": "approved", "reason": "属实"}


def test_nobody_at_home(connect: Connect) -> None:
    connection = connect(warning_url=f"http://127.0.0.1:{free_port()}", patience=Patience(2, 0.01, 1))
    with pytest.raises(Unreachable, match="/v1/cycles/current 没有应答"):
        connection.cycle()
    with pytest.raises(Unreachable):
        connect(identity_url="nonsense://x", patience=Patience(2, 0.01, 1)).cycle()


def test_a_refusal_carries_its_problem(server: Server, connection: Connection) -> None:
    problem = {
        "code": "window_closed",
        "title": "不在推送窗口内",
        "detail": "下次开放 2026-12-05",
        "status": 409,
        "opens_on": "2026-12-05",
        "errors": [{"pointer": "/cycle", "code": "closed", "message": "已关闭"}],
    }
    server.answers = [Answer(409, problem)]
    with pytest.raises(Refused) as refused:
        connection.nil_report("2026-11")
    assert (refused.value.status, refused.value.code) == (409, "window_closed")
    assert refused.value.problem["opens_on"] == "2026-12-05"
    assert str(refused.value) == "不在推送窗口内：下次开放 2026-12-05：/cycle 已关闭（window_closed）"
    server.answers = [Answer(404, b"<html>not here</html>")]
    with pytest.raises(Refused) as refused:
        connection.cycle()
    assert refused.value.code == "http_404"
    server.answers = [Answer(200, b"<html>a login page</html>")]
    with pytest.raises(ClientError, match="不是 JSON"):
        connection.cycle()


def test_wrong_credentials_are_told(server: Server, connection: Connection) -> None:
    server.expires_in = 0
    connection.cycle()
    answer = server.answer
    server.answer = lambda asked: (  # type: ignore[method-assign]
        Answer(401, {"code": "invalid_client"}) if asked.path == "/oauth/token" else answer(asked)
    )
    with pytest.raises(Refused, match="invalid_client"):
        connection.cycle()
    assert "a secret" not in repr(connection)


def test_iteration_follows_the_cursor(server: Server, connection: Connection) -> None:
    pages = {None: ([1, 2], "b"), "b": ([3], "c"), "c": ([], None)}

    def respond(asked: Asked) -> Answer:
        items, following = pages[asked.query.get("cursor")]
        return Answer(body={"items": [{"id": item} for item in items], "next_cursor": following})

    server.respond = respond
    tasks = connection.tasks(cycle="2026-11", overdue=True, region=None)
    assert [task["id"] for task in tasks] == [1, 2, 3]
    assert [asked.query for asked in server.asked] == [
        {"cycle": "2026-11", "overdue": "true"},
        {"cycle": "2026-11", "overdue": "true", "cursor": "b"},
        {"cycle": "2026-11", "overdue": "true", "cursor": "c"},
    ]


def test_the_county_is_named_in_every_call(server: Server, connect: Connect) -> None:
    connect(county="231226").nil_report("2026-11")
    assert server.asked[-1].query == {"county": "231226"}


def test_searches_leave_no_key_and_name_their_purpose(server: Server, connection: Connection) -> None:
    connection.search({"name": "某人", "birth_date": "1960-01-01"}, "verification:任务 1")
    (asked,) = server.asked
    assert asked.path == "/v1/searches"
    assert "idempotency-key" not in asked.headers
    assert asked.headers["x-purpose"] == "verification:%E4%BB%BB%E5%8A%A1%201"


def test_services_stand_beside_their_console() -> None:
    offsets = {service.folder.removesuffix("_api"): service.offset for service in SERVICES}
    assert {name: offsets[name] for name in PORT_OFFSETS} == PORT_OFFSETS
    assert services_beside(9000)["funds_url"] == "http://127.0.0.1:9013"
    assert services_beside("http://[::1]:8000/")["identity_url"] == "http://[::1]:8010"
    for wrong in ("127.0.0.1:8000", "http://county.example", "http://county.example:port"):
        with pytest.raises(ClientError, match="控制台地址"):
            services_beside(wrong)


def test_every_service_has_its_paths(connect: Connect) -> None:
    urls = {f"{name}_url": f"http://{name}" for name in ROUTES}
    connection = connect(**urls)
    assert connection.url("/v1/tasks/1") == "http://warning/v1/tasks/1"
    assert connection.url("/v1/imports") == "http://household/v1/imports"
    assert connection.url("/v1/industry-share") == "http://funds/v1/industry-share"
    assert connection.url("/v1/clients") == "http://identity/v1/clients"
    words = [word for words in ROUTES.values() for word in words]
    assert len(words) == len(set(words))
    with pytest.raises(ClientError, match="/v2/tasks"):
        connection.url("/v2/tasks")
