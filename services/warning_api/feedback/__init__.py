"""Outcomes go back to the departments, which answer with what they did; then the warning closes
(policy.md, The loop, 7)."""
