"""Callers, their grants, and what one call may reach.

A grant is (role, organisation, region); what lies outside the grants does not exist for the caller
(policy.md, Authorisation by region).
"""

from dataclasses import dataclass, field
from functools import lru_cache

from shared.errors import CountyRequired, NotFound, Unprocessable
from shared.identifiers.regions import contains, county_of, region_range

#: Our own services act for every county; their grant has no region.
EVERYWHERE = ("0", ":")

#: Row-level security compares this many ranges (see migrations/helpers.py).
REGION_SLOTS = 4

EVERY_ORGANISATION = "*"


@dataclass(frozen=True, slots=True)
class Grant:
    """``region`` is a normalised code of 2, 4, 6, 9 or 12 digits; empty for our own services."""

    role: str
    org: str
    region: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it: the client, and the person if the client names one. Who made a thing cannot check it."""

    client_id: str
    person: str = ""

    def __str__(self) -> str:
        return f"{self.client_id}/{self.person}" if self.person else self.client_id


@dataclass(frozen=True, slots=True)
class Reach:
    """What one call may touch: at most ``REGION_SLOTS`` half-open ranges of region codes, one organisation.

    ``county`` is None only for reads above one county.
    """

    county: str | None
    ranges: tuple[tuple[str, str], ...]
    org: str = EVERY_ORGANISATION

    def covers(self, region: str) -> bool:
        """Whether a row with this region code lies in reach."""
        return any(start <= region < end for start, end in self.ranges)


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated client: JWT claims ``sub``, ``scope`` and ``grants``."""

    client_id: str
    scopes: frozenset[str]
    grants: tuple[Grant, ...]
    person: str = ""
    roles: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "roles", frozenset(grant.role for grant in self.grants))

    @property
    def actor(self) -> Actor:
        return Actor(self.client_id, self.person)

    def roles_in(self, county: str | None) -> frozenset[str]:
        """The roles that the caller has in ``county``: a county officer there may be a township's here."""
        if county is None:
            return self.roles
        return frozenset(
            grant.role
            for grant in self.grants
            if not grant.region or contains(grant.region, county) or contains(county, grant.region)
        )

    @property
    def counties(self) -> frozenset[str | None]:
        """The counties of the grants; None stands for a grant above one county."""
        return frozenset(county_of(grant.region) for grant in self.grants)

    def reach(self, county: str | None, *, writing: bool) -> Reach:
        """The reach of one call that names ``county`` (normalised, six digits) or none.

        Raises ``NotFound`` for a county outside the grants, ``CountyRequired`` where one has to be named:
        on writes above or across counties, and on reads across unconnected ones.
        """
        return _reach(self.grants, county, writing)


@lru_cache(maxsize=4096)  # A caller asks for the same all day.
def _reach(grants: tuple[Grant, ...], county: str | None, writing: bool) -> Reach:
    counties = {county_of(grant.region) for grant in grants}
    if county is None and len(counties) == 1:
        county = counties.pop()
    if county is not None:
        grants = tuple(
            grant
            for grant in grants
            if not grant.region or contains(grant.region, county) or contains(county, grant.region)
        )
        if not grants:
            raise NotFound()
    elif writing or len(grants) > REGION_SLOTS or not grants:
        raise CountyRequired()
    ranges = {_range(grant, county) for grant in grants}
    if len(ranges) > REGION_SLOTS:
        raise Unprocessable("授权区域过多，请用较少授权的客户端", "Too many granted regions for one call")
    organisations = {grant.org if grant.role == "department" else EVERY_ORGANISATION for grant in grants}
    if EVERY_ORGANISATION in organisations:
        organisations = {EVERY_ORGANISATION}
    if len(organisations) != 1:
        raise Unprocessable("该客户端属于多个部门，请分开使用", "Grants of several departments in one call")
    return Reach(county, tuple(sorted(ranges)), organisations.pop())


def _range(grant: Grant, county: str | None) -> tuple[str, str]:
    if county is not None and (not grant.region or contains(grant.region, county)):
        return region_range(county)
    return region_range(grant.region) if grant.region else EVERYWHERE
