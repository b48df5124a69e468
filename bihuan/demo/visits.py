"""What the townships of the demonstration find: the answer to a task, the same whenever it is asked for.

An invented rule with some of every outcome in it. It looks at what the township sees: the clues, and how the
county's comparison found each of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zlib import crc32

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """An outcome (contract.md, `POST /v1/verifications`) and the department that must act, if one must."""

    outcome: str
    needs_org: str | None = None


RISK: Final = Finding("risk_confirmed")
NO_RISK: Final = Finding("no_risk")
COVERED: Final = Finding("already_covered")
NOT_FOUND: Final = Finding("not_found")
DECEASED: Final = Finding("deceased")
MOVED: Final = Finding("moved")

#: What visits about an indicator find, in turns.
FINDINGS: Final[Mapping[str, Sequence[Finding]]] = {
    "YB01": (RISK, COVERED, NO_RISK),
    "YB02": (NO_RISK, COVERED, Finding("needs_department", "MZ")),
    "YB03": (Finding("needs_department", "YB"), NO_RISK),
    "ZJ01": (Finding("needs_department", "ZJ"), COVERED),
    "ZJ02": (RISK, Finding("needs_department", "ZJ")),
    "MZ01": (COVERED, NO_RISK),
    "MZ02": (NO_RISK, RISK),
    "MZ03": (RISK, COVERED, NO_RISK),
    "JY01": (NO_RISK, RISK),
    "JY02": (Finding("needs_department", "JY"), NO_RISK),
    "WJ01": (RISK, COVERED, RISK),
    "RS01": (NO_RISK, Finding("needs_department", "RS"), NO_RISK),
    "SW01": (Finding("needs_department", "SW"), NO_RISK),
    "CL01": (COVERED, NO_RISK),
    "YJ01": (RISK, NO_RISK),
    "YJ02": (RISK, COVERED),
}

RISK_TYPES: Final[Mapping[str, str]] = {
    "YB": "illness",
    "ZJ": "unsafe_housing",
    "MZ": "other",
    "JY": "schooling",
    "WJ": "illness",
    "RS": "unstable_work",
    "SW": "unsafe_water",
    "CL": "disability",
    "YJ": "disaster",
    "JT": "accident",
}

#: Where the clues of one household differ, the gravest is the household's.
GRAVEST_FIRST: Final = (
    "risk_confirmed",
    "needs_department",
    "already_covered",
    "no_risk",
    "moved",
    "deceased",
    "not_found",
)


def visit(task: Json, matches: Mapping[str, str], today: date) -> Json:
    """The item of `POST /v1/verifications` for `task`; `matches`: comparison result by warning id."""
    findings = {
        clue["warning_id"]: _finding(clue, matches.get(clue["warning_id"], "")) for clue in task["clues"]
    }
    # A task from a screening or a self-report has no clue of a department.
    gravest = min(
        findings.values(), key=lambda finding: GRAVEST_FIRST.index(finding.outcome), default=NO_RISK
    )
    item: Json = {
        "task_id": task["id"],
        "version": task["version"],
        "outcome": gravest.outcome,
        "visited_on": today.isoformat(),
        "verifiers": ["驻村工作队", "村监测信息员"],
        "clues": [
            {"warning_id": warning_id, "outcome": finding.outcome}
            for warning_id, finding in findings.items()
            if finding.outcome != gravest.outcome
        ],
    }
    # One visit names one department, also where only one of its clues needs one.
    if needed := next((finding.needs_org for finding in findings.values() if finding.needs_org), None):
        item["needs_org"] = needed
    if gravest.outcome in ("risk_confirmed", "needs_department", "no_risk", "already_covered"):
        item |= _seen_at_home(task, gravest)
    return item


def _finding(clue: Json, match: str) -> Finding:
    if match == "deceased":
        return DECEASED
    if match == "moved":
        return MOVED
    turn = crc32(f"{clue['indicator']} {clue['occurred_on']} {clue['amount']}".encode())
    if match in ("unregistered", "out_of_county") and turn % 3 == 0:
        return NOT_FOUND
    turns = FINDINGS.get(clue["indicator"], (NO_RISK,))
    return turns[turn % len(turns)]


def _seen_at_home(task: Json, finding: Finding) -> Json:
    """Income, guarantees and risks as the visit found them."""
    orgs = {clue["org_code"] for clue in task["clues"]}
    grave = finding.outcome in ("risk_confirmed", "needs_department")
    seen: Json = {
        "per_capita_income": "7150.00" if finding.outcome == "risk_confirmed" else "14800.00",
        "guarantees": {
            "compulsory_education": not (grave and "JY" in orgs),
            "basic_medical": not (grave and "YB" in orgs),
            "housing": not (grave and "ZJ" in orgs),
            "water": not (grave and "SW" in orgs),
        },
        "note": "演示数据：入户核实",
    }
    if finding.outcome == "risk_confirmed":
        seen["risk_types"] = sorted({RISK_TYPES[org] for org in orgs if org in RISK_TYPES}) or ["other"]
    return seen
