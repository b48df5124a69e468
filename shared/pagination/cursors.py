"""Keyset pagination: a cursor holds the sort key of the last row, so rows being added move nothing."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import orjson
from fastapi import Depends, Query
from pydantic import BaseModel

from shared.errors import Unprocessable

T = TypeVar("T")

MAX_LIMIT = 500
DEFAULT_LIMIT = 100

#: Some hold a snapshot, which names each of the transactions that were at work (snapshots.py).
LONGEST_CURSOR = 12_000


class Page(BaseModel, Generic[T]):
    """The form of every list that is answered."""

    items: list[T]
    next_cursor: str | None = None


class InvalidCursor(Unprocessable):
    code = "invalid_cursor"
    title, title_en = "cursor 无效，请从头读取", "Invalid cursor: start from the beginning"


class Paging:
    """What a caller asked for: ``limit`` rows after ``after`` (the values of the sort key), or from the start."""

    def __init__(self, limit: int = DEFAULT_LIMIT, cursor: str | None = None) -> None:
        self.limit = limit
        self.after: list[Any] | None = None if cursor is None else decode(cursor)

    def after_text(self, parts: int = 1) -> list[str | None]:
        """The cursor as ``parts`` texts, all None at the start; refuses a cursor of another list."""
        if self.after is None:
            return [None] * parts
        if len(self.after) != parts or not all(
            isinstance(part, str) and "\x00" not in part for part in self.after
        ):
            raise InvalidCursor()
        return [str(part) for part in self.after]

    def after_id(self) -> UUID | None:
        """The cursor of a list ordered by id; None at the start."""
        (text,) = self.after_text()
        try:
            return None if text is None else UUID(text)
        except ValueError as error:
            raise InvalidCursor() from error

    def after_number(self) -> int:
        """The cursor of a list ordered by a number from 1 on; 0 at the start."""
        if self.after is None:
            return 0
        if len(self.after) != 1 or type(self.after[0]) is not int or not 0 <= self.after[0] < 2**31:
            raise InvalidCursor()
        return self.after[0]


async def _asked_for(
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=LONGEST_CURSOR)] = None,
) -> Paging:
    """In the event loop: a class by itself would be called in another thread, at the cost of a small page."""
    return Paging(limit, cursor)


PageQuery = Annotated[Paging, Depends(_asked_for)]


def encode(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(list(values), default=str)).rstrip(b"=").decode()


def decode(cursor: str) -> list[Any]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise InvalidCursor() from error
    if not isinstance(values, list):
        raise InvalidCursor()
    return values


def page(rows: Sequence[T], paging: Paging, key: Callable[[T], Sequence[Any]]) -> dict[str, Any]:
    """The answer for ``rows`` read with a limit of ``paging.limit + 1``: one more tells that there is a next."""
    more = len(rows) > paging.limit
    shown = rows[: paging.limit]
    return {"items": list(shown), "next_cursor": encode(key(shown[-1])) if more else None}
