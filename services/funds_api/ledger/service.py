"""Booking: every change of money is an entry (policy.md, Funds).

Money moves ``received`` → ``source:<id>`` → ``allocation:<id>`` → ``project:<id>:<allocation id>`` →
``paid:<allocation id>`` or ``retained:<allocation id>``; a withdrawal or reversal moves it back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from uuid import UUID

from shared.db.identifiers import new_id
from shared.db.transaction import Transaction

RECEIVED = "received"

DocumentKind = Literal["source", "allocation", "adjustment", "project", "payment", "reversal"]

INSERT = """
INSERT INTO ledger_entry (county_code, id, region_code, booked_at, document_kind, document_id,
                          debit_account, credit_account, amount)
VALUES (:county, :id, :region, :now, :kind, :document, :debit, :credit, :amount)"""


def source_account(source_id: UUID) -> str:
    return f"source:{source_id}"


def allocation_account(allocation_id: UUID) -> str:
    return f"allocation:{allocation_id}"


def project_account(project_id: UUID, allocation_id: UUID) -> str:
    """What a project has left of one of its allocations."""
    return f"project:{project_id}:{allocation_id}"


def spent_account(allocation_id: UUID, *, retention: bool) -> str:
    """What has left an allocation for good, or as retention money."""
    return f"{'retained' if retention else 'paid'}:{allocation_id}"


@dataclass(frozen=True, slots=True)
class Document:
    """What an entry is booked for; ``region`` is the unit whose readers see the entry."""

    kind: DocumentKind
    id: UUID
    region: str


@dataclass(frozen=True, slots=True)
class Move:
    """``amount`` goes from the credited account to the debited one; a negative amount goes back."""

    credit: str
    debit: str
    amount: Decimal


async def book(tx: Transaction, document: Document, moves: Sequence[Move]) -> None:
    """Add one entry for each move."""
    await tx.execute(
        INSERT,
        [
            {
                "county": tx.county,
                "id": new_id(),
                "region": document.region,
                "now": tx.now,
                "kind": document.kind,
                "document": document.id,
                "debit": move.debit if move.amount > 0 else move.credit,
                "credit": move.credit if move.amount > 0 else move.debit,
                "amount": abs(move.amount),
            }
            for move in moves
        ],
    )
