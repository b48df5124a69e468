"""What a match with the registry means, without a database."""

from decimal import Decimal
from typing import Any

import pytest

from services.warning_api.comparison.rules import RESULTS, result_of
from services.warning_api.cycles.indicators import Catalogue
from shared.contracts.matches import Match
from shared.parameters.defaults import INDICATORS

CASES: list[tuple[dict[str, Any], str, str]] = [
    ({"match": "none"}, "231226100201", "unregistered"),
    ({"match": "none"}, "231226", "unregistered"),
    ({"match": "none"}, "2312", "unregistered"),
    ({"match": "none"}, "23", "unregistered"),
    ({"match": "none"}, "2311", "out_of_county"),
    ({"match": "none"}, "110101001001", "out_of_county"),
    ({"match": "candidate"}, "110101001001", "candidate"),
    ({"match": "exact", "household_type": "lifted"}, "110101001001", "lifted"),
    ({"match": "exact", "household_type": "lifted", "monitoring_type": "marginal"}, "231226", "monitored"),
    ({"match": "exact", "household_type": "ordinary", "monitoring_type": ""}, "231226", "ordinary"),
    ({"match": "exact", "household_type": "low_income"}, "231226", "low_income"),
    ({"match": "exact"}, "231226", "ordinary"),
    ({"match": "exact", "status": "deceased", "monitoring_type": "marginal"}, "231226", "deceased"),
    ({"match": "exact", "status": "moved", "household_type": "lifted"}, "231226", "moved"),
]


@pytest.mark.parametrize(("match", "region", "result"), CASES)
def test_results(match: dict[str, Any], region: str, result: str) -> None:
    assert result_of(Match(ref="1", **match), region, "231226") == result
    assert result in RESULTS


@pytest.mark.parametrize(
    ("indicator", "household_type", "amount", "below"),
    [
        ("YB01", "lifted", "4999.99", True),
        ("YB01", "lifted", "5000.00", False),
        ("YB01", "ordinary", "19999.99", True),
        ("YB01", None, "20000.00", False),
        ("YB01", "lifted", None, False),
        ("YB03", "lifted", "1.00", False),
    ],
)
def test_thresholds(indicator: str, household_type: str | None, amount: str | None, below: bool) -> None:
    found = Catalogue(INDICATORS, 1).get(indicator)
    assert found is not None
    assert found.is_below(household_type, None if amount is None else Decimal(amount)) is below
