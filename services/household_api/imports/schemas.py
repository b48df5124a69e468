"""Imports as JSON."""

from typing import Any
from uuid import UUID

from pydantic import Field

from services.household_api.imports.rules import State
from shared.runtime.schema import Instant, Schema


class Note(Schema):
    """Something that was accepted and that somebody should know."""

    code: str
    households: int
    message: str


class Import(Schema):
    """``persons`` counts accepted rows; ``changed`` (new or different) and ``unchanged`` make it up."""

    id: UUID
    state: State
    received: int
    accepted: int
    rejected: int
    households: int
    persons: int
    changed: int
    unchanged: int
    notes: list[Note]
    received_at: Instant
    applied_at: Instant | None
    version: int


class RowProblem(Schema):
    field: str
    code: str
    message: str


class Reject(Schema):
    line: int
    errors: list[RowProblem]
    record: dict[str, Any]


class RowPreview(Schema):
    line: int
    household_no: str
    change: str


class DryRun(Schema):
    """What an import would do. Nothing of it was kept."""

    id: None = None
    dry_run: bool = True
    state: State = Field(description="真正导入时会得到的状态")
    received: int
    accepted: int
    rejected: int
    households: int
    persons: int
    changed: int
    unchanged: int
    notes: list[Note]
    changes: list[RowPreview] = Field(description="最前面的若干处变化")
    rejects: list[Reject] = Field(description="最前面的若干个退回行")
