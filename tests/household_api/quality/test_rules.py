"""Rules as data, and the decisions about findings."""

from datetime import date

import pytest

from services.household_api.quality.rules import RULES
from services.household_api.quality.rules.course import (
    STATES,
    TRANSITIONS,
    due_dates,
    flattened,
    is_overdue,
    period_of,
)
from services.household_api.quality.rules.evidence import EVIDENCE, told
from services.household_api.quality.rules.rule import GIVEN, SOURCES, Rule
from shared.parameters import DEFAULTS

VALUES = {default.name: default.value for default in DEFAULTS}


def test_there_are_rules_on_every_subject_and_for_every_place() -> None:
    rules = RULES.values()
    assert len(RULES) >= 30
    assert {rule.subject for rule in rules} == SOURCES.keys()
    assert {rule.responsible for rule in rules} == {"village", "township", "county"}
    assert len({rule.title for rule in rules}) == len(RULES)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_a_rule_reads_what_it_says_it_reads(rule: Rule) -> None:
    read = {name: flattened(name, VALUES[name]).keys() for name in rule.parameters}
    assert rule.named - GIVEN == {name for names in read.values() for name in names} & rule.named
    assert all(names & rule.named for names in read.values())
    assert rule.evidence.keys() <= EVIDENCE.keys()
    assert rule.title and rule.explanation.endswith("。") and "工作方案" in rule.reference


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
def test_no_rule_shows_who_somebody_is(rule: Rule) -> None:
    shown = " ".join(rule.evidence.values())
    for column in ("sealed", "born", "phone", "name", "_index", "contact_official"):
        assert column not in shown


@pytest.mark.parametrize(
    ("today", "months", "period"),
    [
        (date(2026, 11, 8), 3, "2026-10"),
        (date(2026, 12, 31), 3, "2026-10"),
        (date(2027, 1, 1), 3, "2027-01"),
        (date(2026, 11, 8), 1, "2026-11"),
        (date(2026, 11, 8), 6, "2026-07"),
        (date(2026, 11, 8), 12, "2026-01"),
    ],
)
def test_a_period_is_called_by_its_first_month(today: date, months: int, period: str) -> None:
    assert period_of(today, months) == period


def test_what_is_gone_stays_gone_and_every_way_leads_to_a_state() -> None:
    assert TRANSITIONS["closed"] == ()
    assert {to for ways in TRANSITIONS.values() for to in ways} <= STATES
    assert all("closed" not in ways for ways in TRANSITIONS.values())


def test_only_what_is_open_is_overdue_and_not_on_its_last_day() -> None:
    day = date(2026, 11, 28)
    assert not is_overdue("open", day, day)
    assert is_overdue("open", day, date(2026, 11, 29))
    assert not is_overdue("corrected", day, date(2026, 12, 29))


def test_due_dates_by_severity() -> None:
    assert due_dates(date(2026, 11, 8), {"error": 10, "hint": 0}) == {
        "error": date(2026, 11, 18),
        "hint": date(2026, 11, 8),
    }


def test_evidence_is_told_in_the_order_of_the_rule_in_words_of_people() -> None:
    evidence = {
        "limit": "3.00",
        "monitoring_type": "marginal",
        "provisional": True,
        "state": "",
        "risks": ["illness"],
    }
    order = ("monitoring_type", "risks", "state")
    assert told(evidence, order) == (
        "监测对象类别：边缘易致贫户；风险类型：因病；状态：未填；规定值：3.00；收入监测线暂用上年：是"
    )
