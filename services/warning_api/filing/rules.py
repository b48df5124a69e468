"""Filing numbers, the states of a warning, and the ways in which warnings come (policy.md, The loop)."""

from typing import Final

#: A warning's way, in order; ``fed_back`` waits for the department's answer (policy.md, The loop, 7).
STATES = ("filed", "compared", "dispatched", "fed_back", "closed")

DEPARTMENT: Final = "department"
SELF_REPORT: Final = "self_report"
SCREENING: Final = "screening"
CENSUS: Final = "census"

#: The ways in besides a department's push. Each is the ``org_code`` of its warnings: in small letters, which no
#: department can have, and the origin that a task tells.
OTHER_ORIGINS: Final = (SELF_REPORT, SCREENING, CENSUS)


def origin_of(org_code: str) -> str:
    """The way in of a warning: ``department`` unless its organisation is none."""
    return org_code if org_code in OTHER_ORIGINS else DEPARTMENT


def filing_no(county: str, cycle: str, org: str, seq: int) -> str:
    """``231226-202611-YB-000017``: county, month, department, number in the month. Never changed, never reused;
    a number is left out where a record turned out to be a duplicate."""
    return f"{county}-{cycle.replace('-', '')}-{org}-{seq:06d}"
