"""Idempotency-Key: the same key and body gives the first answer again."""
