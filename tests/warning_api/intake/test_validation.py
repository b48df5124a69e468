"""Whether a record can be filed, without a database: every reason at once."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.warning_api.cycles.indicators import Catalogue
from services.warning_api.intake.validation import RecordCheck, ValidRecord
from shared.parameters.defaults import INDICATORS
from shared.regions import Regions
from shared.regions.lookup import Region
from shared.testing.services import SMALL_COUNTY
from tests.factories.warnings import COUNTY, VILLAGE, id_number, record

REGIONS = Regions(
    COUNTY,
    {r["code"]: Region(r["code"], r["name"], r["level"], r["parent_code"], None) for r in SMALL_COUNTY},
)
CHECK = RecordCheck("YB", Catalogue(INDICATORS, 1), REGIONS, date(2026, 11, 8))


def reasons(**fields: Any) -> set[tuple[str, str]]:
    checked = CHECK.check(record("1", **fields))
    assert isinstance(checked, list), checked
    assert all(reason["message"] for reason in checked)
    return {(reason["field"], reason["code"]) for reason in checked}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id_number": id_number(1)[:-1] + "0"}, ("id_number", "id_number_checksum")),
        ({"id_number": "12345"}, ("id_number", "id_number_length")),
        ({"id_number": id_number(1, "20270101")}, ("id_number", "id_number_date")),
        ({"id_number": 2.31226e17}, ("id_number", "id_number_lost_digits")),
        ({"id_number": "2.31226E+17"}, ("id_number", "id_number_lost_digits")),
        ({"name": None}, ("name", "missing")),
        ({"name": " "}, ("name", "missing")),
        ({"source_record_id": None}, ("source_record_id", "missing")),
        ({"source_record_id": "x" * 101}, ("source_record_id", "text_too_long")),
        ({"occurred_on": None}, ("occurred_on", "missing")),
        ({"occurred_on": "2026-11-31"}, ("occurred_on", "date_malformed")),
        ({"occurred_on": "2026-11-09"}, ("occurred_on", "date_in_future")),
        ({"indicator": None}, ("indicator", "missing")),
        ({"indicator": "ZJ01"}, ("indicator", "unknown_indicator")),
        ({"indicator": ["YB01"]}, ("indicator", "unknown_indicator")),
        ({"amount": "-0.01"}, ("amount", "negative_amount")),
        ({"amount": "许多"}, ("amount", "amount_malformed")),
        ({"id_number": None, "region_code": None}, ("id_number", "neither_id_nor_region")),
        ({"id_number": " ", "region_code": "　"}, ("id_number", "neither_id_nor_region")),
        ({"region_code": "231226999999"}, ("region_code", "unknown_region")),
        ({"region_code": "东方红村"}, ("region_code", "region_code_malformed")),
        ({"detail": {"a": 1}}, ("detail", "text_expected")),
    ],
)
def test_each_reason(fields: dict[str, Any], reason: tuple[str, str]) -> None:
    assert reasons(**fields) == {reason}


def test_all_reasons_at_once() -> None:
    everything = reasons(
        source_record_id="",
        id_number="1",
        name=None,
        region_code="x",
        indicator="?",
        occurred_on="never",
        amount="-1",
    )
    assert everything == {
        ("source_record_id", "missing"),
        ("id_number", "id_number_length"),
        ("name", "missing"),
        ("region_code", "region_code_malformed"),
        ("indicator", "unknown_indicator"),
        ("occurred_on", "date_malformed"),
        ("amount", "negative_amount"),
    }


@pytest.mark.parametrize(
    ("fields", "read"),
    [
        ({"id_number": f" {id_number(1)[:6]} {id_number(1)[6:]}"}, {"id_number": id_number(1)}),
        ({"id_number": " "}, {"id_number": None}),
        ({"region_code": " "}, {"region_code": None}),
        ({"region_code": "231226100000"}, {"region_code": "231226100"}),
        ({"region_code": "110101001001"}, {"region_code": "110101001001"}),
        ({"occurred_on": "2026年11月2日"}, {"occurred_on": date(2026, 11, 2)}),
        ({"occurred_on": "20261108"}, {"occurred_on": date(2026, 11, 8)}),
        ({"indicator": " 门诊自付费用较高 "}, {"indicator": "YB02"}),
        ({"amount": 0}, {"amount": 0}),
        ({"phone": "没有电话"}, {"phone": "没有电话"}),
    ],
)
def test_what_people_write(fields: dict[str, Any], read: dict[str, Any]) -> None:
    checked = CHECK.check(record("1", **fields))
    assert isinstance(checked, ValidRecord), checked
    assert {name: getattr(checked, name) for name in read} == read


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@given(st.dictionaries(st.sampled_from([*record("1"), "phone"]), ANYTHING))
def test_anything_is_valid_or_has_reasons(values: dict[str, Any]) -> None:
    checked = CHECK.check({"region_code": VILLAGE, **values})
    assert isinstance(checked, ValidRecord) or (checked and all(set(r) == REASON for r in checked))


REASON = {"field", "code", "message"}


@pytest.mark.parametrize("prefix", ["810000", "820000", "830000", "911156"])
def test_residence_permits_and_foreigners_cards_are_taken(prefix: str) -> None:
    number = id_number(12, prefix=prefix)
    checked = CHECK.check(record("1", id_number=number))
    assert isinstance(checked, ValidRecord)
    assert (checked.id_number, checked.certificate) == (number, None)
    assert reasons(id_number=number[:-1] + ("0" if number[-1] != "0" else "1")) == {
        ("id_number", "id_number_checksum")
    }


OTHER_RULES = RecordCheck(
    "YB",
    Catalogue(INDICATORS, 1),
    REGIONS,
    date(2026, 11, 8),
    certificates=True,
    retired={"232332": COUNTY, "231226999": "231226100"},
)


@pytest.mark.parametrize(
    ("fields", "read"),
    [
        ({"id_number": id_number(1) + "71"}, {"id_number": id_number(1), "certificate": id_number(1) + "71"}),
        ({"id_number": id_number(1)}, {"id_number": id_number(1), "certificate": None}),
        (
            {"region_code": "232332100201"},
            {"region_code": "231226100201", "region_as_sent": "232332100201"},
        ),
        ({"region_code": 231226999202}, {"region_code": "231226100202", "region_as_sent": "231226999202"}),
        ({"region_code": "232332000000"}, {"region_code": COUNTY, "region_as_sent": "232332"}),
        ({"region_code": "110101001001"}, {"region_code": "110101001001", "region_as_sent": None}),
    ],
)
def test_certificates_and_former_codes(fields: dict[str, Any], read: dict[str, Any]) -> None:
    checked = OTHER_RULES.check(record("1", **fields))
    assert isinstance(checked, ValidRecord), checked
    assert {name: getattr(checked, name) for name in read} == read


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id_number": id_number(1)[:-1] + "?71"}, ("id_number", "id_number_characters")),
        ({"id_number": id_number(1) + "85"}, ("id_number", "certificate_kind_or_grade")),
        ({"region_code": "232332999999"}, ("region_code", "unknown_region")),
    ],
)
def test_certificates_and_former_codes_that_are_wrong(
    fields: dict[str, Any], reason: tuple[str, str]
) -> None:
    checked = OTHER_RULES.check(record("1", **fields))
    assert isinstance(checked, list)
    assert [(found["field"], found["code"]) for found in checked] == [reason]
