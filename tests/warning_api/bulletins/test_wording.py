"""Sentences for every case: more, less, the same, none, nothing to compare with, hidden."""

import pytest

from services.warning_api.bulletins.wording import compared, counted, joined, listed, percent


@pytest.mark.parametrize(
    ("now", "earlier", "said"),
    [
        (1250, 1000, "比上月增加250条，增长25.0%"),
        (1, 2, "比上月减少1条，下降50.0%"),
        (0, 8, "比上月减少8条，下降100.0%"),
        (8, 0, "比上月增加8条（上月为0）"),
        (8, 8, "与上月持平"),
        (0, 0, "与上月持平"),
        (None, 8, ""),
        (8, None, ""),
    ],
)
def test_comparison(now: int | None, earlier: int | None, said: str) -> None:
    assert compared(now, earlier, "条", "上月") == said


def test_counts_shares_and_lists() -> None:
    assert counted(1234, "条") == "1,234条"
    assert counted(0, "户") == "0户"
    assert counted(None, "户") == "不足5户"
    assert percent(1, 3) == "33.3%"
    assert percent(1, 0) == percent(None, 3) == "—"
    assert listed(["甲", "乙"]) == "甲、乙"
    assert listed(["甲", "乙", "丙"], most=2) == "甲、乙等3个"
    assert joined("甲", "", "乙") == "甲，乙"
