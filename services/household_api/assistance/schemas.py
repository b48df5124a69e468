"""Plans, measures and obstacles as JSON."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from shared.runtime.schema import Amount, Code, Day, Instant, LongText, Schema, ShortText

MeasureState = Literal["planned", "running", "done", "stopped"]
Effect = Literal["none", "partial", "lasting"]
Told = Annotated[str, StringConstraints(min_length=1, max_length=4000)]


class NewMeasure(Schema):
    """``kind``: see ``GET /v1/measure-kinds``. ``amount`` in yuan."""

    kind: Code
    org_code: Code | None = Field(default=None, description="责任单位：部门代码，或乡镇、村的区划代码")
    starts_on: Day | None = Field(default=None, description="开始日期，缺省为今天")
    ends_on: Day | None = None
    amount: Amount | None = None
    state: MeasureState = "planned"
    effect: Effect | None = None
    description: LongText = ""


class MeasureChange(Schema):
    """Only what is named is changed."""

    kind: Code | None = None
    org_code: Code | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    amount: Amount | None = None
    state: MeasureState | None = None
    effect: Effect | None = None
    description: LongText | None = None
    note: LongText | None = Field(default=None, description="中止原因、进展")


class Measure(Schema):
    id: UUID
    period: int
    kind: str
    kind_name: str
    category: str | None = Field(description="development 开发式，safety_net 保障性")
    risk_types: list[str] = Field(description="对应的风险")
    org_code: str
    starts_on: date
    ends_on: date | None
    amount: Amount | None
    state: MeasureState
    effect: Effect | None
    description: str
    note: str
    allowed: list[str] = Field(description="此状态可改为")
    made_by: str
    made_at: Instant
    version: int


class MeasureKindTold(Schema):
    code: str
    name: str
    category: str
    risk_types: list[str] = Field(description="对应的风险")
    applies_to: list[str] = Field(description="适用对象（风险或身份）")


class NewPlan(Schema):
    """``measures``: those that the plan does not hold yet are added; none is taken away.

    ``reason``: why a kind that the plan must hold is missing. What is confirmed stays confirmed.
    """

    contact_official: ShortText | None = Field(default=None, description="帮扶联系人，县乡公职人员")
    contact_unit: ShortText | None = None
    contact_level: Literal["county", "township"] | None = None
    measures: list[NewMeasure] = Field(default_factory=list, max_length=50)
    reason: LongText = ""
    confirm: bool = False


class FindingTold(Schema):
    code: str
    message: str
    kind: str | None
    risk_type: str | None


class NewObstacle(Schema):
    """``next_measure``: what is done next about it, by whom, by when."""

    risk_type: Code
    description: Told
    next_measure: Told
    org_code: Code | None = None
    due_on: Day | None = None


class ObstacleChange(Schema):
    """Only what is named is changed; ``state: removed`` needs ``note``, how it was removed."""

    state: Literal["open", "removed"] | None = None
    description: Told | None = None
    next_measure: Told | None = None
    org_code: Code | None = None
    due_on: Day | None = None
    note: LongText | None = None


class Obstacle(Schema):
    id: UUID
    case_id: UUID
    period: int
    risk_type: str
    state: Literal["open", "removed"]
    description: str
    next_measure: str
    note: str
    org_code: str
    due_on: date | None
    overdue: bool
    made_by: str
    made_at: Instant
    version: int


class Plan(Schema):
    """The plan of one period of a case. ``version`` 0: none has been made yet."""

    case_id: UUID
    household_id: UUID
    period: int
    state: Literal["missing", "draft", "confirmed"]
    labour_ability: Literal["with_labour", "weak_labour", "without_labour", "unknown"]
    contact_official: str
    contact_unit: str
    contact_level: str
    missing: list[FindingTold] = Field(description="计划缺少的应有措施")
    findings: list[FindingTold] = Field(description="存疑：有风险无措施等")
    reason: str
    due_on: date | None = Field(description="制定计划的期限")
    overdue: bool
    measures: list[Measure]
    obstacles: list[Obstacle]
    made_by: str | None
    made_at: Instant | None
    version: int


class PlanOfCase(Schema):
    """Whether the running period of a case has its plan; the plan itself is at ``/v1/cases/{id}/plan``."""

    state: Literal["missing", "draft", "confirmed"]
    version: int


class PlanOfHousehold(Schema):
    """A plan as it stood at an instant, without what is judged anew each day."""

    case_id: UUID
    period: int
    state: Literal["draft", "confirmed"]
    labour_ability: str
    contact_official: str
    contact_unit: str
    missing: list[str]
    made_at: Instant
    version: int
    measures: list[Measure]
