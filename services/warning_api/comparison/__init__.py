"""Comparing warnings with the registry (policy.md, The loop, 3): results, and candidates that wait for a person."""
