"""Chinese numbers and what stands before headings, charts and tables."""

from datetime import date

import pytest

from shared.documents import Chart, Column, Heading, Paragraph, Series, Table
from shared.documents.content import Cell, Kind
from shared.documents.numerals import chinese, chinese_date, numbered, shown
from shared.documents.page import signature_indents
from tests.shared.documents.conftest import made


@pytest.mark.parametrize(
    ("number", "text"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (35, "三十五"), (99, "九十九")]
)
def test_headings_are_counted_in_chinese(number: int, text: str) -> None:
    assert chinese(number) == text


def test_there_is_no_zeroth_and_no_hundredth_heading() -> None:
    for number in (0, 100):
        with pytest.raises(ValueError, match="99"):
            chinese(number)


def test_days_have_no_leading_zeros() -> None:
    assert chinese_date(date(2026, 1, 5)) == "2026年1月5日"


def test_numbering_starts_anew_below_each_heading_and_counts_tables_through() -> None:
    table = Table("表", (Column("名"),), ())
    chart = Chart("图", "column", ("甲",), (Series("数", (1,)),))
    own = Chart("图", "column", ("甲",), (Series("数", (1,)),), table_follows=True)
    blocks = (
        Heading(1, ""), Heading(2, ""), Heading(3, ""), Heading(4, ""), Heading(2, ""), Heading(3, ""),
        chart, Heading(1, ""), Heading(2, ""), own, table, Paragraph(""),
    )  # fmt: skip
    before = [text for _, text in numbered(blocks)]
    assert before == [
        "一、", "（一）", "1．", "（1）", "（二）", "1．", "图1", "表1", "二、", "（一）", "图2", "表2", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "kind", "text"),
    [
        (1234, "count", "1,234"),
        (None, "count", "—"),
        ("＊", "count", "＊"),
        ("21185.83", "amount", "21,185.83"),
        (0.4202, "share", "42.02%"),
        (2.5, "number", "2.5"),
        ("1234", "text", "1234"),
        (0, "count", "0"),
    ],
)
def test_figures_are_shown_as_people_read_them(cell: Cell, kind: Kind, text: str) -> None:
    assert shown(cell, kind) == text


def test_the_date_keeps_four_characters_from_the_right_and_the_issuer_stands_above_its_middle() -> None:
    assert signature_indents("绥棱县农业农村局", "2026年12月3日") == (3.25, 4)
    long = "绥棱县巩固拓展脱贫攻坚成果同乡村振兴有效衔接工作领导小组办公室"
    issuer, day = signature_indents(long, "2026年12月3日")
    assert issuer == 2
    assert day > 4


def test_a_row_or_series_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="cells"):
        Table("表", (Column("名"),), (("甲", 1),))
    with pytest.raises(ValueError, match="values"):
        Chart("图", "line", ("甲", "乙"), (Series("数", (1,)),))
    with pytest.raises(ValueError, match="title"):
        made(title_lines=("别的", "标题"))
