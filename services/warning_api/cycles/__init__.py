"""The monthly window in which departments push, nil reports, and who has pushed."""
