"""Events: written with the work, delivered at least once in order per aggregate, in effect once."""

from shared.outbox.emission import Event, emit
from shared.outbox.inbox import first_time

__all__ = ["Event", "emit", "first_time"]
