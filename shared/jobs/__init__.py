"""Work that goes on after the answer: pgqueuer, one queue in each service's schema."""

from shared.jobs.queue import enqueue, queue_settings

__all__ = ["enqueue", "queue_settings"]
