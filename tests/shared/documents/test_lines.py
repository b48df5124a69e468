"""Where lines of Chinese text may end."""

from hypothesis import given
from hypothesis import strategies as st

from shared.documents.lines import NOT_FIRST, NOT_LAST, broken, pieces

TEXT = st.text(st.sampled_from("本月共接收预警，。；：（）《》“”、1234,.%abc 二〇"), max_size=80)


def width(text: str) -> float:
    return sum(0.5 if character.isascii() else 1.0 for character in text)


@given(TEXT, st.integers(6, 30))
def test_nothing_is_lost_and_no_line_is_too_long(text: str, room: int) -> None:
    lines = broken(text, room, width, indent=2)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for number, line in enumerate(lines):
        allowed = room - (2 if number == 0 else 0)
        assert width(line) <= allowed or len(line) == 1


@given(TEXT)
def test_marks_stand_with_the_text_they_belong_to(text: str) -> None:
    found = list(pieces(text))
    assert "".join(found) == text
    for piece in found[1:]:
        assert piece[0] not in NOT_FIRST
    for piece in found[:-1]:
        assert piece[-1] not in NOT_LAST


def test_numbers_stay_whole() -> None:
    assert broken("涉及金额15,100.00元，增长4.2%。", 8, width) == [
        "涉及金额",
        "15,100.00元，增",
        "长4.2%。",
    ]
    assert broken("", 8, width) == [""]
