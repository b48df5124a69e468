"""What is published: these columns and no others; none of them is about a person (policy.md, Funds)."""

from typing import Literal
from uuid import UUID

from services.funds_api.purposes import Purpose
from services.funds_api.sources.schemas import Level
from shared.runtime.schema import Amount, Schema

Kind = Literal["source", "allocation", "project"]


class DisclosureOut(Schema):
    """A source, an allocation or a project.

    ``amount``: received, allocated, or arranged; ``paid`` out of it; ``level`` and ``document_no`` of the
    source; ``name`` and ``state`` of a project.
    """

    kind: Kind
    id: UUID
    county_code: str
    year: int
    region_code: str
    region_name: str
    level: Level | None
    document_no: str | None
    name: str | None
    purpose: Purpose | None
    state: str | None
    amount: Amount
    paid: Amount | None
