"""Petitions passed down from above: checked one by one, handled in days (policy.md, Supervision; 信访)."""
