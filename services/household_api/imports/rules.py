"""When an import waits, and where it is carried out. Decisions without I/O."""

from collections.abc import Mapping
from typing import Any, Final, Literal

State = Literal["received", "review", "applied", "failed", "refused"]

#: Up to so many rows are applied before the answer to their sender, who has waited longer for the reading already.
APPLY_AT_ONCE: Final = 400_000
#: And before the answer to the officer who approves them; more are the worker's.
APPROVE_AT_ONCE: Final = 50_000

TRANSITIONS: Final[dict[State, tuple[State, ...]]] = {
    "received": ("applied", "failed"),
    "review": ("received", "applied", "refused"),
    "applied": (),
    "failed": (),
    "refused": (),
}

#: What a second officer is shown of an import, and what is compared with it when it is applied.
COUNTED: Final = ("accepted", "rejected", "households", "persons", "added", "changed", "unchanged")


def first_state(rows: int, review_above: int) -> State:
    """The state that an import of so many rows is answered with."""
    if rows > review_above:
        return "review"
    return "applied" if rows <= APPLY_AT_ONCE else "received"


def compared_state(first: State, accepted: int) -> State:
    """The state once the rows are compared. Of a file without an accepted row nothing comes into the registry, and
    nobody else has to look at it."""
    return "applied" if first == "review" and not accepted else first


def approved_state(rows: int) -> State:
    """``applied``: in this very call; ``received``: by the worker."""
    return "applied" if rows <= APPROVE_AT_ONCE else "received"


def differences(reviewed: Mapping[str, int], applied: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The counts that are not what the second officer saw: the registry has changed in between."""
    return [
        {"name": name, "reviewed": reviewed[name], "applied": applied[name]}
        for name in COUNTED
        if reviewed[name] != applied[name]
    ]
