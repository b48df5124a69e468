"""Imports as JSON."""

from datetime import date
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.household_api.imports.rules import State
from shared.runtime.schema import Instant, Schema

CHANGED: Final = "新增的与有变化的行数之和；原有而有变化的是 changed − added"


class Note(Schema):
    """Something that was accepted and that somebody should know."""

    code: str
    households: int
    message: str


class Difference(Schema):
    """A count that came out otherwise than the second officer saw it: the registry has changed in between."""

    name: str
    reviewed: int
    applied: int


class Import(Schema):
    """``persons`` counts accepted rows; ``changed`` (new or different) and ``unchanged`` make it up, ``added`` are
    those of the changed whose persons are new. In state ``received`` nothing is compared yet."""

    id: UUID
    state: State
    layout: str = Field(description="文件格式，见 /v1/import-layouts")
    layout_version: int
    as_of: date | None = Field(description="导入时声明的收入截至日期")
    received: int
    accepted: int
    rejected: int
    households: int
    persons: int
    added: int
    changed: int = Field(description=CHANGED)
    unchanged: int
    notes: list[Note]
    differences: list[Difference] = Field(description="写入时与复核时所见不同的计数")
    refusal: str | None = Field(description="复核人退回的原因")
    imported_by: str
    approved_by: str | None = Field(description="批准或退回的人")
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


#: Where a field is kept: the national system's record has fields of the same names as the registry.
Source = Literal["registry", "income", "national"]


class FieldChange(Schema):
    """Masked like everywhere else; what a mask hides entirely is null, and differs all the same."""

    name: str
    source: Source = Field(
        description="registry：登记簿的；income：收入记录；national：全国系统所载，另存一处"
    )
    before: Any
    after: Any


class RowChange(Schema):
    """What one row of a waiting import adds (``new``) or changes; rows that change nothing are not listed."""

    line: int
    household_no: str
    household_id: UUID | None = Field(description="空：该户尚未登记")
    name: str
    change: Literal["new", "changed"]
    fields: list[FieldChange]


class RefusalIn(Schema):
    """Why nothing of the file is to come into the registry."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]


class DryRun(Schema):
    """What an import would do. Nothing of it was kept."""

    id: None = None
    dry_run: bool = True
    state: State = Field(description="真正导入时会得到的状态")
    layout: str
    layout_version: int
    received: int
    accepted: int
    rejected: int
    households: int
    persons: int
    added: int
    changed: int = Field(description=CHANGED)
    unchanged: int
    notes: list[Note]
    changes: list[RowPreview] = Field(description="最前面的若干处变化")
    rejects: list[Reject] = Field(description="最前面的若干个退回行")
