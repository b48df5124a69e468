"""Quarterly consultation of the departments: its pack and what was concluded (policy.md, The loop, 8: 会商)."""
