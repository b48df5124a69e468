"""Monthly and quarterly bulletins (policy.md, The loop, 8: 一月一调度, 一季一通报)."""
