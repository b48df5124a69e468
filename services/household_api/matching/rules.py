"""How near a person of the registry is to somebody who is looked for. Decisions without I/O."""

from typing import Final

from shared.identifiers.regions import contains

#: Nobody is taken for somebody else below certainty: these only order what a person decides on.
DECIDED_BEFORE_SCORE: Final = 0.95
NAME_DIFFERS_SCORE: Final = 0.9
BIRTH_SCORE: Final = 0.4
VILLAGE_SCORE: Final = 0.3
TOWNSHIP_SCORE: Final = 0.15
NAME_SCORE: Final = 0.3
PINYIN_SCORE: Final = 0.1
#: Both have a number, and not the same one.
OTHER_NUMBER_FACTOR: Final = 0.5
MOST_CANDIDATES: Final = 10


def nearness(
    *, same_name: bool, same_birth: bool, region: str | None, person_region: str, other_number: bool
) -> tuple[float, list[str]] | None:
    """Score and reasons of a person whose name is the same, or only sounds alike; None where it is no reason
    to ask.

    With different ID numbers the same birth date is needed: a digit may be wrong. Otherwise two people of
    one name live in one village, as they do everywhere. The township will do only where a number lacks and
    the name is the same; a name that sounds alike needs the birth date or the village.
    """
    score, reasons = (NAME_SCORE, ["name"]) if same_name else (PINYIN_SCORE, ["pinyin"])
    near = False
    if same_birth:
        score, near = score + BIRTH_SCORE, True
        reasons.append("birth_date")
    if region is not None and len(region) >= 9:
        if len(region) == 12 and region == person_region:
            score, near = score + VILLAGE_SCORE, near or not other_number
            reasons.append("village")
        elif contains(region[:9], person_region):
            score, near = score + TOWNSHIP_SCORE, near or (same_name and not other_number)
            reasons.append("township")
    if not near:
        return None
    if other_number:
        score *= OTHER_NUMBER_FACTOR
        reasons.append("id_number_differs")
    return round(score, 2), reasons
