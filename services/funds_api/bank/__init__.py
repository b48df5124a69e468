"""The bank side: a port, and a file exchange behind it."""
