"""Runs the system on one machine: the home directory, the embedded PostgreSQL, and the service processes."""
