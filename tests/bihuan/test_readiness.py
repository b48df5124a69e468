"""The health check of a container."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bihuan.launcher.ports import free_port
from bihuan.readiness import main


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_it_exits_with_what_the_service_answers(monkeypatch, status, code):
    class Answering(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, *_):
            return

    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        monkeypatch.setenv("UVICORN_PORT", str(server.server_port))
        assert main() == code
        thread.join()


def test_it_exits_with_1_where_nobody_listens(monkeypatch):
    monkeypatch.setenv("UVICORN_PORT", str(free_port()))
    assert main() == 1
