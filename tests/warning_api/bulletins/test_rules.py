"""Periods, titles, numbers."""

from datetime import date

from services.warning_api.bulletins.rules import (
    a_year_before,
    before,
    begins_on,
    cycles_in,
    months_shown,
    number_of,
    period_words,
    title_of,
)


def test_a_month_and_a_quarter_know_what_goes_before_them() -> None:
    assert before("monthly", "2026-01") == "2025-12"
    assert before("quarterly", "2026-Q1") == "2025-Q4"
    assert a_year_before("2026-11") == "2025-11"
    assert a_year_before("2026-Q4") == "2025-Q4"
    assert begins_on("quarterly", "2026-Q4") == date(2026, 10, 1)
    assert cycles_in("quarterly", "2026-Q1") == ["2026-01", "2026-02", "2026-03"]
    assert months_shown("monthly", "2026-02") == [
        "2025-09",
        "2025-10",
        "2025-11",
        "2025-12",
        "2026-01",
        "2026-02",
    ]


def test_words_and_numbers() -> None:
    assert period_words("monthly", "2026-03") == "2026年3月"
    assert period_words("quarterly", "2026-Q4") == "2026年第四季度"
    assert title_of("monthly", "2026-11", "绥棱县", correcting=True) == (
        "绥棱县2026年11月",
        "防止返贫预警核查工作调度情况通报（更正）",
    )
    assert number_of("绥农监〔{year}〕{number}号", 2026, 11) == "绥农监〔2026〕11号"
