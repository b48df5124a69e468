"""Our own services' tokens towards each other: client credentials, renewed before they expire."""

import asyncio
import time

import httpx


class ServiceToken(httpx.Auth):
    """An httpx auth that fetches and renews the token of one client (RFC 6749 §4.4)."""

    requires_response_body = True

    def __init__(self, http: httpx.AsyncClient, token_url: str, client_id: str, client_secret: str) -> None:
        self._http = http
        self._url = token_url
        self._credentials = (client_id, client_secret)
        self._token = ""
        self._expires = 0.0
        self._lock = asyncio.Lock()

    async def token(self, *, renew: bool = False) -> str:
        """The current token; ``renew`` after a 401. Raises httpx.HTTPError when identity does not answer."""
        async with self._lock:
            if renew or time.monotonic() > self._expires:
                # In the form, not by Basic: a service's client id holds a colon.
                client_id, secret = self._credentials
                form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
                answer = await self._http.post(self._url, data=form)
                answer.raise_for_status()
                body = answer.json()
                self._token = body["access_token"]
                self._expires = time.monotonic() + 0.8 * float(body["expires_in"])
            return self._token

    async def async_auth_flow(self, request: httpx.Request):  # type: ignore[no-untyped-def]
        request.headers["Authorization"] = f"Bearer {await self.token()}"
        response = yield request
        if response.status_code == 401:
            request.headers["Authorization"] = f"Bearer {await self.token(renew=True)}"
            yield request
