"""The keeper at rest and on the way out: it may be a natural person, so it is always sealed."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.funds_api.registry import sees_households
from shared.db.transaction import Transaction
from shared.identifiers.names import mask_name
from shared.sealing import Sealer

COLUMN = "keeper_sealed"


def seal(sealer: Sealer, county: str, asset_id: UUID, version: int, keeper: str) -> bytes:
    """For one version of an asset, and for no other."""
    values = [(_place(asset_id, version), keeper.encode())]
    (sealed,) = sealer.seal_many("asset_version", COLUMN, county, values)
    return sealed


def _place(asset_id: UUID, version: int) -> bytes:
    return asset_id.bytes + version.to_bytes(4, "big")


async def opened(tx: Transaction, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    """Rows of ``asset_version`` with ``owner`` and ``keeper`` as the caller may see them."""
    in_full = sees_households(tx)
    shown = []
    for row in rows:
        owner = {
            "kind": row["owner_kind"],
            "name": row["owner_name"],
            "credit_code": row["credit_code"],
            "household_id": row["owner_household_id"] if in_full else None,
        }
        keeper = None
        if row[COLUMN] is not None:
            name = await open_keeper(tx, row)
            named = in_full or row["keeper_kind"] == "unit"
            keeper = {"kind": row["keeper_kind"], "name": name if named else mask_name(name)}
        shown.append({**row, "owner": owner, "keeper": keeper})
    return shown


async def open_keeper(tx: Transaction, row: Mapping[Any, Any]) -> str:
    """Of a row with a keeper; ``described_in`` is the version that it was sealed with."""
    sealer = await tx.service.keys.sealer(tx.service, row["county_code"])
    values = [(_place(row["asset_id"], row["described_in"]), row[COLUMN])]
    (keeper,) = sealer.open_many("asset_version", COLUMN, row["county_code"], values)
    return keeper.decode()
