"""Statistics of the loop (policy.md, The loop, 8)."""
