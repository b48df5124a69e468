"""Receiving what departments push: reading, validation, batches and the ledger of rejects."""
