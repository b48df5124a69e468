"""Re-checks as JSON."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer

from services.warning_api.cycles.schemas import CycleCode
from services.warning_api.rechecks.rules import STRATA, Stratum
from shared.runtime.schema import Instant, Schema

#: More than none, at most all.
Share = Annotated[
    Decimal,
    Field(gt=0, le=1, decimal_places=6),
    PlainSerializer(lambda value: f"{value:f}", return_type=str),
]


def _one_or_more(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _each_once(names: list[Stratum]) -> list[Stratum]:
    return list(dict.fromkeys(names))


Strata = Annotated[
    list[Stratum],
    BeforeValidator(_one_or_more),
    Field(max_length=len(STRATA)),
    AfterValidator(_each_once),
]


class RecheckIn(Schema):
    """``share`` of each stratum is drawn, rounded up; ``seed``: to draw again as somebody else has."""

    cycle: CycleCode
    share: Share
    strata: Strata = ["township"]
    seed: Annotated[str | None, Field(pattern="^[0-9A-Za-z_-]{1,64}$")] = None


class StratumCounts(Schema):
    stratum: dict[str, str]
    population: int
    sample: int
    done: int
    agreed: int
    disagreed: int


class Recheck(Schema):
    """``population_sha256``: of the ids of all tasks that could be drawn, in order, each on a line.

    Within a stratum they stand in the order of the hexadecimal SHA-256 of ``seed|id``, and the first are drawn.
    """

    id: UUID
    cycle: str
    seed: str
    seed_given: bool
    share: Share
    strata: list[str]
    population: int
    population_sha256: str
    sample: int
    done: int
    agreed: int
    disagreed: int
    by_stratum: list[StratumCounts]
    drawn_by: str
    drawn_at: Instant


class RecheckDrawn(Recheck):
    """``task_ids``: the answered tasks that were drawn; ``recheck_task_ids``: their second visits, in that order."""

    task_ids: list[UUID]
    recheck_task_ids: list[UUID]


class RecheckPlan(Schema):
    """What would be drawn: nothing was made."""

    cycle: str
    seed: str
    share: Share
    strata: list[str]
    population: int
    population_sha256: str
    sample: int
    task_ids: list[UUID]


class RecheckTask(Schema):
    """``agreed`` is null until the second visit was answered; then ``outcome`` is what it found."""

    task_id: UUID
    recheck_task_id: UUID
    region_code: str
    stratum: dict[str, str]
    first_outcome: str
    outcome: str | None
    agreed: bool | None
    judged_at: Instant | None
