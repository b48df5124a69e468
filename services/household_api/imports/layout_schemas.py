"""Layouts of imported files as JSON."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.runtime.schema import Instant, Schema
from shared.tables.rows import LONGEST_HEADING

Heading = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_HEADING)]
FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
#: A code of a vocabulary, or the word of ours; empty: nothing is said.
Value = Annotated[str, StringConstraints(max_length=64)]


class LayoutIn(Schema):
    """``columns``: the file's heading -> field; ``values``: field -> the file's word -> code."""

    columns: Annotated[dict[Heading, FieldName], Field(max_length=300)]
    values: Annotated[
        dict[FieldName, Annotated[dict[Heading, Value], Field(max_length=500)]], Field(max_length=60)
    ] = {}
    dates: Literal["day", "month"] = "day"
    national: bool = False


class LayoutField(Schema):
    """A field that a file of the layout may have: the headings that are understood, the first being the one that is
    written, and for coded fields the words (word -> code)."""

    name: str
    headings: list[str]
    required: bool
    words: dict[str, str] | None


class Layout(LayoutIn):
    """A version of a layout; 0: as it is shipped. ``fields``: all that is understood, general words and its own."""

    name: str
    version: int
    set_by: str | None
    set_at: Instant | None
    fields: list[LayoutField]
