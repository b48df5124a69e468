"""Text in a table must not run as a formula where the table is opened.

An apostrophe is put before it, and one more before text that already looks so escaped: what went out comes
back in unchanged.
"""

from __future__ import annotations

#: Full-width signs too: spreadsheets with a Chinese keyboard take them for the others.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def escape(text: str) -> str:
    """`=1+1` as `'=1+1`; text that starts harmlessly stays."""
    return "'" + text if text.lstrip("'").startswith(_FORMULA_STARTS) else text


def unescape(text: str) -> str:
    """Undo `escape`, and `="0123"`, by which other programs keep a spreadsheet from taking digits for a number."""
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        return text[2:-1].replace('""', '"')
    return text[1:] if text[:1] == "'" and text.lstrip("'").startswith(_FORMULA_STARTS) else text
