"""How a project goes on, and out of which parts a payment comes. No I/O."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

State = Literal["reserve", "started", "under_construction", "completed", "accepted"]

#: 储备 → 开工 → 在建 → 竣工 → 验收 (policy.md, Funds). Code, documentation and console read this table.
TRANSITIONS: Mapping[State, tuple[State, ...]] = {
    "reserve": ("started",),
    "started": ("under_construction",),
    "under_construction": ("completed",),
    "completed": ("accepted",),
    "accepted": (),
}

#: States in which money may be paid.
PAYABLE: frozenset[State] = frozenset(TRANSITIONS) - {"reserve"}


def split(amount: Decimal, free: Sequence[Decimal]) -> list[Decimal] | None:
    """How much of ``amount`` comes out of each part: the first listed is used up first. None if too much."""
    taken = []
    for left in free:
        part = min(amount, left)
        taken.append(part)
        amount -= part
    return taken if amount == 0 else None
