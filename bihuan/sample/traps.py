"""Households as real registries have them, which software that has only seen tidy ones stumbles over.

Each kind comes back at a fixed place in every 200 households.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

from bihuan.sample import names
from bihuan.sample.members import Member, child, compose, draw_size, person

CYCLE = 200

# Neighbouring counties, from where people marry in: 庆安, 海伦, 望奎, 北林, 明水, 安达.
_ELSEWHERE = ("231224", "231283", "231221", "231202", "231225", "231281")

Composer = Callable[[Random, date], list[Member]]


def twins(random: Random, as_of: date) -> list[Member]:
    """Two children of one sex and one birth date; their ID numbers follow each other."""
    family = names.surname(random)
    age = random.randint(8, 15)
    first = child(random, as_of, age, family)
    second = person(random, as_of, first.relationship, age, female=first.female, family=family)
    second.born = first.born
    father = person(random, as_of, "户主", age + 27, female=False, family=family)
    mother = person(random, as_of, "配偶", age + 25, female=True)
    return [father, mother, first, second]


def deceased_head(random: Random, as_of: date) -> list[Member]:
    """The head has died and the household book still names them."""
    members = compose(random, as_of, random.randint(2, 4))
    members[0].status = "deceased"
    return members


def deceased_member(random: Random, as_of: date) -> list[Member]:
    """Somebody other than the head has died."""
    members = compose(random, as_of, random.randint(2, 4))
    members[-1].status = "deceased"
    return members


def moved_member(random: Random, as_of: date) -> list[Member]:
    """Somebody has moved away and is still in the book."""
    members = compose(random, as_of, random.randint(2, 5))
    members[-1].status = "moved"
    return members


def minor_head(random: Random, as_of: date) -> list[Member]:
    """The parents are gone; the head is a child, beside a brother or sister or a grandmother."""
    family = names.surname(random)
    age = random.randint(10, 16)
    sibling = person(random, as_of, "兄弟姐妹", age - 3, female=True, family=family)
    grandmother = person(random, as_of, "祖父母", age + 56, female=True)
    head = person(random, as_of, "户主", age, female=False, family=family)
    return [head, *random.choice(([], [sibling], [grandmother], [sibling, grandmother]))]


def registered_elsewhere(random: Random, as_of: date) -> list[Member]:
    """The spouse was registered in another county; the ID number begins with its code."""
    age = random.randint(28, 60)
    head = person(random, as_of, "户主", age, female=False)
    spouse = person(random, as_of, "配偶", age - 2, female=True)
    spouse.id_prefix = random.choice(_ELSEWHERE)
    return [head, spouse, child(random, as_of, age - 26, head.surname)]


def rare_character(random: Random, as_of: date) -> list[Member]:
    """The head's name has a character that most fonts and GBK lack."""
    members = compose(random, as_of, draw_size(random))
    members[0].given = names.rare_given_name(random)
    return members


def dotted_names(random: Random, as_of: date) -> list[Member]:
    """Everybody's name has a middle dot, in whichever glyph the clerk's keyboard gave."""
    members = compose(random, as_of, draw_size(random))
    for member, name in zip(members, names.dotted_names(random, len(members)), strict=True):
        member.surname, member.given = "", name
    return members


def infant_without_id(random: Random, as_of: date) -> list[Member]:
    """A child born within the year has no ID number yet."""
    age = random.randint(22, 34)
    family = names.surname(random)
    infant = child(random, as_of, 0, family)
    infant.has_id = False
    return [
        person(random, as_of, "户主", age, female=False, family=family),
        person(random, as_of, "配偶", age - 1, female=True),
        infant,
    ]


# Where in a cycle each stands. At NAMESAKE the head gets the name of the head before, in the same village.
AT: dict[int, Composer] = {
    10: twins,
    30: deceased_head,
    50: minor_head,
    70: registered_elsewhere,
    90: rare_character,
    110: dotted_names,
    130: deceased_member,
    150: infant_without_id,
    170: moved_member,
}
NAMESAKE = 190
