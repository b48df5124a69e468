"""Filed warnings: filing numbers, and what is never changed again (policy.md, The loop, 4)."""
