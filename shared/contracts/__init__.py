"""The shapes that services exchange."""
