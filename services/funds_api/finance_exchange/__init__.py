"""Exchange with the finance bureau: what it reports as paid is a fact, shown beside ours (policy.md, Funds)."""
