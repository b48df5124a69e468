"""A row of the registry: what is read, and every error told at once."""

from datetime import date
from decimal import Decimal

import pytest

from services.household_api.registry.particulars import Particulars
from services.household_api.registry.rules import RegistryRow, RowCheck
from shared.regions.lookup import Region, Regions
from tests.factories.registry import VILLAGE, id_number, person

TODAY = date(2026, 11, 8)
REGIONS = Regions(
    "231226",
    {
        code: Region(code, code, "village", None, None)
        for code in ("231226", "231226100", VILLAGE, "231226101200")
    },
)
CHECK = RowCheck(REGIONS, lambda region: region.startswith("231226100"), TODAY, Decimal(500_000))


def codes(**values: object) -> set[str]:
    found = CHECK.check({**person("H1", "王伟"), **values})
    assert isinstance(found, list), "the row was accepted"
    return {error.code for error in found}


def test_a_full_row_is_read() -> None:
    number = id_number("19700101", 1)
    found = CHECK.check(
        person(
            "H1",
            " 买买提•艾力 ",
            id_number=number.lower(),
            relationship="02",
            region_code="231226100201",
            monitoring_type="marginal",
            risk_eliminated="否",
            annual_income="1.2万元",
            phone="138 0013 8000",
            status="deceased",
        )
    )
    assert isinstance(found, RegistryRow)
    assert found.relationship == "户主"
    assert found.particulars == Particulars("买买提•艾力", number, "13800138000")
    assert (found.monitoring_type, found.risk_eliminated) == ("marginal", False)
    assert found.annual_income == Decimal("12000.00")
    assert found.labour is None


def test_what_a_table_does_not_have_differs_from_what_it_leaves_empty() -> None:
    without = CHECK.check(person("H1", "王伟"))
    empty = CHECK.check(person("H1", "王伟", monitoring_type="", risk_eliminated=None))
    assert isinstance(without, RegistryRow) and isinstance(empty, RegistryRow)
    assert (without.monitoring_type, without.risk_eliminated) == (None, None)
    assert (empty.monitoring_type, empty.risk_eliminated) == ("", False)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"household_no": None}, "household_no_missing"),
        ({"household_no": "2.3122610020100001e+16"}, "household_no_lost_digits"),
        ({"relationship": "邻居"}, "relationship_unknown"),
        ({"name": "\u200b "}, "name_missing"),
        ({"name": "张*"}, "name_masked"),
        ({"name": ["张"]}, "text_expected"),
        ({"id_number": "231226197001010011"}, "id_number_checksum"),
        ({"id_number": 2.31226e17}, "id_number_lost_digits"),
        ({"id_number": "231226************"}, "id_number_masked"),
        ({"region_code": "231226999201"}, "region_unknown"),
        ({"region_code": "231225100201"}, "region_other_county"),
        ({"region_code": "231226"}, "region_unknown"),
        ({"region_code": "231226101200"}, "region_unknown"),  # the caller does not reach it
        ({"region_code": "村"}, "region_code_malformed"),
        ({"household_type": "rich"}, "household_type_unknown"),
        ({"monitoring_type": "weak"}, "monitoring_type_unknown"),
        ({"risk_eliminated": "大概"}, "boolean_malformed"),
        ({"annual_income": "-5"}, "annual_income_negative"),
        ({"annual_income": "很多"}, "amount_malformed"),
        ({"phone": "12"}, "phone_malformed"),
        ({"phone": "*******1234"}, "phone_masked"),
        ({"birth_date": "2027-01-01"}, "birth_date_impossible"),
        ({"status": "gone"}, "status_unknown"),
        ({"id_number": id_number("19700101", 1), "birth_date": "1970-01-02"}, "birth_date_differs"),
    ],
)
def test_what_is_wrong_is_named(values: dict[str, object], code: str) -> None:
    assert codes(**values) == {code}


def test_all_errors_of_a_row_are_told() -> None:
    assert codes(name="", id_number="1", phone="x") == {"name_missing", "id_number_length", "phone_malformed"}


def test_what_a_file_leaves_out_is_kept_from_before() -> None:
    former = Particulars("王伟", None, "13800138000", date(1970, 1, 1), "东升村3组")
    number = id_number("19700101", 1)
    assert Particulars("王伟").over(former) == former
    assert Particulars("王伟", number).over(former) == Particulars(
        "王伟", number, "13800138000", None, "东升村3组"
    )
    assert Particulars("王纬", phone="1").over(former).name == "王纬"
