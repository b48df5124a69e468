"""Stations, settlements and distributions as they come in and go out. Households are ids; names stand nowhere."""

from datetime import date
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints

from services.funds_api.photovoltaic.rules import State, Use, post_name
from shared.runtime.schema import (
    Amount,
    AmountOrNothing,
    Day,
    Instant,
    PositiveAmount,
    RegionCode,
    Schema,
    ShortText,
)

#: Posts of one plan, and payments of one request.
MOST_POSTS = 1000
MOST_PAYMENTS = 1000

Month = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$")]
Post = Annotated[str, StringConstraints(min_length=1, max_length=60), AfterValidator(post_name)]
Kilowatts = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]
KilowattHours = Annotated[Decimal, Field(max_digits=14, decimal_places=2)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class StationIn(Schema):
    """``region_code``: the village that it is for; ``grid_no``: the grid company's number of the generating account."""

    grid_no: ShortText
    name: ShortText
    region_code: RegionCode
    capacity_kw: Kilowatts
    connected_on: Day
    project_id: UUID | None = None
    asset_id: UUID | None = None


class StationOut(Schema):
    """``available``: received and not planned for anything."""

    id: UUID
    region_code: str
    grid_no: str
    name: str
    capacity_kw: Decimal
    connected_on: date
    project_id: UUID | None
    asset_id: UUID | None
    generation_kwh: Decimal
    received: Amount
    planned: Amount
    paid: Amount
    available: Amount
    created_at: Instant


class SettlementIn(Schema):
    """What the grid company settled for a month; ``document_no``: of its settlement."""

    month: Month
    generation_kwh: Annotated[KilowattHours, Field(ge=0)]
    amount: AmountOrNothing
    received_on: Day
    document_no: ShortText


class AdjustmentIn(Schema):
    """Signed: what the month comes to more or less."""

    generation_kwh: KilowattHours = Decimal("0.00")
    amount: Amount = Decimal("0.00")
    received_on: Day
    document_no: ShortText
    reason: Reason


class SettlementOut(Schema):
    """``adjusts`` names the settlement of the month that an adjustment changes."""

    id: UUID
    station_id: UUID
    month: str
    generation_kwh: Decimal
    amount: Amount
    received_on: date
    document_no: str
    adjusts: UUID | None
    reason: str | None
    created_at: Instant


class PostIn(Schema):
    """A public post (公益岗位), who holds it, and what it gets in the whole period. One post has one holder."""

    post: Post
    household_id: UUID
    amount: PositiveAmount


class DistributionIn(Schema):
    """``document_no``: of the village's decision."""

    from_month: Month
    to_month: Month
    document_no: ShortText
    posts: Annotated[list[PostIn], Field(max_length=MOST_POSTS)] = []
    small_works: AmountOrNothing = Decimal("0.00")
    rewards: AmountOrNothing = Decimal("0.00")


class ShareOut(Schema):
    use: Use
    amount: Amount
    paid: Amount


class PostOut(Schema):
    """``household_id`` is not shown to supervisors and other systems."""

    post: str
    household_id: UUID | None
    amount: Amount
    paid: Amount


class DistributionOut(Schema):
    """``amount`` of a closed distribution is what was paid of it."""

    id: UUID
    station_id: UUID
    region_code: str
    from_month: str
    to_month: str
    document_no: str
    amount: Amount
    paid: Amount
    shares: list[ShareOut]
    state: State
    closed_because: str | None
    created_at: Instant
    version: int


class DistributionWithPosts(DistributionOut):
    posts: list[PostOut]


class ReasonIn(Schema):
    reason: Reason


class PaymentIn(Schema):
    """A ``public_post`` is paid to its household for a month, a ``reward`` to a household and ``small_works`` to a
    unit, by the document that says why."""

    use: Use
    amount: PositiveAmount
    household_id: UUID | None = None
    post: Post | None = None
    month: Month | None = None
    document_no: ShortText | None = None
    reference: ShortText | None = None


class PaymentsIn(Schema):
    paid_on: Day
    items: Annotated[list[PaymentIn], Field(min_length=1, max_length=MOST_PAYMENTS)]


class PaymentOut(Schema):
    """A reversal has the negative amount. ``household_id`` is not shown to supervisors and other systems."""

    id: UUID
    station_id: UUID
    distribution_id: UUID
    use: Use
    household_id: UUID | None
    post: str | None
    month: str | None
    amount: Amount
    paid_on: date
    document_no: str | None
    reference: str | None
    reversal_of: UUID | None
    reason: str | None
    created_at: Instant
