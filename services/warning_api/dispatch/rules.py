"""Verification tasks: states, subjects, deadlines (policy.md, The loop, 3, 5 and 6)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from services.warning_api.filing.staging import PersonalData

#: The one table of a task's states: from → to. An acceptance that waits for departments leaves it ``verified``.
#: Withdrawal of its last open clue closes a task that is not verified.
TRANSITIONS: dict[str, tuple[str, ...]] = {
    "pending": ("received", "verified", "closed"),
    "received": ("verified", "closed"),
    "verified": ("closed", "returned"),
    "returned": ("verified", "closed"),
    "closed": ("returned",),
}

#: A clue that arrives joins a task in one of these; later it opens a follow-up.
OPEN_FOR_CLUES = ("pending", "received", "returned")

#: States in which the township has something to do.
TO_BE_VERIFIED = ("pending", "received", "returned")


class Clue(msgspec.Struct, frozen=True):
    """A compared warning on its way into a task. ``region_code`` is the county's where nothing is known; ids of
    the registry are text. A structure of msgspec, since they are made by the hundred thousand."""

    warning_id: UUID
    org_code: str
    person: PersonalData
    region_code: str
    household_id: str | None
    person_id: str | None
    household_type: str | None
    below_threshold: bool
    urgent: bool


class Placed(msgspec.Struct, frozen=True):
    """Where a clue has gone: its task and the task's region, and the state of the warning there; until when the
    task is to be done, and whether its township has it already."""

    task_id: UUID | None
    region_code: str
    state: str
    due_on: date | None = None
    received: bool = False


def township_of(region_code: str) -> str | None:
    """The township that a region lies in; None above."""
    return region_code[:9] if len(region_code) >= 9 else None


def subject_name(clue: Clue) -> bytes:
    """What tells one visit from another: the household, otherwise the person, otherwise name and place.

    Personal data: it is stored only as a blind index.
    """
    if clue.household_id is not None:
        return b"household/" + bytes.fromhex(clue.household_id.replace("-", ""))
    if clue.person.id_number:
        return b"person/" + clue.person.id_number.encode()
    return b"name/" + f"{clue.region_code}/{clue.person.name}".encode()


def is_overdue(state: str, due_on: date, today: date) -> bool:
    return state in TO_BE_VERIFIED and due_on < today


#: What has become of a task since its list was pulled last, in the words of the list.
CHANGE_WORDS = {
    "new": "新派发",
    "returned": "退回重查",
    "changed": "线索有变化",
    "withdrawn": "已撤回，无需再查",
}


def change_since(task: Mapping[Any, Any], pulled_at: datetime) -> str | None:
    """What the township must take note of in a task whose content has changed since ``pulled_at``; None for what it
    has done itself. ``task`` has ``state``, ``dispatched_at`` and ``verified_at``."""
    if task["state"] == "returned":
        return "returned"
    if task["state"] == "closed":
        return "withdrawn" if task["verified_at"] is None else None
    if task["state"] not in TO_BE_VERIFIED:
        return None
    return "new" if task["dispatched_at"] >= pulled_at else "changed"


def is_due_soon(state: str, due_on: date, today: date, days: int | None) -> bool:
    """Within ``days`` (None: the county does not remind)."""
    return days is not None and state in TO_BE_VERIFIED and 0 <= (due_on - today).days <= days
