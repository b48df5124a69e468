"""The rule of what the townships find: fit for the contract, varied, and the same every time."""

from collections import Counter
from datetime import date

import pytest

from bihuan.demo.visits import FINDINGS, visit
from bihuan.sample.department_plans import PLANS

TODAY = date(2026, 11, 8)
OUTCOMES = {
    "risk_confirmed",
    "no_risk",
    "already_covered",
    "needs_department",
    "not_found",
    "moved",
    "deceased",
}


def clue(warning_id, indicator, day=2, amount="100.00"):
    return {
        "warning_id": warning_id,
        "org_code": indicator[:2],
        "indicator": indicator,
        "occurred_on": f"2026-11-{day:02d}",
        "amount": amount,
    }


def task(*clues):
    return {"id": "t", "version": 3, "clues": list(clues)}


def test_every_indicator_of_the_sample_has_findings():
    assert {indicator.code for plan in PLANS if plan.form != "nil" for indicator in plan.indicators} == set(
        FINDINGS
    )


def test_a_month_of_clues_has_every_outcome():
    found = Counter()
    for indicator in FINDINGS:
        for day in range(1, 9):
            for match in ("ordinary", "unregistered", "deceased", "moved"):
                item = visit(task(clue("w", indicator, day)), {"w": match}, TODAY)
                found[item["outcome"]] += 1
                assert (item["outcome"] == "needs_department") == ("needs_org" in item)
                assert (item["outcome"] == "risk_confirmed") == ("risk_types" in item)
                assert item == visit(task(clue("w", indicator, day)), {"w": match}, TODAY)
    assert set(found) == OUTCOMES


@pytest.mark.parametrize("match", ["deceased", "moved"])
def test_who_has_died_or_gone_is_said_so(match):
    item = visit(task(clue("w", "WJ01")), {"w": match}, TODAY)
    assert (item["outcome"], item["clues"], item["version"]) == (match, [], 3)
    assert (item["visited_on"], "per_capita_income" in item) == ("2026-11-08", False)


def test_the_gravest_clue_is_the_households_and_the_others_are_told():
    clues = [clue("dead", "CL01"), clue("water", "SW01", day=1), clue("ill", "WJ01", amount="1.00")]
    item = visit(task(*clues), {"dead": "deceased", "water": "lifted", "ill": "lifted"}, TODAY)
    grave = item["outcome"]
    assert {"warning_id": "dead", "outcome": "deceased"} in item["clues"]
    assert grave not in {each["outcome"] for each in item["clues"]}
    assert grave in ("risk_confirmed", "needs_department", "already_covered")


def test_a_clue_that_needs_a_department_names_it_also_beside_a_confirmed_risk():
    named = 0
    for day in range(1, 20):
        item = visit(task(clue("ill", "WJ01", day), clue("water", "SW01", day)), {}, TODAY)
        outcomes = {item["outcome"], *(each["outcome"] for each in item["clues"])}
        assert ("needs_department" in outcomes) == (item.get("needs_org") == "SW")
        named += item["outcome"] == "risk_confirmed" and "needs_department" in outcomes
    assert named
