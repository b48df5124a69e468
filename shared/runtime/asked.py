"""An address that is asked all the time: its query is read at once by a model, and the endpoint is called directly.

FastAPI reads and checks each parameter of an endpoint by itself, and solves what it depends on anew for every request:
that costs more than to answer a page that stands ready. The route is described to FastAPI like any other.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

M = TypeVar("M", bound=BaseModel)
Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

_MODEL = "asked_model"


def asked_as(model: type[M]) -> Any:
    """``asked: Annotated[Asked, asked_as(Asked)]``: the query as ``model`` has it."""

    async def read(request: Request) -> M:
        return read_asked(model, request)

    return Depends(read)


def read_asked(model: type[M], request: Request) -> M:
    """Refused as FastAPI would (422)."""
    try:
        return model.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise RequestValidationError(
            [{**found, "loc": ("query", *found["loc"])} for found in error.errors()]
        ) from error


def called_directly(model: type[BaseModel]) -> Callable[[Endpoint], Endpoint]:
    """Marks an endpoint that takes ``asked``, ``tx`` and ``request`` alone and answers with a ``Response``."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _MODEL, model)
        return endpoint

    return mark


def model_of_direct_calls(endpoint: Callable[..., Any]) -> type[BaseModel] | None:
    """The model of a marked endpoint."""
    model: type[BaseModel] | None = getattr(endpoint, _MODEL, None)
    return model


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
