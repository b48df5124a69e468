"""The keeper at rest and on the way out: it may be a natural person, so it is always sealed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import RowMapping

from services.funds_api.assets.schemas import Keeper
from services.funds_api.registry import sees_households
from shared.db.identifiers import new_id
from shared.db.transaction import Transaction
from shared.identifiers.names import mask_name

COLUMN = "keeper_sealed"


async def seal(tx: Transaction, keeper: Keeper | None) -> dict[str, Any]:
    """The columns of a version that say who looks after it."""
    if keeper is None:
        return {"keeper_kind": None, "keeper_id": None, COLUMN: None}
    sealer = await tx.sealer()
    keeper_id = new_id()
    values = [(keeper_id.bytes, keeper.name.encode())]
    (sealed,) = sealer.seal_many("asset_version", COLUMN, tx.county, values)
    return {"keeper_kind": keeper.kind, "keeper_id": keeper_id, COLUMN: sealed}


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
            name = await _open(tx, row)
            named = in_full or row["keeper_kind"] == "unit"
            keeper = {"kind": row["keeper_kind"], "name": name if named else mask_name(name)}
        shown.append({**row, "owner": owner, "keeper": keeper})
    return shown


async def _open(tx: Transaction, row: RowMapping) -> str:
    sealer = await tx.service.keys.sealer(tx.service, row["county_code"])
    values = [(row["keeper_id"].bytes, row[COLUMN])]
    (keeper,) = sealer.open_many("asset_version", COLUMN, row["county_code"], values)
    return keeper.decode()
