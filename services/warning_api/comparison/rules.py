"""What a match with the registry means for a warning (policy.md, The loop, 3)."""

from uuid import UUID

import msgspec

from services.warning_api.filing.staging import PersonalData
from shared.contracts.matches import Match
from shared.identifiers.names import name_key
from shared.identifiers.regions import contains

#: Results of the comparison. All but ``candidate`` lead to a verification task: each warning is checked.
RESULTS = (
    "monitored",
    "lifted",
    "low_income",
    "ordinary",
    "unregistered",
    "candidate",
    "deceased",
    "moved",
    "out_of_county",
)


class Result(msgspec.Struct, frozen=True):
    """What the comparison says of one warning; ids of the registry are text."""

    id: UUID
    match: str
    region_code: str
    household_id: str | None
    person_id: str | None
    household_type: str | None
    monitoring_type: str | None
    below_threshold: bool


def result_of(match: Match, warning_region: str, county: str) -> str:
    """The result for a warning that was sent with ``warning_region`` (the county's code if none).

    Whoever stands in the registry belongs to the county, wherever the department thought the person lived;
    who does not, and was sent with another county's code, is out of county. The code of the county's own city
    or province says nothing.
    """
    if match.match == "candidate":
        return "candidate"
    if match.match == "none":
        inside = contains(county, warning_region) or contains(warning_region, county)
        return "unregistered" if inside else "out_of_county"
    if match.status in ("deceased", "moved"):
        return match.status
    if match.monitoring_type:
        return "monitored"
    return match.household_type or "ordinary"


def decision_subject(org: str, person: PersonalData, warning_region: str) -> bytes:
    """Whom a decision is remembered for: the department's person by number, otherwise by name and place.

    Personal data: it is stored only as a blind index.
    """
    if person.id_number:
        return f"decision/{org}/id/{person.id_number}".encode()
    return f"decision/{org}/name/{warning_region}/{name_key(person.name)}".encode()
