"""``POST /v1/household-checks`` of household_api, for our own services: whether those who are to be paid are there."""

from uuid import UUID

import msgspec

#: Households in one request.
MOST_HOUSEHOLDS = 5000


class HouseholdToCheck(msgspec.Struct):
    """``payee``: who is to be paid for the household, one of its members."""

    household_id: UUID
    payee: str


class HouseholdsToCheck(msgspec.Struct):
    households: list[HouseholdToCheck]


class CheckedHousehold(msgspec.Struct):
    """A household as it was on the day asked for; ``found``: it was registered and not ended. ``payee_lives_there``:
    a living member had that name. ``monitoring_type`` is None where it was not monitored, or the risk eliminated."""

    found: bool
    payee_lives_there: bool = False
    household_type: str = ""
    monitoring_type: str | None = None
    region_code: str = ""


class CheckedHouseholds(msgspec.Struct):
    """In the order of the request."""

    households: list[CheckedHousehold]


encode_to_check = msgspec.json.Encoder().encode
decode_to_check = msgspec.json.Decoder(HouseholdsToCheck).decode
encode_checked = msgspec.json.Encoder().encode
decode_checked = msgspec.json.Decoder(CheckedHouseholds).decode
