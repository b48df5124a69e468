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
    """``valid_until``: the last day, where a later version is set already. ``replaced_by``: the version that
    was set for the same first day afterwards, so that this one is not in force any more.

    ``shape``: what the value may be, as JSON Schema.
    """

    name: str
    version: int
    valid_from: date
    valid_until: date | None
    replaced_by: int | None
    value: Any
    source: str
    explanation: str
    shape: dict[str, Any]
    set_at: Instant


class ParameterInForce(Schema):
    """As ``ParameterVersion``. Of a parameter that is not set on the day, what it is for and may be alone: the rest is
    null.
    """

    name: str
    version: int | None
    valid_from: date | None
    valid_until: date | None
    replaced_by: int | None
    value: Any
    source: str | None
    explanation: str
    shape: dict[str, Any]
    set_at: Instant | None


class SetVersion(ParameterVersion):
    """``replaces``: the version with the same first day, which this one has put out of force."""

    replaces: int | None
