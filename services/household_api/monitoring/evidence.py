"""What is shown for a step and kept with it, as JSON."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from services.household_api.monitoring.rules import DISASTER_WORDS, RISK_TYPES, TYPES
from shared.runtime.schema import Amount, Code, Day, LongText, Schema, ShortText

_MOST_PEOPLE = 100_000


def _known(words: frozenset[str], code: str, told: str) -> AfterValidator:
    def check(value: str) -> str:
        if value not in words:
            raise PydanticCustomError(code, told)
        return value

    return AfterValidator(check)


RiskType = Annotated[str, _known(RISK_TYPES, "risk_type_unknown", "不认识的风险类型")]
MonitoringType = Annotated[str, _known(TYPES, "monitoring_type_unknown", "不认识的监测对象类别")]
DisasterKind = Annotated[str, _known(frozenset(DISASTER_WORDS), "disaster_kind_unknown", "不认识的灾害种类")]

People = Annotated[list[ShortText], Field(max_length=50)]


class Guarantees(Schema):
    compulsory_education: bool | None = None
    basic_medical: bool | None = None
    housing: bool | None = None
    water: bool | None = None


class Authorisation(Schema):
    """That the household's property may be checked, by a signature. ``attachment``: where the paper is kept."""

    signed_by: ShortText
    signed_on: Day
    attachment: ShortText | None = None


class Visit(Schema):
    """What was seen; given again on another visit, the later one holds."""

    visited_on: Day | None = None
    visitors: People = Field(default_factory=list)
    monitoring_type: MonitoringType | None = Field(default=None, description="拟定类别；批准时未写明则采用")
    risk_types: list[RiskType] | None = Field(default=None, max_length=20)
    disaster_kinds: list[DisasterKind] | None = Field(default=None, max_length=20, description="因灾的种类")
    per_capita_income: Amount | None = None
    guarantees: Guarantees | None = None
    authorisation: Authorisation | None = None
    note: LongText = ""

    @model_validator(mode="after")
    def _disaster(self) -> "Visit":
        if self.disaster_kinds and "disaster" not in (self.risk_types or ()):
            raise PydanticCustomError("disaster_not_told", "写明灾害种类时，风险类型应含“因自然灾害”")
        return self


class Appraisal(Schema):
    """The village's appraisal with its votes."""

    held_on: Day | None = None
    present: int = Field(ge=1, le=_MOST_PEOPLE)
    in_favour: int = Field(ge=0, le=_MOST_PEOPLE)
    against: int = Field(ge=0, le=_MOST_PEOPLE)
    abstained: int = Field(ge=0, le=_MOST_PEOPLE)
    note: LongText = ""

    @model_validator(mode="after")
    def _all_voted(self) -> "Appraisal":
        if self.in_favour + self.against + self.abstained != self.present:
            raise PydanticCustomError("votes_inconsistent", "同意、反对、弃权票数之和应等于到会人数")
        return self


class Notice(Schema):
    """The public notice. ``starts_on``: today, unless it has been up for some days."""

    starts_on: Day | None = None
    place: ShortText | None = None


class Review(Schema):
    """The township's review."""

    reviewed_by: Annotated[list[ShortText], Field(min_length=1, max_length=50)]
    reviewed_on: Day | None = None
    opinion: LongText = ""


class Explanation(Schema):
    finding_id: UUID
    explanation: ShortText


class CrossCheckOfCase(Schema):
    """Which bodies were asked, and what the household says to what they have found."""

    checked_on: Day | None = None
    sources: Annotated[list[Code], Field(min_length=1, max_length=50)]
    explanations: list[Explanation] = Field(default_factory=list, max_length=500)
    note: LongText = ""
