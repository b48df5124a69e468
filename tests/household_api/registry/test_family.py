"""Relations within a household, decided without I/O."""

from datetime import date
from uuid import UUID

import pytest

from services.household_api.registry.family import (
    GENERATION,
    Relative,
    birth_errors,
    circles,
    correction_errors,
    head_error,
)
from shared.tables.words import RELATIONSHIPS

A, B, C = (UUID(int=number) for number in (1, 2, 3))


def family(**relations: str) -> dict[UUID, Relative]:
    """``A="户主 1970"``: a relation, and the year of birth where it is known."""
    found = {}
    for name, told in relations.items():
        relationship, _, year = told.partition(" ")
        found[globals()[name]] = Relative(relationship, date(int(year), 1, 1) if year else None)
    return found


def test_every_relation_with_a_generation_is_one_of_the_standard() -> None:
    assert set(GENERATION) <= set(RELATIONSHIPS.values())


def test_one_head() -> None:
    assert head_error(family(A="户主", B="子")) is None
    missing, two = head_error(family(A="妻", B="子")), head_error(family(A="户主", B="户主"))
    assert missing is not None and two is not None
    assert (missing.code, two.code) == ("head_missing", "two_heads")


@pytest.mark.parametrize(
    ("relation", "year", "wrong"),
    [
        ("子", "1995", False),
        ("子", "1965", True),
        ("子", "1970", True),
        ("母亲", "1945", False),
        ("母亲", "1975", True),
        ("孙女", "1969", True),
        # Who came by marriage may be older; who is no descendant tells nothing.
        ("继子", "1965", False),
        ("儿媳", "1965", False),
        ("妻", "1990", False),
        ("其他", "1900", False),
    ],
)
def test_births_contradict_descent(relation: str, year: str, *, wrong: bool) -> None:
    people = family(A="户主 1970", B=f"{relation} {year}")
    assert set(birth_errors(people)) == ({B} if wrong else set())
    assert birth_errors(family(A="户主", B=f"{relation} {year}")) == {}


def relations(**told: str) -> dict[UUID, str]:
    return {key: each.relationship for key, each in family(**told).items()}


def test_a_child_who_becomes_head_is_no_parent_of_the_parent() -> None:
    former = relations(A="户主", B="子", C="妻")
    assert set(circles(former, relations(A="子", B="户主", C="母亲"))) == {A}
    assert circles(former, relations(A="父亲", B="户主", C="母亲")) == {}
    assert circles(former, relations(A="户主", B="父亲")).keys() == {B}


def test_a_correction_is_refused_only_what_it_makes_worse() -> None:
    headless = family(A="妻", B="子")
    assert correction_errors(headless, headless) == (None, {})
    two = family(A="户主", B="户主", C="子")
    assert correction_errors(two, two)[0] is None
    worse, _ = correction_errors(family(A="户主", B="子"), family(A="妻", B="子"))
    assert worse is not None and worse.code == "head_missing"
    # The last one has died: a household without anybody needs no head.
    assert correction_errors(family(A="户主"), {}) == (None, {})
    odd = family(A="户主 1970", B="子 1960")
    assert correction_errors(odd, odd) == (None, {})


def test_what_was_entered_the_wrong_way_round_is_turned_where_births_say_so() -> None:
    wrong_way = family(A="户主 1995", B="子 1970")
    assert correction_errors(wrong_way, family(A="子 1995", B="户主 1970")) == (None, {})
    untold = family(A="户主", B="子 1970")
    _, errors = correction_errors(untold, family(A="子", B="户主 1970"))
    assert {key: error.code for key, error in errors.items()} == {A: "relation_circle"}
    right_way = family(A="户主 1970", B="子 1995")
    _, errors = correction_errors(right_way, family(A="子 1970", B="户主 1995"))
    assert {key: error.code for key, error in errors.items()} == {A: "relation_contradicts_birth"}
