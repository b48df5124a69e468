"""``GET /v1/roster`` of household_api, for our own services: households to visit, with whom to ask for."""

import msgspec

#: Households of one page.
MOST_HOUSEHOLDS = 5000


class RosterHousehold(msgspec.Struct):
    """A household that has not ended; ids as text. ``name``, ``id_number``, ``phone`` are the head's, in full: of
    another living member where there is no living head; the household's number stands for the name of nobody.
    ``monitoring_type`` is None where it is not monitored, or the risk eliminated."""

    household_id: str
    region_code: str
    household_type: str
    monitoring_type: str | None
    person_id: str | None
    name: str
    id_number: str | None
    phone: str | None


class Roster(msgspec.Struct):
    """``next_cursor`` is None on the last page."""

    items: list[RosterHousehold]
    next_cursor: str | None


encode_roster = msgspec.json.Encoder().encode
decode_roster = msgspec.json.Decoder(Roster).decode
