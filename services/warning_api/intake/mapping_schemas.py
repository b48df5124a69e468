"""A department's own names for columns and indicators as JSON."""

from typing import Annotated

from pydantic import Field, StringConstraints

from shared.runtime.schema import Code, Instant, Schema
from shared.tables.rows import LONGEST_HEADING

Heading = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_HEADING)]


class MappingIn(Schema):
    """``columns``: the department's heading -> field; ``values``: field (``indicator``) -> its word -> code.

    ``disability_certificates``: whether 残疾人证 numbers are taken for ID numbers; null as the parameter says.
    """

    org_code: Code | None = None
    columns: Annotated[dict[Heading, Code], Field(max_length=200)]
    values: Annotated[
        dict[Code, Annotated[dict[Heading, Code], Field(max_length=500)]], Field(max_length=10)
    ] = {}
    disability_certificates: bool | None = None


class Mapping(MappingIn):
    """A version of a department's mapping; 0 where the county has kept none."""

    org_code: Code
    version: int
    set_by: str | None
    set_at: Instant | None
