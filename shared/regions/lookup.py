"""A county's regions, in memory: a few thousand rows that hardly change."""

import time
from collections.abc import KeysView, Mapping, Set
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final, Protocol

from shared.db.transaction import Transaction

#: How long a process goes on with what it has read: a change that was not made by ``change_regions`` is seen then.
REMEMBER_SECONDS = 30.0

#: Every change of a county's regions writes the county's own row anew (change.py): by its transaction's number
#: each process knows at once that what it has read is past.
REVISION = "SELECT cast(xmin AS text) FROM region WHERE county_code = :county AND code = :county"

SELECT = """
SELECT code, name, level, parent_code, served_by, (valid_to IS NULL OR valid_to > :today) AS in_force FROM region
WHERE county_code = :county"""


NONE_ENDED: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Region:
    code: str
    name: str
    level: str
    parent_code: str | None
    served_by: str | None


class HasRegions(Protocol):
    """Who can say which regions a county has."""

    @property
    def county(self) -> str: ...

    @property
    def codes(self) -> Set[str]: ...


@dataclass(frozen=True, slots=True)
class RegionCodes:
    """Which regions a county has, without their names: a thirtieth of the work to send to another process."""

    county: str
    codes: frozenset[str]


class Regions:
    """The regions of one county, by code. ``ended`` ones are known by their name alone: history speaks of them."""

    def __init__(
        self, county: str, by_code: Mapping[str, Region], ended: Mapping[str, str] = NONE_ENDED
    ) -> None:
        self.county = county
        self._by_code = by_code
        self._ended = dict(ended)

    def __contains__(self, code: str) -> bool:
        return code in self._by_code

    @property
    def codes(self) -> KeysView[str]:
        return self._by_code.keys()

    @property
    def codes_alone(self) -> RegionCodes:
        return RegionCodes(self.county, frozenset(self._by_code))

    def get(self, code: str) -> Region | None:
        return self._by_code.get(code)

    def name(self, code: str) -> str:
        region = self._by_code.get(code)
        return region.name if region else self._ended.get(code, code)

    def full_name(self, code: str) -> str:
        """Township and village as people write an address."""
        parts = [self.name(code[:9])] if len(code) > 9 else []
        return "".join([*parts, self.name(code)])

    def townships(self) -> list[Region]:
        """By code."""
        return sorted((r for r in self._by_code.values() if r.level == "township"), key=lambda r: r.code)

    def villages_of(self, township: str) -> list[Region]:
        """Of the township and of the units that it serves, by code."""
        parents = {township, *(unit.code for unit in self.townships() if unit.served_by == township)}
        return [region for code, region in sorted(self._by_code.items()) if region.parent_code in parents]

    def nearest_known(self, code: str) -> str | None:
        """``code`` if the county has it, else the closest region above it that the county has, else None."""
        while len(code) >= 6:
            if code in self._by_code:
                return code
            code = code[: {12: 9, 9: 6}.get(len(code), 0)]
        return None


async def counties(tx: Transaction) -> list[str]:
    """The counties that the system knows, by code: for what a worker looks after in each of them."""
    rows = await tx.rows("SELECT DISTINCT county_code FROM region WHERE level = 'county'")
    return sorted(row["county_code"] for row in rows)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a process remembers: when it was read, of which revision, on which day it holds."""

    read_at: float
    revision: str | None
    day: date
    regions: Regions


_remembered: dict[tuple[str, str], _Kept] = {}


async def regions_of(tx: Transaction) -> Regions:
    """The regions of the call's county, as the transaction sees them now."""
    revision = await tx.scalar(REVISION, {"county": tx.county})
    kept = _fresh(tx)
    # The revision is older than what is read after it, never younger: nothing past is ever taken for present.
    return kept.regions if kept is not None and kept.revision == revision else await _read(tx, revision)


async def regions_to_show(tx: Transaction) -> Regions:
    """The names of the county's regions for a page that is read often: without asking the database, so up to
    ``REMEMBER_SECONDS`` old. What is decided goes by ``regions_of``."""
    kept = _fresh(tx)
    return kept.regions if kept is not None else await regions_of(tx)


def _fresh(tx: Transaction) -> _Kept | None:
    kept = _remembered.get(_key(tx))
    if kept is None or kept.day != tx.today or time.monotonic() - kept.read_at >= REMEMBER_SECONDS:
        return None
    return kept


def _key(tx: Transaction) -> tuple[str, str]:
    return tx.service.settings.database_url, tx.county


async def _read(tx: Transaction, revision: str | None) -> Regions:
    rows = await tx.rows(SELECT, {"county": tx.county, "today": tx.today})
    in_force = {
        row["code"]: Region(row["code"], row["name"], row["level"], row["parent_code"], row["served_by"])
        for row in rows
        if row["in_force"]
    }
    ended = {row["code"]: row["name"] for row in rows if not row["in_force"]}
    regions = Regions(tx.county, in_force, ended)
    if rows:
        _remembered[_key(tx)] = _Kept(time.monotonic(), revision, tx.today, regions)
    return regions


def forget_regions(county: str) -> None:
    """The county's regions have changed: this process reads them again."""
    for key in [key for key in _remembered if key[1] == county]:
        del _remembered[key]
