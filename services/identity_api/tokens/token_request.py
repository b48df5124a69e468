"""Reading a token request: a form, with the client's credentials in it or by HTTP Basic (RFC 6749 §2.3.1)."""

import binascii
from base64 import b64decode
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus

from fastapi import Request

from services.identity_api.tokens.errors import InvalidClient, InvalidRequest
from shared.runtime.receiving import whole_body

FORM = "application/x-www-form-urlencoded"
MAX_BYTES = 16 * 1024
CHALLENGE = {"WWW-Authenticate": 'Basic realm="bihuan", charset="UTF-8"'}


@dataclass(frozen=True, slots=True, repr=False)
class TokenRequest:
    """No ``repr``: it holds a secret."""

    grant_type: str
    client_id: str
    client_secret: str
    scope: str


async def read_token_request(request: Request) -> TokenRequest:
    """Raises ``InvalidRequest``, ``InvalidClient`` where no credentials are given, ``TooLarge``,
    ``BodyStalled``."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await whole_body(request, MAX_BYTES)
    if kind != FORM and (body or kind):
        raise InvalidRequest(f"请以 {FORM} 提交", f"Send the request as {FORM}")
    form = _form(body)
    authorization = request.headers.get("authorization")
    if authorization is None:
        client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    else:
        client_id, secret = _basic(authorization)
        if "client_secret" in form or form.get("client_id", client_id) != client_id:
            raise InvalidRequest("客户端凭据只能用一种方式给出", "Use one way of client authentication only")
    if not client_id or not secret:
        raise InvalidClient("请给出 client_id 与 client_secret", "Credentials are missing", headers=CHALLENGE)
    return TokenRequest(form.get("grant_type", ""), client_id, secret, form.get("scope", ""))


def _form(body: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(body.decode("ascii"), errors="strict", max_num_fields=50)
    except ValueError as error:
        raise InvalidRequest("表单无法解析", "The form cannot be read") from error
    form = dict(pairs)
    if len(form) != len(pairs):
        raise InvalidRequest("表单中有重复的参数", "A parameter is given more than once")
    if any("\0" in value for value in form.values()):
        raise InvalidRequest("表单中含有空字符", "The form holds a NUL character")
    return form


def _basic(authorization: str) -> tuple[str, str]:
    """Both parts are form-urlencoded by the RFC.

    Many clients do not encode them. Ours decode to themselves, and no secret holds a colon, so the last
    colon parts id and secret either way.
    """
    scheme, _, encoded = authorization.partition(" ")
    try:
        decoded = b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        decoded = ""
    client_id, colon, secret = (unquote_plus(part) for part in decoded.rpartition(":"))
    if scheme.lower() != "basic" or not colon or "\0" in client_id + secret:
        raise InvalidClient("Authorization 应为 HTTP Basic", "Use HTTP Basic", headers=CHALLENGE)
    return client_id, secret
