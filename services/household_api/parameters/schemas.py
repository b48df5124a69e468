"""Parameters as JSON."""

from datetime import date
from typing import Any

from shared.runtime.schema import Code, Day, Instant, Schema, ShortText


class NewVersion(Schema):
    """``source``: the document that the value comes from."""

    name: Code
    value: Any
    valid_from: Day
    source: ShortText


class ParameterVersion(Schema):
    name: str
    version: int
    valid_from: date
    value: Any
    source: str
    explanation: str
    set_at: Instant
