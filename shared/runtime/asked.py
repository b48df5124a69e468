"""The query of an address that is asked all the time, read at once by a model.

FastAPI reads and checks each parameter of an endpoint by itself, which costs more than a page that stands ready.
"""

from typing import Any, TypeVar

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)


def asked_as(model: type[M]) -> Any:
    """``asked: Annotated[Asked, asked_as(Asked)]``: the query as ``model`` has it; refused as FastAPI would (422)."""

    async def read(request: Request) -> M:
        try:
            return model.model_validate(dict(request.query_params))
        except ValidationError as error:
            raise RequestValidationError(
                [{**found, "loc": ("query", *found["loc"])} for found in error.errors()]
            ) from error

    return Depends(read)


def asked_parameters(model: type[BaseModel]) -> dict[str, Any]:
    """The ``openapi_extra`` of such an endpoint: what it may be asked."""
    schema = model.model_json_schema()
    return {
        "parameters": [
            {
                "name": name,
                "in": "query",
                "required": name in schema.get("required", ()),
                "schema": described,
            }
            for name, described in schema["properties"].items()
        ]
    }
