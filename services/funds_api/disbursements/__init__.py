"""Payments to households (一卡通): batches that two officers check, the bank side's answers (policy.md, Funds)."""
