"""Who is taken for somebody of the registry without certainty."""

import pytest

from bihuan.demo.county_office import sure_person


def option(person, score):
    return {"person_id": person, "score": score}


@pytest.mark.parametrize(
    ("options", "person"),
    [
        ([option("a", 0.6)], "a"),
        ([option("a", 0.6), option("b", 0.45)], "a"),
        ([option("b", 0.45), option("a", 0.9)], "a"),
        ([option("a", 0.6), option("b", 0.6)], None),
        ([option("a", 0.3)], None),
    ],
)
def test_only_the_one_best_option_is_sure(options, person):
    assert sure_person(options) == person
