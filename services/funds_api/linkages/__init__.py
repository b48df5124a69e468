"""Benefit linkage (联农带农): which households a project benefits, and how."""
