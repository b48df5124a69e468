"""Disability certificate numbers (残疾人证号): the holder's ID number, a digit of kind, a digit of grade.

Kinds: 1 sight, 2 hearing, 3 speech, 4 limbs, 5 intellect, 6 mind, 7 several. Grades 1 to 4, 1 the gravest.
"""

from __future__ import annotations

import re

from shared.identifiers.id_number import InvalidIdNumber, cleaned

LENGTH = 20

_KIND_AND_GRADE = re.compile(r"[1-7][1-4]", re.ASCII)


def certificate_of(raw: object) -> str | None:
    """The certificate number in a cell, in twenty characters; None where the cell holds no such thing.

    Its first eighteen characters are for `check_id_number`. Raises InvalidIdNumber
    (`certificate_kind_or_grade`, `id_number_characters`, `id_number_lost_digits`, `id_number_masked`).
    """
    text = cleaned(raw)
    if len(text) != LENGTH:
        return None
    if not (text.isascii() and text[:17].isdigit() and (text[17].isdigit() or text[17] == "X")):
        raise InvalidIdNumber("id_number_characters", "残疾人证号的前18位应为身份证号码，请对照证件改正")
    if not _KIND_AND_GRADE.fullmatch(text[18:]):
        raise InvalidIdNumber(
            "certificate_kind_or_grade",
            "残疾人证号第19位应为残疾类别1—7，第20位应为等级1—4，请对照证件改正",
        )
    return text
