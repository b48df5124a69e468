"""How near a person of the registry is to somebody who is looked for. Decisions without I/O."""

from typing import Final

from shared.identifiers.regions import contains

#: Nobody is taken for somebody else below certainty: these only order what a person decides on.
NAME_DIFFERS_SCORE: Final = 0.9
BIRTH_SCORE: Final = 0.4
VILLAGE_SCORE: Final = 0.3
TOWNSHIP_SCORE: Final = 0.15
NAME_SCORE: Final = 0.3
#: Both have a number, and not the same one.
OTHER_NUMBER_FACTOR: Final = 0.5
MOST_CANDIDATES: Final = 10


def name_match(
    *, same_birth: bool, region: str | None, person_region: str, other_number: bool
) -> tuple[float, list[str]] | None:
    """Score and reasons of a person with the same name; None where the name alone speaks for it.

    With different ID numbers the same birth date is needed: a digit may be wrong. Otherwise two people of
    one name live in one village, as they do everywhere, and the township will do only where a number lacks.
    """
    score, reasons = NAME_SCORE, ["name"]
    near = False
    if same_birth:
        score, near = score + BIRTH_SCORE, True
        reasons.append("birth_date")
    if region is not None and len(region) >= 9:
        if len(region) == 12 and region == person_region:
            score, near = score + VILLAGE_SCORE, near or not other_number
            reasons.append("village")
        elif contains(region[:9], person_region):
            score, near = score + TOWNSHIP_SCORE, near or not other_number
            reasons.append("township")
    if not near:
        return None
    if other_number:
        score *= OTHER_NUMBER_FACTOR
        reasons.append("id_number_differs")
    return round(score, 2), reasons
