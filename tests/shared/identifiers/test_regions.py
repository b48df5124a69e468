import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.identifiers.regions import (
    InvalidRegionCode,
    contains,
    county_of,
    level,
    normalise_region_code,
    parent,
    present_code,
    region_range,
    to_twelve,
)

digits = st.sampled_from("0123456789")
codes = st.sampled_from([2, 4, 6, 9, 12]).flatmap(
    lambda length: st.from_regex(rf"(11|23|37|46|54|65|82)[0-9]{{{length - 2}}}", fullmatch=True)
)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("411322000000", "411322"),
        ("411300000000", "4113"),
        ("230000000000", "23"),
        ("231226001000", "231226001"),
        ("231226001001", "231226001001"),
        ("231200", "2312"),
        ("230000", "23"),
        ("231226000", "231226"),
        ("2300", "23"),
        ("23", "23"),
        (" 231226 ", "231226"),
        ("２３１２２６", "231226"),
        ("'231226001001", "231226001001"),
        (231226, "231226"),
        (231226001001.0, "231226001001"),
        ("441900003", "441900003"),
        ("441900000000", "4419"),
    ],
)
def test_ways_of_writing_a_code(written: object, code: str) -> None:
    assert normalise_region_code(written) == code


@pytest.mark.parametrize(
    "written",
    ["", "2", "231", "23122", "2312260", "2312260010011", "000000", "023122", "23122a", "٢٣", "2.31E+11",
     None, True, 23.5, [], "231226\x00", "-23", "99", "990000000000", "241226", "731226100201"],
)  # fmt: skip
def test_what_is_no_code(written: object) -> None:
    with pytest.raises(InvalidRegionCode):
        normalise_region_code(written)


def test_levels_and_parents() -> None:
    code: str | None = "231226001001"
    walked = []
    while code:
        walked.append((code, level(code)))
        code = parent(code)
    assert walked == [
        ("231226001001", "village"),
        ("231226001", "township"),
        ("231226", "county"),
        ("2312", "city"),
        ("23", "province"),
    ]
    assert parent("441900003") == "4419", "东莞 has no counties"


def test_county_of() -> None:
    assert county_of("231226001001") == county_of("231226") == "231226"
    assert county_of("2312") is None


@pytest.mark.parametrize(
    ("code", "bounds"),
    [
        ("4113", ("4113", "4114")),
        ("231226", ("231226", "231227")),
        ("4199", ("4199", "4200")),
        ("99", ("99", "9:")),
    ],
)
def test_region_range(code: str, bounds: tuple[str, str]) -> None:
    assert region_range(code) == bounds


@given(codes, codes)
def test_the_range_says_what_the_prefix_says(region: str, code: str) -> None:
    low, high = region_range(region)
    assert (low <= code < high) == contains(region, code)


@given(codes, st.text(digits, max_size=10))
def test_what_lies_below_is_in_the_range(region: str, tail: str) -> None:
    low, high = region_range(region)
    assert low <= region + tail < high


@given(codes)
def test_twelve_digits_are_read_back(code: str) -> None:
    code = normalise_region_code(code)
    assert normalise_region_code(code) == code
    assert len(to_twelve(code)) == 12
    assert normalise_region_code(to_twelve(code)) == code
    above = parent(code)
    assert above is None or (contains(above, code) and normalise_region_code(above) == above)


@pytest.mark.parametrize(
    ("code", "now"),
    [
        ("232332", "231226"),
        ("232332100", "231226100"),
        ("232332100201", "231226100201"),
        ("231226582", "231226100"),
        ("231226582003", "231226100003"),
        ("231226582004", "231226100299"),
        ("231226100201", None),
        ("2323", None),
        ("23", None),
    ],
)
def test_former_codes_with_what_lies_below_them(code: str, now: str | None) -> None:
    retired = {"232332": "231226", "231226582": "231226100", "231226582004": "231226100299"}
    assert present_code(code, retired) == now
