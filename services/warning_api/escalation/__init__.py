"""Steps that are late: who is reminded, who is told, what the county sees (policy.md, The loop, 6 to 8)."""
