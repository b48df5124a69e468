"""HTTP as our services speak it: uvicorn's own, with bounds that it does not have.

Its parser gathers a header however long it grows, copying it anew for every packet: one caller could hold up
a service. And it waits for ever for the end of a request's headers. Named on uvicorn's command line as ``--http
shared.runtime.protocol:BoundedHttp``.
"""

from asyncio import TimerHandle, Transport
from typing import Any

import orjson
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: Of the line with the address and all headers together.
MOST_HEADER_BYTES = 64 * 1024
HEADER_SECONDS = 15.0
#: When more connections are open than ``--limit-concurrency`` says, their requests are told to come again.
RETRY_SECONDS = b"1"


class HeadersTooLarge(Exception):
    """Told to the parser, which gives the request up."""


class BoundedHttp(HttpToolsProtocol):
    """Refuses headers that are too large (431) and calls beyond the limit (503), closes on those that never end.

    What comes between the pieces of a body (framing, trailers) is bounded like headers; how fast a body must
    come, the service decides that reads it.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._unread_bytes = 0
        self._progress = 0
        self._too_large = False
        self._headers_due: TimerHandle | None = None
        self._most_connections = self.limit_concurrency
        self.limit_concurrency = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_expecting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        before = self._progress
        super().data_received(data)
        self._unread_bytes = 0 if self._progress != before else self._unread_bytes + len(data)
        if self._unread_bytes > MOST_HEADER_BYTES and not self.transport.is_closing():
            self._too_large = True
            self.send_400_response("")

    def on_headers_complete(self) -> None:
        self._progress += 1
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > MOST_HEADER_BYTES:
            self._too_large = True
            raise HeadersTooLarge
        self._stop_expecting()
        app = self.app
        if self._is_crowded():
            self.app = come_again
        try:
            super().on_headers_complete()
        finally:
            self.app = app

    def on_body(self, body: bytes) -> None:
        self._progress += 1
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._progress += 1
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.timeout_keep_alive_task is not None:
            # The next request, and before it what may be left of a body that nobody wanted to read.
            self._expect_headers()

    def send_400_response(self, msg: str) -> None:
        """Called for whatever the parser gives up. While a request is being answered there is no place for it."""
        if not self._too_large:
            super().send_400_response(msg)
        elif self.cycle is not None and not self.cycle.response_complete:
            self.transport.close()
        else:
            body = problem("headers_too_large", 431, "请求头过大", "/")
            self.transport.write(
                b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/problem+json\r\n"
                b"content-length: %d\r\nconnection: close\r\n\r\n%b" % (len(body), body)
            )
            self.transport.close()

    def _is_crowded(self) -> bool:
        most = self._most_connections
        return most is not None and (len(self.connections) > most or len(self.tasks) >= most)

    def _expect_headers(self) -> None:
        self._stop_expecting()
        seconds = HEADER_SECONDS if self.cycle is None else HEADER_SECONDS + self.timeout_keep_alive
        self._headers_due = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def _stop_expecting(self) -> None:
        if self._headers_due is not None:
            self._headers_due.cancel()
            self._headers_due = None


async def come_again(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """The answer to a request beyond the limit: 503, before anything of it is read."""
    body = problem("unavailable", 503, "服务繁忙，请稍后再试", scope["path"])  # type: ignore[typeddict-item]
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", b"%d" % len(body)),
        (b"retry-after", RETRY_SECONDS),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def problem(code: str, status: int, title: str, instance: str) -> bytes:
    """A problem document for what never reaches the application."""
    return orjson.dumps(
        {
            "type": f"urn:bihuan:problem:{code}",
            "title": title,
            "status": status,
            "detail": title,
            "instance": instance,
            "code": code,
            "errors": [],
        }
    )
