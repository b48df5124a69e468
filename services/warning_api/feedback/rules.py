"""Which outcomes close a warning at acceptance, and which wait for the department (policy.md, The loop, 7)."""

from collections.abc import Mapping
from typing import Any

from services.warning_api.filing.rules import OTHER_ORIGINS

CLOSES_AT_ACCEPTANCE = frozenset({"no_risk", "already_covered", "not_found", "moved", "deceased"})
WAITS_FOR_DEPARTMENT = frozenset({"risk_confirmed", "needs_department"})

#: The parameter that says how many days the department has for its answer.
ANSWER_CLOCKS = {"risk_confirmed": "answer_days", "needs_department": "needs_department_days"}


def closes_at_acceptance(outcome: str, org_code: str) -> bool:
    """No department stands behind a self-report, a screening or a campaign: of a risk that they confirm the registry
    takes care, and nobody is waited for but a department that is needed."""
    return outcome in CLOSES_AT_ACCEPTANCE or (outcome == "risk_confirmed" and org_code in OTHER_ORIGINS)


def waits_for(warning: Mapping[Any, Any]) -> str:
    """The department that has to answer, of a warning that waits: the one that is needed, or the one that pushed it."""
    needed = warning["outcome"] == "needs_department"
    org: str = warning["needs_org"] if needed else warning["org_code"]
    return org
