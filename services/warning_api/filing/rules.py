"""Filing numbers and the states of a warning."""

#: A warning's way, in order; ``fed_back`` waits for the department's answer (policy.md, The loop, 7).
STATES = ("filed", "compared", "dispatched", "fed_back", "closed")


def filing_no(county: str, cycle: str, org: str, seq: int) -> str:
    """``231226-202611-YB-000017``: county, month, department, number in the month. Never changed, never reused;
    a number is left out where a record turned out to be a duplicate."""
    return f"{county}-{cycle.replace('-', '')}-{org}-{seq:06d}"
