"""Re-checks: answered tasks drawn at random and visited again by others (policy.md, The loop, 8)."""
