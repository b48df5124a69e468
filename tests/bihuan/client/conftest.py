"""A server of the tests' own: it answers what it is told to, and remembers what it was asked."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bihuan.client import Connection, Patience


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    """`close` hangs up instead of answering, after the whole request has come."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    close: bool = False


Respond = Callable[[Asked], Answer]


class Server:
    """`answers` are given in turn, then `respond` answers; token requests are answered apart."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.tokens: list[Asked] = []
        self.answers: list[Answer] = []
        self.respond: Respond = lambda _: Answer()
        self.expires_in = 900
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/oauth/token":
            self.tokens.append(asked)
            return Answer(body={"access_token": f"token-{len(self.tokens)}", "expires_in": self.expires_in})
        self.asked.append(asked)
        return self.answers.pop(0) if self.answers else self.respond(asked)

    def stop(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = server.answer(Asked(self.command, parts.path, query, headers, self.read_body()))
            if answer.close:
                self.close_connection = True
                return
            body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in {**answer.headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def read_body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", "0")))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
            """The tests read `asked`."""

    return Handler


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.stop()


@pytest.fixture
def connect(server: Server) -> Iterator[Callable[..., Connection]]:
    """Connections to the server in all four places, quick to try again."""
    made: list[Connection] = []

    def connect(**options: Any) -> Connection:
        urls = {f"{name}_url": server.url for name in ("identity", "warning", "household", "funds")}
        options = {
            "client_id": "231226-YB",
            "client_secret": "a secret",
            "patience": Patience(attempts=4, first=0.01, longest=1.0),
            **urls,
            **options,
        }
        made.append(Connection(**options))
        return made[-1]

    yield connect
    for connection in made:
        connection.close()


@pytest.fixture
def connection(connect: Callable[..., Connection]) -> Connection:
    return connect()
