"""How near a namesake is."""

import pytest

from services.household_api.matching.rules import nearness

VILLAGE, NEIGHBOUR, ELSEWHERE = "231226100201", "231226100202", "231226101200"


def judged(
    *,
    same_name: bool = True,
    same_birth: bool = False,
    region: str | None = VILLAGE,
    person: str = VILLAGE,
    other: bool = False,
) -> tuple[float, list[str]] | None:
    return nearness(
        same_name=same_name, same_birth=same_birth, region=region, person_region=person, other_number=other
    )


def test_a_name_alone_is_nobody() -> None:
    assert judged(person=ELSEWHERE) is None
    assert judged(region=None) is None
    assert judged(region="231226") is None


def test_the_township_will_do_unless_both_have_another_number() -> None:
    assert judged(person=NEIGHBOUR) == (0.45, ["name", "township"])
    assert judged(region="231226100") == (0.45, ["name", "township"])
    assert judged(person=NEIGHBOUR, other=True) is None
    assert judged(other=True) is None


@pytest.mark.parametrize("region", [None, "231226", ELSEWHERE])
def test_a_birth_date_speaks_anywhere(region: str | None) -> None:
    assert judged(same_birth=True, region=region) == (0.7, ["name", "birth_date"])


def test_the_nearer_scores_higher() -> None:
    both, village, township = judged(same_birth=True), judged(), judged(person=NEIGHBOUR)
    assert both and village and township
    assert 1 >= both[0] > village[0] > township[0] > 0


def test_a_sound_needs_the_birth_date_or_the_village() -> None:
    assert judged(same_name=False, person=NEIGHBOUR) is None
    assert judged(same_name=False, region="231226100") is None
    assert judged(same_name=False, other=True) is None
    assert judged(same_name=False) == (0.4, ["pinyin", "village"])
    assert judged(same_name=False, same_birth=True, region=None) == (0.5, ["pinyin", "birth_date"])


def test_the_order_of_the_reasons() -> None:
    scores = [
        judged(same_birth=True),
        judged(same_birth=True, person=NEIGHBOUR),
        judged(same_name=False, same_birth=True),
        judged(same_birth=True, person=ELSEWHERE),
        judged(),
        judged(same_name=False, same_birth=True, person=ELSEWHERE),
        judged(person=NEIGHBOUR),
        judged(same_name=False),
    ]
    told = [score[0] for score in scores if score]
    assert len(told) == len(scores) and told == sorted(set(told), reverse=True)
    assert told[0] == 1.0
