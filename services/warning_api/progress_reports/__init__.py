"""Progress that is reported by a day of each month (policy.md, Supervision)."""
