"""Verification tasks: one visit per household and cycle, their lists, receipts and deadlines (policy.md, 3 and 5)."""
