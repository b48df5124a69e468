"""Extensions and entries of tasks as JSON."""

from typing import Literal
from uuid import UUID

from shared.runtime.schema import Instant, Schema, ShortText


class ExtensionDecision(Schema):
    """``reason`` is shown to the township; a refusal needs one."""

    approve: bool
    reason: ShortText | None = None


class TaskEntry(Schema):
    """``extension`` was granted by rule. ``reason`` is for those who answer for the household."""

    id: UUID
    kind: Literal[
        "extension", "extension_requested", "extension_granted", "extension_refused", "return", "assignment"
    ]
    reason: str | None
    entered_at: Instant


class TaskEntries(Schema):
    items: list[TaskEntry]
    next_cursor: None = None
