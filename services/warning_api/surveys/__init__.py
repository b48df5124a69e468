"""The quarterly telephone survey (policy.md, Registry and monitoring; 电话抽查)."""
