"""Photovoltaic stations of villages: what they bring, and how it is shared out to households."""
