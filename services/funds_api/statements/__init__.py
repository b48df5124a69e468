"""Statements of the bank, line by line against what was to be paid (policy.md, Funds)."""
