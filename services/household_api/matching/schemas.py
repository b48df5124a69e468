"""Matches as JSON: decoded and encoded by msgspec, five thousand at a time. Answers: shared/contracts."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct
from msgspec.json import schema

from shared.contracts.matches import MOST_SUBJECTS

Text = Annotated[str, Meta(max_length=200)]


class Subject(Struct):
    """Somebody looked for. ``id_index`` is the hexadecimal HMAC-SM3 of the number under a matching key;
    ``person_id`` whom somebody has chosen for it before. Both are for our own services only."""

    ref: Text
    id_number: Text | None = None
    id_index: Annotated[str, Meta(pattern="^[0-9a-fA-F]{64}$")] | None = None
    index_key_id: int | None = None
    name: Text | None = None
    birth_date: date | None = None
    region_code: Text | None = None
    person_id: UUID | None = None


class Subjects(Struct):
    subjects: Annotated[list[Subject], Meta(max_length=MOST_SUBJECTS)]


def json_schema_of(kind: type[Struct]) -> dict[str, Any]:
    """For the OpenAPI document: every reference replaced by what it refers to."""
    whole = schema(kind)
    definitions = whole.pop("$defs")

    def inlined(node: Any) -> Any:
        if isinstance(node, dict):
            if "$ref" in node:
                return inlined(definitions[node["$ref"].rpartition("/")[2]])
            return {key: inlined(value) for key, value in node.items()}
        return [inlined(item) for item in node] if isinstance(node, list) else node

    found: dict[str, Any] = inlined(whole)
    return found
