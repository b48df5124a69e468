"""The quarterly ranking of townships (policy.md, Supervision; 一季一排序)."""
