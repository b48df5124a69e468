"""Visits and their outcomes (policy.md, The loop, 6)."""
