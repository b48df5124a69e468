"""Structured logs with one request id through all services."""

from shared.observability.logs import configure_logs, request_id

__all__ = ["configure_logs", "request_id"]
