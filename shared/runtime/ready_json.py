"""Answers that are put together as their schema says, and not taken apart again to be checked.

For the pages that everybody polls: pydantic's check and the standard library's JSON took most of a page's time. A test
holds such an answer against its schema instead.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import orjson
from asyncpg.pgproto.pgproto import UUID as DriverUUID
from fastapi import Response

from shared.clock import SHANGHAI


def ready_json(content: Any) -> Response:
    """The answer of what ``ready_text`` takes."""
    return Response(ready_text(content), media_type="application/json")


def ready_text(content: Any) -> bytes:
    """``content``: what JSON has, UUIDs, dates, and instants, which are shown in Shanghai's offset."""
    return orjson.dumps(content, default=_plain, option=orjson.OPT_PASSTHROUGH_DATETIME)


@lru_cache(maxsize=4096)
def _shown_instant(value: datetime) -> str:
    """Tasks of one dispatch have one instant."""
    return value.astimezone(SHANGHAI).isoformat()


_SHOWN: Final[Mapping[type, Callable[[Any], str]]] = {
    datetime: _shown_instant,
    date: date.isoformat,
    UUID: str,
    DriverUUID: str,
}


def _plain(value: object) -> str:
    return _SHOWN[type(value)](value)
