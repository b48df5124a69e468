"""Who lives in an invented household: couples, children, parents, daughters-in-law, grandchildren."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Literal

from bihuan.sample.names import given_name, surname

Status = Literal["living", "deceased", "moved"]

_SIZES = (1, 2, 3, 4, 5, 6)
_SIZE_WEIGHTS = (17, 27, 22, 18, 10, 6)  # mean 2.95


@dataclass(slots=True)
class Member:
    """One person before the registry's row is made of it.

    `relationship` is to the head, in the words of contract.md. `id_prefix` is set where the person was
    registered in another county; without `has_id` no number has been given yet.
    """

    relationship: str
    surname: str
    given: str
    female: bool
    born: date
    status: Status = "living"
    id_prefix: str = ""
    has_id: bool = True

    @property
    def name(self) -> str:
        """As the registry writes it; a name with a middle dot stands whole in `given`."""
        return self.surname + self.given

    def age(self, as_of: date) -> int:
        """Completed years."""
        return as_of.year - self.born.year - ((as_of.month, as_of.day) < (self.born.month, self.born.day))


def draw_size(random: Random) -> int:
    """How many persons a household has: 1 to 6, about 3."""
    return random.choices(_SIZES, _SIZE_WEIGHTS)[0]


def person(
    random: Random, as_of: date, relationship: str, age: int, *, female: bool, family: str = ""
) -> Member:
    """A member of that age with the family's surname, or a surname of their own."""
    born = as_of - timedelta(days=int(max(age, 0) * 365.2425) + random.randrange(1, 365))
    return Member(relationship, family or surname(random), given_name(random, female=female), female, born)


def compose(random: Random, as_of: date, size: int) -> list[Member]:
    """An ordinary household of `size` persons, the head first."""
    female_head = random.random() < 0.15
    family = surname(random)
    age = int(random.triangular(24, 88, 54))
    members = [person(random, as_of, "户主", age, female=female_head, family=family)]
    if random.random() < 0.85:
        members.append(person(random, as_of, "配偶", age - random.randint(-3, 4), female=not female_head))
    following = _around_the_old if age >= 52 else _around_the_young
    members += following(random, as_of, age, family, size - len(members))
    return members[:size]


def tell_apart(random: Random, members: list[Member]) -> list[Member]:
    """The same members, no two of one name: within a family nobody does that."""
    taken: set[str] = set()
    for member in members:
        while member.name in taken:
            member.given = given_name(random, female=member.female)
        taken.add(member.name)
    return members


def child(random: Random, as_of: date, age: int, family: str) -> Member:
    """A son or daughter of the head."""
    female = random.random() < 0.48
    return person(random, as_of, "女" if female else "子", age, female=female, family=family)


def _around_the_young(random: Random, as_of: date, age: int, family: str, missing: int) -> list[Member]:
    children = min(missing, random.choice((1, 2, 2, 3)))
    first = age - random.randint(22, 28)
    members = [child(random, as_of, first - 4 * number, family) for number in range(children)]
    for number in range(missing - children):
        female = number % 2 == 0
        parent_family = "" if female else family
        parent_age = age + random.randint(21, 29)
        members.append(person(random, as_of, "父母", parent_age, female=female, family=parent_family))
    return members


def _around_the_old(random: Random, as_of: date, age: int, family: str, missing: int) -> list[Member]:
    son_age = age - random.randint(22, 28)
    members = [
        person(random, as_of, "子", son_age, female=False, family=family),
        person(random, as_of, "儿媳", son_age - random.randint(0, 3), female=True),
    ]
    for number in range(missing - len(members)):
        female = random.random() < 0.48
        grandchild_age = son_age - 24 - 3 * number
        relationship = "孙女" if female else "孙子"
        members.append(person(random, as_of, relationship, grandchild_age, female=female, family=family))
    return members[:missing] if missing > 0 else []
