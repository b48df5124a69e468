"""Booking: every change of money is an entry (policy.md, Funds).

Money moves ``received`` → ``source:<id>`` → ``allocation:<id>`` → ``project:<id>:<allocation id>`` →
``contract:<id>:<allocation id>`` (where there is one) → a use: ``paid``, ``retained``, ``transferred`` or
``held``, each ``<use>:<allocation id>:<project id>``, without the project where an allocation is used
directly. What comes back moves the other way. The balances are what the accounts come to (``recounting``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args
from uuid import UUID

from services.funds_api.ledger import repository
from shared.db.identifiers import new_id
from shared.db.transaction import Transaction
from shared.identifiers.regions import region_range
from shared.pagination.cursors import Paging, page

RECEIVED = "received"

#: Where money is that has left a project. ``paid`` alone counts as spent: ``retained`` is retention money (质保金),
#: ``transferred`` lies with a unit that has yet to pay it on, ``held`` with a bank that has yet to answer.
Use = Literal["paid", "retained", "transferred", "held"]
USES: tuple[Use, ...] = get_args(Use)

DocumentKind = Literal[
    "source",
    "allocation",
    "adjustment",
    "carry_over",
    "project",
    "funding",
    "contract",
    "supplement",
    "payment",
    "settlement",
    "reversal",
    "disbursement",
    "receipt",
]


def source_account(source_id: UUID) -> str:
    """What of a source has not been allocated."""
    return f"source:{source_id}"


def allocation_account(allocation_id: UUID) -> str:
    """What of an allocation has not been promised to a project."""
    return f"allocation:{allocation_id}"


def project_account(project_id: UUID, allocation_id: UUID) -> str:
    """What a project has left of one of its allocations, and has not bound by a contract."""
    return f"project:{project_id}:{allocation_id}"


def contract_account(contract_id: UUID, allocation_id: UUID) -> str:
    """What a contract has left of one of its project's allocations."""
    return f"contract:{contract_id}:{allocation_id}"


def use_account(use: Use, allocation_id: UUID, project_id: UUID | None = None) -> str:
    """What has left an allocation, through a project or directly."""
    return f"{use}:{allocation_id}" if project_id is None else f"{use}:{allocation_id}:{project_id}"


@dataclass(frozen=True, slots=True)
class Document:
    """What an entry is booked for; ``region`` is the unit whose readers see the entry.

    ``on``: the day in whose year it counts, today where it has no date of its own.
    """

    kind: DocumentKind
    id: UUID
    region: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """``amount`` goes from the credited account to the debited one; a negative amount goes back."""

    credit: str
    debit: str
    amount: Decimal


async def book(tx: Transaction, document: Document, moves: Sequence[Move]) -> None:
    """Add one entry for each move. Moves of nothing are left out."""
    entries = [
        {
            "id": new_id(),
            "region": document.region,
            "kind": document.kind,
            "document": document.id,
            "on": document.on or tx.today,
            "debit": move.debit if move.amount > 0 else move.credit,
            "credit": move.credit if move.amount > 0 else move.debit,
            "amount": abs(move.amount),
        }
        for move in moves
        if move.amount
    ]
    if entries:
        await repository.add_entries(tx, entries)


async def list_entries(
    tx: Transaction, paging: Paging, *, document_id: UUID | None, region: str | None
) -> dict[str, Any]:
    """Entries in the order in which they were written."""
    reach = region_range(region) if region else None
    rows = await repository.entries(tx, document_id, reach, paging.after_id(), paging.limit + 1)
    return page([dict(row) for row in rows], paging, lambda row: [row["id"]])
