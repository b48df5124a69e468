"""What we ask of the bank side, whatever it is: a directory of files, an interface of the treasury's bank.

To pay or to send: the instruction is kept first, then handed over with no connection held, and what became of it is
kept afterwards. An unknown outcome is asked about, never blindly tried again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class InstructionLine:
    """One household's payment; ``amount`` in yuan."""

    item_id: UUID
    payee: str
    account: str
    amount: Decimal
    purpose: str
    period: str


@dataclass(frozen=True, slots=True)
class Instruction:
    """A batch to be paid. ``id`` is the same however often it is handed over."""

    id: UUID
    made_on: date
    lines: Sequence[InstructionLine]

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal("0.00"))


@dataclass(frozen=True, slots=True)
class BankAnswer:
    """What the bank says of one item. ``reference``: the bank's own number of the posting."""

    item_id: UUID
    status: Literal["paid", "rejected"]
    paid_on: date | None
    reason: str | None
    reference: str | None


@dataclass(frozen=True, slots=True)
class BankAnswers:
    """What came together, under the name that the bank side knows it by."""

    name: str
    answers: Sequence[BankAnswer]


class AnswerLost(Exception):
    """The bank side may have the instruction or not: ``has`` will tell."""


class UnreadableAnswers(Exception):
    """``name`` cannot be read; ``problem`` says why, in Chinese."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(problem)
        self.name = name
        self.problem = problem


class BankPort(Protocol):
    """The bank side of one county."""

    async def hand_over(self, instruction: Instruction) -> None:
        """Give an instruction to the bank side; one that it has already is not given twice. Raises ``AnswerLost``,
        and OSError or httpx.HTTPError where it certainly has not got it."""
        ...

    async def has(self, instruction_id: UUID) -> bool:
        """Whether an instruction was handed over, also long ago."""
        ...

    async def waiting(self) -> Sequence[str]:
        """The names of answers that were not acknowledged, the oldest first."""
        ...

    async def read(self, name: str) -> BankAnswers | None:
        """None where somebody has acknowledged it meanwhile. Raises ``UnreadableAnswers``."""
        ...

    async def acknowledge(self, name: str, problem: str | None = None) -> None:
        """Recorded, or set aside with the problem that a person has to look at. Doing it again changes nothing."""
        ...
