"""The payee at rest and on the way out: it may be a natural person, so it is always sealed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from shared.db.transaction import Transaction
from shared.identifiers.names import mask_name
from shared.sealing import Sealer

COLUMN = "payee_sealed"

#: Supervisors and other systems get no personal data (policy.md, Who takes part).
SEEN_IN_FULL_BY = frozenset({"finance", "county", "township"})


def seal(sealer: Sealer, county: str, payment_id: UUID, payee: str) -> bytes:
    (sealed,) = sealer.seal_many("payment", COLUMN, county, [(payment_id.bytes, payee.encode())])
    return sealed


async def opened(tx: Transaction, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    """Rows of ``payment`` with a ``payee`` as the caller may see it."""
    in_full = bool(tx.roles & SEEN_IN_FULL_BY)
    shown = []
    for row in rows:
        payee = await open_payee(tx, row)
        shown.append(dict(row) | {"payee": payee if in_full else mask_name(payee)})
    return shown


async def open_payee(tx: Transaction, row: RowMapping) -> str:
    sealer = await tx.service.keys.sealer(tx.service, row["county_code"])
    (payee,) = sealer.open_many("payment", COLUMN, row["county_code"], [(row["id"].bytes, row[COLUMN])])
    return payee.decode()
