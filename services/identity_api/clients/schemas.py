"""Clients as they go in and out."""

from typing import Annotated, Any

from pydantic import AliasChoices, Field, model_validator

from shared.auth import Grant
from shared.runtime.schema import Code, Instant, RegionCode, Schema, ShortText


class GrantSchema(Schema):
    """``org`` and ``region`` as in a token, or ``org_code``, ``region_code`` as in ``credentials.json``."""

    role: Code
    org: Annotated[Code, Field(validation_alias=AliasChoices("org", "org_code"))]
    region: Annotated[RegionCode, Field(validation_alias=AliasChoices("region", "region_code"))]

    def grant(self) -> Grant:
        return Grant(self.role, self.org, self.region)


class NewClient(Schema):
    """``grants``, or one as ``role, org_code, region_code``. Without ``scopes``: all of the roles'."""

    name: ShortText
    grants: Annotated[list[GrantSchema], Field(min_length=1, max_length=50)]
    scopes: Annotated[list[Code], Field(max_length=100)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_grant(cls, given: Any) -> Any:
        if isinstance(given, dict) and "grants" not in given and "role" in given:
            return {**given, "grants": [given]}
        return given


class Client(Schema):
    """``role``, ``org_code``, ``region_code`` are the first grant's; ``client_secret`` is shown once."""

    id: str
    client_id: str
    name: str
    role: str
    org_code: str
    region_code: str
    grants: list[GrantSchema]
    scopes: list[str]
    version: int
    created_by: str
    created_at: Instant
    rotated_at: Instant | None


class ClientWithSecret(Client):
    client_secret: str
