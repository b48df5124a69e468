"""The recount: what the balances say against what the entries come to (policy.md, Funds: every change is an entry)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.funds_api.ledger import recount_repository as repository
from shared.audit import record
from shared.db.identifiers import new_id
from shared.db.narrowing import expect_many_rows, within
from shared.db.transaction import Transaction
from shared.pagination.cursors import Paging, page
from shared.runtime.route import in_reach


@dataclass(frozen=True, slots=True)
class Difference:
    """``kept`` by the balance named ``subject``, ``counted`` from the entries."""

    kind: str
    subject: str
    kept: Decimal | None
    counted: Decimal | None


async def count_again(tx: Transaction) -> list[Difference]:
    """Everything that differs in the call's county; none where all is well. All of the county has to be in reach.

    Each kind is one statement with its own snapshot: what is being booked meanwhile does not show as a difference.
    """
    in_reach(tx, tx.county)
    await expect_many_rows(tx)
    return [
        Difference(kind, row["subject"], row["kept"], row["counted"])
        for kind in repository.RECOUNTS
        for row in await repository.differences(tx, kind)
    ]


async def recount(tx: Transaction) -> dict[str, Any]:
    """Count again and write down what differs; what differed before and does not now is resolved."""
    found = await count_again(tx)
    await _keep(tx, found)
    await record(tx, "ledger.recounted", f"county/{tx.county}", {"differences": len(found)})
    return {"counted_at": tx.now, "differences": len(found)}


async def _keep(tx: Transaction, found: Sequence[Difference]) -> None:
    if found:
        await repository.keep_findings(
            tx,
            [
                {"id": new_id(), "kind": d.kind, "subject": d.subject, "kept": d.kept, "counted": d.counted}
                for d in found
            ],
        )
    await repository.resolve_others(tx)


async def list_findings(tx: Transaction, paging: Paging, *, is_open: bool | None) -> dict[str, Any]:
    """For those whose reach covers a whole county: findings stand at the county."""
    near = within(tx, "f")
    rows = await repository.findings(
        tx,
        near.sql,
        near.parameters,
        {"open": is_open, "after": paging.after_id(), "limit": paging.limit + 1},
    )
    return page([dict(row) for row in rows], paging, lambda row: [row["id"]])
