"""JSON logs on standard error. Personal data, tokens, bodies and query strings are never logged."""

import json
import logging
import sys
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import orjson
import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict

#: The id of the request that is being answered, or of the job that is being done.
request_id: ContextVar[str] = ContextVar("request_id", default="")


def configure_logs(service: str) -> None:
    """Every line is one JSON object with ``service``, ``request_id``, ``level``, ``event`` and ``at``.

    Tracebacks are written without local variables and without the exceptions' own words: both may hold
    somebody's name or illness. Places and types remain.
    """

    def with_origin(_: object, __: str, event: EventDict) -> EventDict:
        event["service"] = service
        if current := request_id.get():
            event["request_id"] = current
        return event

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            with_origin,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            _without_words,
            structlog.processors.JSONRenderer(serializer=_as_json),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s", stream=sys.stderr)
    for place in (*logging.getLogger().handlers, logging.getLogger("uvicorn.error")):
        place.addFilter(_bare_traceback)


def _as_json(event: EventDict, default: Callable[[Any], Any]) -> str:
    try:
        return orjson.dumps(event, default=default).decode()
    except TypeError:
        # Half a surrogate pair, as in the name of a file, or a number beyond 64 bits.
        return json.dumps(event, default=default)


def _without_words(_: object, __: str, event: EventDict) -> EventDict:
    for exception in event.get("exception") or ():
        _forget_words(exception)
    return event


def _forget_words(exception: dict[str, Any]) -> None:
    exception.update(exc_value="", exc_notes=[])
    for member in exception["exceptions"]:
        for inner in member:
            _forget_words(inner)


def _bare_traceback(record: logging.LogRecord) -> bool:
    """The same for what libraries log by themselves: uvicorn and asyncio print whole tracebacks."""
    if record.exc_info and record.exc_info[0] is not None:
        kind, _, trace = record.exc_info
        record.exc_text = "".join(traceback.format_tb(trace)) + kind.__name__
    return True
