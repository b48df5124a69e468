"""Requests to the services: tokens, retries, cursors, problem documents."""

import ipaddress
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlsplit

import httpx

from shared.tables.content_types import MEDIA_TYPES

from .access_token import AccessToken
from .errors import ClientError, Refused, Unreachable
from .retry import NOT_STARTED, POINTLESS, Patience
from .tables import TableBody

Json = dict[str, Any]
Params = Mapping[str, Any]

#: The first word after /v1/ tells the service.
ROUTES = {
    "identity": {"clients"},
    "warning": {
        "assignments", "attachments", "batches", "bulletins", "campaigns", "candidates", "conferences",
        "cycles", "dispatches", "indicators", "lists", "mappings", "nil-reports", "outcomes", "overdue",
        "petitions", "policy-receipts", "problem-rechecks", "problems", "progress-reports", "rankings",
        "rechecks", "report-codes", "routine-checks", "screenings", "self-reports", "statistics", "surveys",
        "tasks", "verifications", "villages", "warnings",
    },
    "household": {
        "cases", "cross-checks", "guarantees", "household-checks", "households", "import-layouts",
        "imports", "matches", "measure-kinds", "notices", "obstacles", "parameters", "quality", "regions",
        "roster", "searches",
    },
    "funds": {
        "allocations", "bank-statement-lines", "bank-statements", "cards", "contracts", "disbursements",
        "disclosure-findings", "disclosure-postings", "disclosures", "finance-exchange", "finance-reports",
        "fund-reports", "fund-shares", "industry-share", "ledger-entries", "ledger-findings",
        "ledger-recounts", "milestones", "payments", "progress", "projects", "sources", "years",
    },
}  # fmt: skip

REPEATABLE = {"GET", "HEAD", "PUT", "DELETE"}


class Transport:
    """One client's way to the services. Threads may share it; `close` it, or use it in a `with`.

    `county` is named in every call, for clients with grants in several counties or above one.
    """

    def __init__(
        self,
        *,
        identity_url: str,
        warning_url: str,
        household_url: str,
        funds_url: str,
        client_id: str,
        client_secret: str,
        county: str | None = None,
        patience: Patience | None = None,
        timeout: float = 300.0,
    ) -> None:
        urls = {
            "identity": identity_url,
            "warning": warning_url,
            "household": household_url,
            "funds": funds_url,
        }
        self.urls = {service: url.rstrip("/") for service, url in urls.items()}
        self.client_id = client_id
        self.county = county
        self._secret = client_secret
        self._patience = patience or Patience()
        self._token = AccessToken(self._fetch_token)
        # A proxy of the environment does not lead to our own loopback interface.
        self._http = httpx.Client(
            timeout=httpx.Timeout(timeout, connect=10.0),
            trust_env=not all(_is_loopback(url) for url in self.urls.values()),
        )

    def close(self) -> None:
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def get(
        self, path: str, params: Params | None = None, *, headers: Mapping[str, str] | None = None
    ) -> Json:
        return _json(self.send("GET", path, params=params, headers=headers))

    def iterate(
        self, path: str, params: Params | None = None, *, headers: Mapping[str, str] | None = None
    ) -> Iterator[Json]:
        """Every item of a list, page after page."""
        cursor: str | None = None
        while True:
            page = self.get(path, {**(params or {}), "cursor": cursor}, headers=headers)
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def post(
        self,
        path: str,
        json: Any = None,
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        reads: bool = False,
    ) -> Json:
        """Sent again only under the Idempotency-Key of this call; one that `reads` (a search) needs none."""
        key = {} if reads else {"Idempotency-Key": str(uuid.uuid4())}
        return _json(
            self.send(
                "POST", path, params=params, json=json, headers={**key, **(headers or {})}, repeatable=True
            )
        )

    def put(self, path: str, json: Any = None) -> Json:
        return _json(self.send("PUT", path, json=json))

    def change(self, method: str, path: str, json: Any, version: int | None) -> Json:
        """A PATCH, PUT or POST of something with a version: `None` means whatever version there is."""
        match = {"If-Match": "*" if version is None else f'"{version}"'}
        if method == "POST":
            return self.post(path, json, headers=match)
        return _json(self.send(method, path, json=json, headers=match))

    def upload(
        self,
        path: str,
        body: TableBody,
        params: Params | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        """A table, streamed: under its batch_no, or under the Idempotency-Key of this call."""
        key = {} if "batch_no" in (params or {}) else {"Idempotency-Key": str(uuid.uuid4())}
        sent = {**key, **(headers or {}), **body.headers}
        return _json(
            self.send("POST", path, params=params, headers=sent, chunks=body.chunks, repeatable=True)
        )

    def download(
        self,
        path: str,
        target: str | Path,
        params: Params | None = None,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Path:
        """The XLSX form of `path`, streamed into the file `target`."""
        accepting = {**(headers or {}), "Accept": MEDIA_TYPES["xlsx"]}
        response = self.send("GET", path, params=params, headers=accepting, stream=True)
        try:
            with Path(target).open("wb") as file:
                for chunk in response.iter_bytes():
                    file.write(chunk)
        except httpx.TransportError as error:
            raise Unreachable(f"{response.url.host} 的下载中断，请重试") from error
        finally:
            response.close()
        return Path(target)

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        chunks: Callable[[], Iterator[bytes]] | None = None,
        repeatable: bool | None = None,
        stream: bool = False,
    ) -> httpx.Response:
        """The answer, if it is below 400; else `Refused` or `Unreachable`. Renews the token after a 401."""
        query = {name: _text(value) for name, value in (params or {}).items() if value is not None}
        if self.county is not None:
            query.setdefault("county", self.county)
        if repeatable is None:
            repeatable = method in REPEATABLE
        token = self._token.get()

        def build() -> httpx.Request:
            return self._http.build_request(
                method,
                self.url(path),
                params=query,
                json=json,
                content=None if chunks is None else chunks(),
                headers={**(headers or {}), "Authorization": f"Bearer {token}"},
            )

        response = self._send(build, repeatable=repeatable, stream=stream)
        if response.status_code == 401:
            token = self._token.get(refused=token)
            response = self._send(build, repeatable=repeatable, stream=stream)
        if response.status_code >= 400:
            raise Refused.by(response)
        return response

    def url(self, path: str) -> str:
        """The address of a path (`/v1/tasks`), by the service that answers it."""
        word = path.removeprefix("/v1/").partition("/")[0]
        for service, words in ROUTES.items():
            if word in words:
                return self.urls[service] + path
        raise ClientError(f"没有服务提供 {path}")

    def _send(
        self, build: Callable[[], httpx.Request], *, repeatable: bool, stream: bool = False
    ) -> httpx.Response:
        for delay in self._patience.delays():
            request = build()
            try:
                response = self._http.send(request, stream=stream)
                if response.status_code >= 400:
                    response.read()
            except httpx.TransportError as error:
                again = not isinstance(error, POINTLESS) and (repeatable or isinstance(error, NOT_STARTED))
                if delay is None or not again:
                    raise Unreachable(f"{_place(request.url)} 没有应答，请检查地址与网络后重试") from error
                time.sleep(delay)
                continue
            wait = None if delay is None else self._patience.wait_for(response, delay, repeatable=repeatable)
            if wait is None:
                return response
            response.close()
            time.sleep(wait)
        raise AssertionError("the last attempt answers or raises")

    def _fetch_token(self) -> Json:
        credentials = (quote(self.client_id, safe=""), quote(self._secret, safe=""))

        def build() -> httpx.Request:
            url, form = f"{self.urls['identity']}/oauth/token", {"grant_type": "client_credentials"}
            request = self._http.build_request("POST", url, data=form)
            return next(httpx.BasicAuth(*credentials).auth_flow(request))

        response = self._send(build, repeatable=True)
        if response.status_code >= 400:
            raise Refused.by(response)
        return _json(response)


def _json(response: httpx.Response) -> Json:
    if response.status_code == 204:
        return {}
    try:
        answer = response.json()
    except ValueError as error:
        raise ClientError(f"{_place(response.url)} 的应答不是 JSON，请检查地址") from error
    return answer if isinstance(answer, dict) else {"items": answer, "next_cursor": None}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _place(url: httpx.URL) -> str:
    """Without the query."""
    return f"{url.scheme}://{url.netloc.decode()}{url.path}"


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
