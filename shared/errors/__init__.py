"""Refusals and how they are told: RFC 9457 problem documents."""

from shared.errors.problems import problem_response
from shared.errors.refusals import (
    Conflict,
    CountyRequired,
    FieldError,
    Forbidden,
    Malformed,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Refusal,
    Unavailable,
    Unprocessable,
)

__all__ = [
    "Conflict",
    "CountyRequired",
    "FieldError",
    "Forbidden",
    "Malformed",
    "NotFound",
    "PreconditionFailed",
    "PreconditionRequired",
    "Refusal",
    "Unavailable",
    "Unprocessable",
    "problem_response",
]
