"""``POST /v1/matches`` of household_api as its callers see it (contract.md, household_api)."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

#: Subjects in one request.
MOST_SUBJECTS = 5000

#: An id as its text: who receives thousands hands them on as they are.
Id = Annotated[str, msgspec.Meta(extra_json_schema={"format": "uuid"})]


class Subject(msgspec.Struct, omit_defaults=True):
    """Whom to look for. ``id_index`` (hex) under ``index_key_id``, and ``person_id``, are for our own services
    only. ``person_id``: whom a person has chosen before; unless the match is exact, that one is among the
    candidates with the reason ``decided_before`` for as long as the registry has them."""

    ref: str
    id_number: str | None = None
    id_index: str | None = None
    index_key_id: int | None = None
    name: str | None = None
    birth_date: str | None = None
    region_code: str | None = None
    person_id: UUID | None = None


class Match(msgspec.Struct):
    """Who was found. ``candidates`` are for a person to decide."""

    ref: str
    match: Literal["exact", "candidate", "none"]
    status: str | None = None
    person_id: Id | None = None
    household_id: Id | None = None
    household_type: str | None = None
    monitoring_type: str | None = None
    region_code: str | None = None
    reasons: list[str] = []
    candidates: list[dict[str, Any]] = []


class Matches(msgspec.Struct):
    matches: list[Match]


encode_subjects = msgspec.json.Encoder().encode
decode_matches = msgspec.json.Decoder(Matches).decode
