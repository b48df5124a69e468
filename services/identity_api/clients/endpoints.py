"""``/v1/clients``, for the security administrator."""

from typing import Annotated, Any

from fastapi import Request, Response

from services.identity_api.clients import service
from services.identity_api.clients.repository import ClientRow
from services.identity_api.clients.schemas import Client, ClientWithSecret, GrantSchema, NewClient
from shared.db import Transaction
from shared.pagination import Page, PageQuery, page
from shared.runtime.app import make_router
from shared.runtime.preconditions import tagged
from shared.runtime.route import allowed

router = make_router("clients")

Reading = Annotated[Transaction, allowed("clients:read")]
Writing = Annotated[Transaction, allowed("clients:write")]


@router.get("/v1/clients", summary="客户端列表")
async def list_clients(tx: Reading, paging: PageQuery) -> Page[Client]:
    (after,) = paging.after_text()
    rows = await service.clients(tx, after, paging.limit + 1)
    return Page[Client].model_validate(
        page([_shown(row) for row in rows], paging, lambda one: [one.client_id])
    )


@router.post("/v1/clients", status_code=201, summary="新建客户端（密钥只显示一次）")
async def create_client(
    tx: Writing, request: Request, response: Response, new: NewClient
) -> ClientWithSecret:
    client, secret = await service.create_client(tx, new)
    response.headers["Location"] = f"/v1/clients/{client.client_id}"
    return _with_secret(request, response, client, secret)


@router.get("/v1/clients/{client_id}", summary="一个客户端")
async def read_client(tx: Reading, response: Response, client_id: str) -> Client:
    client = await service.client(tx, client_id)
    tagged(response, client.version)
    return _shown(client)


@router.post("/v1/clients/{client_id}/rotate", summary="更换密钥（旧密钥立即失效，新密钥只显示一次）")
async def rotate_secret(
    tx: Writing, request: Request, response: Response, client_id: str
) -> ClientWithSecret:
    client, secret = await service.rotate_secret(tx, client_id)
    return _with_secret(request, response, client, secret)


@router.delete("/v1/clients/{client_id}", status_code=204, summary="停用客户端")
async def delete_client(tx: Writing, client_id: str) -> Response:
    await service.delete_client(tx, client_id)
    return Response(status_code=204)


def _with_secret(request: Request, response: Response, client: ClientRow, secret: str) -> ClientWithSecret:
    shown = _shown(client)
    # What a repeated Idempotency-Key is answered with: everything but the secret.
    request.state.replay_body = shown.model_dump_json().encode()
    response.headers["Cache-Control"] = "no-store"
    tagged(response, client.version)
    return ClientWithSecret(**dict(shown), client_secret=secret)


def _shown(client: ClientRow) -> Client:
    first = client.grants[0]
    values: dict[str, Any] = {
        "id": client.client_id,
        "client_id": client.client_id,
        "name": client.name,
        "role": first.role,
        "org_code": first.org,
        "region_code": first.region,
        "grants": [GrantSchema(role=g.role, org=g.org, region=g.region) for g in client.grants],
        "scopes": list(client.scopes),
        "version": client.version,
        "created_by": client.created_by,
        "created_at": client.created_at,
        "rotated_at": client.rotated_at,
    }
    return Client(**values)
