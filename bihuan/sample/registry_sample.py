"""A bounded sample of a registry that is read as a stream, with some of every kind of person in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from random import Random
from typing import Generic, TypeVar

from bihuan.sample.county import id_prefix, township_of
from bihuan.sample.names import MIDDLE_DOTS, RARE_CHARACTERS
from bihuan.sample.registry import PersonRow

Household = list[PersonRow]
# Persons who are reported together: mostly one, or a pair of twins.
Group = list[PersonRow]
T = TypeVar("T")

_HOUSEHOLDS = 600
_GROUPS_PER_TRAIT = 60
_HOME_PREFIXES = frozenset(id_prefix(year) for year in (1990, 2020))


def _twins(household: Household) -> list[Group]:
    births = [(row["id_number"] or "")[6:14] for row in household]
    pair = [row for row, born in zip(household, births, strict=True) if born and births.count(born) > 1]
    return [pair] if pair else []


def _each(holds: Callable[[PersonRow], object]) -> Callable[[Household], list[Group]]:
    return lambda household: [[row] for row in household if holds(row)]


TRAITS: dict[str, Callable[[Household], list[Group]]] = {
    "deceased": _each(lambda row: row["status"] == "deceased"),
    "moved": _each(lambda row: row["status"] == "moved"),
    "monitored": _each(lambda row: row["monitoring_type"]),
    "lifted": _each(lambda row: row["household_type"] == "lifted"),
    "dotted": _each(lambda row: not set(MIDDLE_DOTS).isdisjoint(row["name"])),
    "rare": _each(lambda row: not set(RARE_CHARACTERS).isdisjoint(row["name"])),
    "elsewhere": _each(lambda row: row["id_number"] and row["id_number"][:6] not in _HOME_PREFIXES),
    "without_id": _each(lambda row: row["id_number"] is None),
    "ends_with_x": _each(lambda row: (row["id_number"] or "").endswith("X")),
    "twins": _twins,
}
NAMESAKE = "namesake"


class Reservoir(Generic[T]):
    """At most `limit` of all items offered, each with the same chance."""

    def __init__(self, limit: int, random: Random) -> None:
        self.items: list[T] = []
        self._limit = limit
        self._random = random
        self._offered = 0

    def offer(self, item: T) -> None:
        """Keep the item, perhaps in another's place, or let it go."""
        self._offered += 1
        if len(self.items) < self._limit:
            self.items.append(item)
        elif (place := self._random.randrange(self._offered)) < self._limit:
            self.items[place] = item


class RegistrySample:
    """Households drawn evenly, the first of each township, and groups of persons by trait.

    Reads the registry once; holds no more than the sample.
    """

    def __init__(self, registry: Iterable[PersonRow], random: Random) -> None:
        self._drawn: Reservoir[Household] = Reservoir(_HOUSEHOLDS, random)
        self._traits: dict[str, Reservoir[Group]] = {
            trait: Reservoir(_GROUPS_PER_TRAIT, random) for trait in (*TRAITS, NAMESAKE)
        }
        self._first_of_township: dict[str, Household] = {}
        before: PersonRow | None = None
        for _, rows in groupby(registry, key=itemgetter("household_no")):
            household = list(rows)
            self._take(household, before)
            before = household[0]

    @property
    def households(self) -> list[Household]:
        """The drawn households."""
        return self._drawn.items

    def first_heads(self) -> list[PersonRow]:
        """One head of household from each township-level unit."""
        return [household[0] for household in self._first_of_township.values()]

    def persons(self) -> Iterator[PersonRow]:
        """Everybody in the drawn households."""
        for household in self.households:
            yield from household

    def with_trait(self, trait: str) -> list[Group]:
        """The groups of a trait: those of TRAITS, and heads who are NAMESAKE of another in their village."""
        return self._traits[trait].items

    def _take(self, household: Household, before: PersonRow | None) -> None:
        head = household[0]
        self._drawn.offer(household)
        self._first_of_township.setdefault(township_of(head["region_code"]), household)
        for trait, groups_of in TRAITS.items():
            for group in groups_of(household):
                self._traits[trait].offer(group)
        if before and (before["name"], before["region_code"]) == (head["name"], head["region_code"]):
            self._traits[NAMESAKE].offer([head])
