"""Bulletins as JSON."""

from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import StringConstraints, model_validator

from services.warning_api.bulletins.errors import WrongPeriod
from services.warning_api.cycles.quarters import QuarterCode
from services.warning_api.cycles.schemas import CycleCode
from shared.runtime.schema import Instant, LongText, Schema

Kind = Literal["monthly", "quarterly"]
DocumentNumber = Annotated[str, StringConstraints(min_length=1, max_length=60)]


class BulletinIn(Schema):
    """``cycle`` for a monthly one, ``quarter`` for a quarterly one."""

    kind: Kind
    cycle: CycleCode | None = None
    quarter: QuarterCode | None = None
    assessment: LongText = ""

    @property
    def period(self) -> str:
        """Raises ``WrongPeriod`` (422)."""
        wanted, other = (self.cycle, self.quarter) if self.kind == "monthly" else (self.quarter, self.cycle)
        if wanted is None or other is not None:
            raise WrongPeriod()
        return wanted


class BulletinEdit(Schema):
    """``assessment``: the county's own words, a paragraph a line, no personal data. ``refresh``: take the numbers
    anew."""

    assessment: LongText | None = None
    refresh: bool = False

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.assessment is None and not self.refresh:
            raise ValueError("请给出 assessment，或 refresh 为 true")
        return self


class IssueIn(Schema):
    """``number``: a 文号 of the office's own; otherwise the next by the parameter ``bulletin_form``."""

    number: DocumentNumber | None = None


class BulletinLine(Schema):
    id: UUID
    kind: str
    period: str
    state: Literal["draft", "issued"]
    title: str
    number: str | None
    corrects: UUID | None
    drafted_by: str | None
    drafted_at: Instant
    issued_on: date | None
    issued_by: str | None
    issued_at: Instant | None
    version: int


class Bulletin(BulletinLine):
    """``document``: title, blocks and tables as Word and PDF show them; figures as numbers."""

    assessment: str
    document: dict[str, Any]
