"""JSON logs on standard error. Personal data, tokens, bodies and query strings are never logged."""

import logging
import sys
from contextvars import ContextVar

import structlog
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict

#: The id of the request that is being answered, or of the job that is being done.
request_id: ContextVar[str] = ContextVar("request_id", default="")


def configure_logs(service: str) -> None:
    """Every line is one JSON object with ``service``, ``request_id``, ``level``, ``event`` and ``at``.

    Tracebacks are written without local variables: those may hold somebody's illness.
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
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s", stream=sys.stderr)
