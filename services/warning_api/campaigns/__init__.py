"""Visits to every household of a kind: the quarterly walk-through, the half-yearly census (policy.md, The loop, 8)."""
