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


class Layout(LayoutIn):
    """A version of a layout; 0: as it is shipped."""

    name: str
    version: int
    set_by: str | None
    set_at: Instant | None
