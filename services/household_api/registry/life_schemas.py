"""What is stated of a change in the life of a household. ``reason`` stays in the history."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from services.household_api.registry.schemas import MemberRecord
from shared.runtime.schema import Code, Day, Schema, ShortText


class Placed(Schema):
    """A member and the relation to the head: a word, or a code of GB/T 4761."""

    person_id: UUID
    relationship: str = Field(max_length=64)


class LifeChange(Schema):
    happened_on: Day
    reason: ShortText


class Split(LifeChange):
    """``members`` form a household of their own, one of them its head; ``remaining``: relations of those who
    stay, where they change (always when the head leaves)."""

    members: list[Placed] = Field(min_length=1, max_length=50)
    remaining: list[Placed] = Field(default_factory=list, max_length=50)
    household_no: Code | None = Field(default=None, description="不填则自动编号")
    household_type: str | None = Field(default=None, description="不填则与原户相同")
    region_code: str | None = Field(default=None, description="不填则与原户同村")


class Merge(LifeChange):
    """All living members of the other household join this one; the emptied household ends."""

    other_household_id: UUID
    members: list[Placed] = Field(min_length=1, max_length=50)


class Join(LifeChange):
    """Either ``member``, somebody new to the registry, or ``person_id``, somebody of another household here."""

    kind: Literal["birth", "marriage", "adoption", "return", "other"]
    member: MemberRecord | None = None
    person_id: UUID | None = None
    relationship: str | None = Field(default=None, max_length=64)


class Departure(LifeChange):
    """``remaining``: relations of those who stay, where they change (always when the head leaves)."""

    kind: Literal["death", "marriage_out", "moved_away"]
    remaining: list[Placed] = Field(default_factory=list, max_length=50)


class Move(LifeChange):
    """Either ``region_code``, a village of this county, or ``to_county``, the county that they moved to."""

    region_code: str | None = None
    to_county: str | None = None
