"""Conferences as JSON."""

from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from services.warning_api.cycles.quarters import QuarterCode
from shared.runtime.schema import Code, Day, Instant, Schema

Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Agenda = Annotated[list[Text], Field(max_length=30)]


class Conclusion(Schema):
    """What was decided, who sees to it (``org_code`` of a department) and by when. No personal data."""

    text: Text
    org_code: Code | None = None
    due_on: Day | None = None


class ConferenceIn(Schema):
    """Without ``agenda`` one is proposed from the figures."""

    quarter: QuarterCode
    agenda: Agenda | None = None


class ConferenceEdit(Schema):
    """``refresh``: take the figures anew; the agenda stays."""

    agenda: Agenda | None = None
    held_on: Day | None = None
    conclusions: Annotated[list[Conclusion], Field(max_length=100)] | None = None
    refresh: bool = False

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.refresh and self.agenda is None and self.held_on is None and self.conclusions is None:
            raise ValueError("请给出 agenda、held_on、conclusions、refresh 中的一项")
        return self


class ConferenceLine(Schema):
    """``concluded`` once conclusions are recorded."""

    id: UUID
    quarter: str
    title: str
    state: Literal["prepared", "concluded"]
    held_on: date | None
    prepared_by: str
    prepared_at: Instant
    version: int


class Conference(ConferenceLine):
    """``document``: the pack as Word, PDF and XLSX show it, figures as numbers."""

    agenda: list[str]
    conclusions: list[Conclusion]
    document: dict[str, Any]
