"""When an import waits, and where it is carried out. Decisions without I/O."""

from typing import Final, Literal

State = Literal["received", "review", "applied", "failed"]

#: Up to so many rows are applied before the answer; more are the worker's.
APPLY_AT_ONCE: Final = 50_000

TRANSITIONS: Final[dict[State, tuple[State, ...]]] = {
    "received": ("applied", "failed"),
    "review": ("received", "applied"),
    "applied": (),
    "failed": (),
}


def first_state(rows: int, review_above: int) -> State:
    """The state that an import of so many rows is answered with."""
    if rows > review_above:
        return "review"
    return approved_state(rows)


def approved_state(rows: int) -> State:
    """``applied``: in this very call; ``received``: by the worker."""
    return "applied" if rows <= APPLY_AT_ONCE else "received"
