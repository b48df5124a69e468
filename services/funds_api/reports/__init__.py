"""Tables of the funds by week, month and quarter: 周调度、月通报、季调度 (policy.md, Funds)."""
