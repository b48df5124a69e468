"""Which outcomes close a warning at acceptance, and which wait for the department (policy.md, The loop, 7)."""

CLOSES_AT_ACCEPTANCE = frozenset({"no_risk", "already_covered", "not_found", "moved", "deceased"})
WAITS_FOR_DEPARTMENT = frozenset({"risk_confirmed", "needs_department"})
