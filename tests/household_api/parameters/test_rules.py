"""A parameter's value has the parameter's shape."""

import re
from pathlib import Path
from typing import Any

import pytest

from services.household_api.parameters.rules import EXPLANATIONS, SHAPES, problem
from services.household_api.parameters.schemas import NewVersion
from shared.parameters import DEFAULTS
from shared.parameters.shapes import Nullable

VALUES = {default.name: default.value for default in DEFAULTS}


@pytest.mark.parametrize("name", sorted(VALUES))
def test_every_default_can_be_set(name: str) -> None:
    assert problem(name, VALUES[name]) is None


@pytest.mark.parametrize("name", sorted(SHAPES))
def test_no_shape_takes_anything_or_fails_over_it(name: str) -> None:
    anything: list[Any] = [None, float("inf"), {"": {}}, [[]], "\x00", -1, 10**9, [None], {"x": None}]
    taken = [None] if isinstance(SHAPES[name], Nullable) else []
    assert [value for value in anything if problem(name, value) is None] == taken
    assert EXPLANATIONS[name] and SHAPES[name].schema


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("verification_days", "10"),
        ("verification_days", True),
        ("verification_days", -1),
        ("verification_days", 1.5),
        ("verification_days", None),
        ("verification_days", 367),
        ("case_days", 10_000_000),
        ("minimum_verifiers_confirmed", 0),
        ("minimum_verifiers_confirmed", 21),
        ("import_review_rows", 10_000_001),
        ("cycle_opens_day", 0),
        ("cycle_opens_day", 31),
        ("review_dispatch", 1),
        ("review_dispatch", "true"),
        ("spending_milestones", {"4": "0.30"}),
        ("spending_milestones", {"4": "0.30", "6": "0.50", "9": 0.75, "12": "1.00"}),
        ("industry_share", ["0.65"]),
        ("card_yellow_points", "ten"),
        ("card_yellow_points", "NaN"),
        ("card_yellow_points", "-1"),
        ("departments", {}),
        ("departments", {"yb": "医保局"}),
        ("departments", {"YB": ""}),
        ("departments", {"YB": 1}),
        ("reminder_days", 3),
        ("reminder_days", [3, "1"]),
        ("reminder_days", [29]),
        ("reminder_days", [True]),
        ("reminder_days", {}),
        ("disability_certificate_departments", ["cl"]),
        ("disability_certificate_departments", "CL"),
        ("retired_regions", []),
        ("retired_regions", {"232332": 231226}),
        ("retired_regions", {"232332": "231226100"}),
        ("retired_regions", {"2323": "2312"}),
        ("retired_regions", {"232332000000": "231226000000"}),
        ("retired_regions", {"232332": "231226", "231226": "231281"}),
        ("retired_regions", {"231226": "231226"}),
        ("warning_indicators", {}),
        ("warning_indicators", [{"code": "YB01"}]),
        ("warning_indicators", [{**VALUES["warning_indicators"][0], "risk_type": "luck"}]),
        ("warning_indicators", [{**VALUES["warning_indicators"][0], "thresholds": {"lifted": 5000}}]),
        ("warning_indicators", [VALUES["warning_indicators"][0]] * 2),
        ("compulsory_schooling_ages", {"from": 6}),
        ("compulsory_schooling_ages", {"from": 6, "to": 15, "by": 1}),
        ("quality_correction_days", {"error": 10, "warning": 20, "hint": 400}),
        ("projects_completed_by", "02-29"),
        ("projects_completed_by", "9-30"),
        ("transition_ends_on", "2025-02-30"),
        ("transition_ends_on", 20251231),
        ("household_types", []),
        ("household_types", ["lifted", "lifted"]),
        ("household_types", ["poor"]),
        ("fund_names", {"Transition": "衔接资金"}),
        ("relocation_share", "1.01"),
        ("relocation_share", "٠.٢"),
        ("income_line", 7500),
        ("income_line", "0.00"),
    ],
)
def test_what_does_not_fit_is_told(name: str, value: Any) -> None:
    assert problem(name, value)


def test_a_time_of_none_or_of_a_year_can_be_set() -> None:
    assert problem("extension_days", 0) is None
    assert problem("extension_days", 366) is None


def test_a_county_adds_a_department() -> None:
    assert problem("departments", {**VALUES["departments"], "GA": "公安局"}) is None


def test_a_county_reminds_on_other_days_or_not_at_all() -> None:
    assert problem("reminder_days", [5, 2, 0]) is None
    assert problem("reminder_days", []) is None


def test_the_income_line() -> None:
    assert problem("income_line", "7500.00") is None


def test_the_example_of_the_manual_can_be_set() -> None:
    page = (Path(__file__).parents[3] / "docs" / "operations.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"-d '(\{\"name\".*?\})'", page)
    wanted = NewVersion.model_validate_json(example)
    assert problem(wanted.name, wanted.value) is None


def test_former_codes_of_each_level() -> None:
    value = {"232332": "231226", "231226582": "231226100", "231226582003": "231226100201"}
    assert problem("retired_regions", value) is None
    assert problem("disability_certificate_departments", []) is None
