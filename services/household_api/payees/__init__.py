"""Whether households that are to be paid are there, and the payees live in them (policy.md, Funds)."""
