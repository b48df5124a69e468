"""When a card is proposed, and how one goes on. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

Kind = Literal["yellow", "red"]
State = Literal["issued", "appealed", "upheld", "lifted"]
Rule = Literal["behind_milestone", "not_started", "not_completed"]

#: Code, documentation and console read this table.
TRANSITIONS: Mapping[State, tuple[State, ...]] = {
    "issued": ("appealed", "lifted"),
    "appealed": ("upheld", "lifted"),
    "upheld": ("lifted",),
    "lifted": (),
}

GRAVER: Final[Mapping[str, int]] = {"none": 0, "yellow": 1, "red": 2}


@dataclass(frozen=True, slots=True)
class Reason:
    """``proposes``: what this reason alone would do."""

    code: Rule
    message: str
    proposes: Kind


@dataclass(frozen=True, slots=True)
class SlowProjects:
    """Of a unit and year: projects still in reserve, and those that are not completed."""

    reserve: int
    unfinished: int


def late_projects(counted: SlowProjects, year: int, as_of: date, rules: Mapping[str, Any]) -> list[Reason]:
    """Parameter ``card_project_rules``: from which day (month-day of the year) on how many projects propose what."""
    told: tuple[tuple[Rule, int, str], ...] = (
        ("not_started", counted.reserve, "应于 {day} 前开工而仍在储备的项目 {count} 个"),
        ("not_completed", counted.unfinished, "应于 {day} 前竣工而未竣工的项目 {count} 个"),
    )
    reasons = []
    for code, count, message in told:
        rule = rules[code]
        due = date.fromisoformat(f"{year}-{rule['by']}")
        if as_of <= due or count < rule["yellow"]:
            continue
        proposes: Kind = "red" if count >= rule["red"] else "yellow"
        reasons.append(Reason(code, message.format(day=f"{due.month}月{due.day}日", count=count), proposes))
    return reasons


def gravest(reasons: Sequence[Reason]) -> Literal["none", "yellow", "red"]:
    return max((reason.proposes for reason in reasons), key=GRAVER.__getitem__, default="none")
