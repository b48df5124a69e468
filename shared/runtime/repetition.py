"""A request that is sent again under its Idempotency-Key (contract.md, Everywhere)."""

from fastapi import Request, Response

from shared.db.transaction import Transaction
from shared.idempotency import keys as idempotency


async def claim_key(request: Request, tx: Transaction, body: bytes) -> None:
    """Take the request's key, if it has one, for its ``body``: all of it, or its digest.

    Raises ``Replayed`` with the first answer, ``KeyReused``, ``KeyInUse``.
    """
    key = request.headers.get("idempotency-key")
    if key is None:
        return
    conditions = [request.headers.get(name, "") for name in ("if-match", "x-purpose")]
    target = f"{request.method} {request.url.path}?{request.url.query} {conditions}"
    claim = idempotency.Claim(key, target, body)
    replay = await idempotency.claim(tx, claim)
    if replay is not None:
        raise idempotency.Replayed(replay)
    request.state.claimed = tx, claim


async def remember_answer(request: Request, response: Response) -> None:
    """Keep the answer to the request if it has taken a key."""
    claimed: tuple[Transaction, idempotency.Claim] | None = getattr(request.state, "claimed", None)
    if claimed is not None and response.status_code < 400:
        await idempotency.remember(*claimed, response, getattr(request.state, "replay_body", None))
