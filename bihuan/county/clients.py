"""The clients of a county: one for each caller but villages (contract.md, Who may call what)."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.auth import ROLE_SCOPES, Grant

from .regions_file import County

#: 县直行业部门 (policy.md, Who takes part).
DEPARTMENTS = ("YB", "ZJ", "MZ", "JY", "WJ", "RS", "SW", "CL", "YJ", "JT")

#: Name, role, organisation. Of county and finance two each: one checks what the other made.
OFFICES = (
    ("county", "county", "NYNC"),
    ("county-checker", "county", "NYNC"),
    ("finance", "finance", "CZ"),
    ("finance-checker", "finance", "CZ"),
    ("supervisor", "supervisor", "DC"),
    ("system", "system", "XT"),
    ("secadmin", "secadmin", "AQ"),
)


@dataclass(frozen=True, slots=True)
class PlannedClient:
    """The first grant is the client's own; a township has one more for each unit it serves."""

    client_id: str
    name: str
    grants: tuple[Grant, ...]

    @property
    def scopes(self) -> tuple[str, ...]:
        return ROLE_SCOPES[self.grants[0].role]


def clients_of(county: County) -> Iterator[PlannedClient]:
    """Ids that people can read: `231226-YB`, `231226-231226100`, `231226-county-checker`."""
    for org in DEPARTMENTS:
        yield PlannedClient(f"{county.code}-{org}", org, (Grant("department", org, county.code),))
    for township in county.townships():
        reached = (township.code, *county.served_by(township.code))
        grants = tuple(Grant("township", township.code, region) for region in reached)
        yield PlannedClient(f"{county.code}-{township.code}", township.name, grants)
    for name, role, org in OFFICES:
        yield PlannedClient(f"{county.code}-{name}", name, (Grant(role, org, county.code),))
