"""Yellow and red cards: proposed by rule for slow planning, work and paying; issued by people (policy.md, Funds)."""
