"""What farmers report themselves, what cadres find on their own, and that they have looked (policy.md, The loop)."""
