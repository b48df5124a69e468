"""Counts of the loop, kept up to date as things happen (docs/adr/0018)."""
