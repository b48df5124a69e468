"""Free text and evidence may name people: sealed at rest, bound to the row that they stand in."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson

from shared.db.transaction import Transaction


async def seal(tx: Transaction, table: str, column: str, row_id: UUID, text: str) -> bytes | None:
    """None for no text."""
    if not text:
        return None
    (sealed,) = (await tx.sealer()).seal_many(table, column, tx.county, [(row_id.bytes, text.encode())])
    return sealed


async def seal_document(
    tx: Transaction, table: str, column: str, row_id: UUID, document: Any
) -> bytes | None:
    """A JSON document, without what is empty."""
    return await seal(tx, table, column, row_id, orjson.dumps(document).decode() if document else "")


async def open_texts(
    tx: Transaction, table: str, column: str, rows: Sequence[tuple[UUID, bytes | None]]
) -> list[str]:
    """The texts of sealed columns, empty where there is none."""
    present = [(row_id.bytes, sealed) for row_id, sealed in rows if sealed is not None]
    opened = iter((await tx.sealer()).open_many(table, column, tx.county, present))
    return ["" if sealed is None else next(opened).decode() for _, sealed in rows]


async def open_documents(
    tx: Transaction, table: str, column: str, rows: Sequence[tuple[UUID, bytes | None]]
) -> list[Any]:
    """JSON documents, None where there is none."""
    return [orjson.loads(text) if text else None for text in await open_texts(tx, table, column, rows)]
