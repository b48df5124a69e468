"""A task with the answer that counts, on its way to acceptance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class AnsweredTask:
    """``answer``: what was said, and the ``id`` of the visit, by the columns of ``verification``."""

    id: UUID
    cycle: str
    region_code: str
    household_id: UUID | None
    person_id: UUID | None
    answer: Mapping[Any, Any]
