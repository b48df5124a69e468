"""What the worker does after a batch was filed."""

from typing import Any
from uuid import UUID

from services.warning_api.comparison.service import compare_batch
from shared.runtime.context import ServiceContext


async def compare_batch_job(service: ServiceContext, payload: dict[str, Any]) -> None:
    """Job ``compare_batch``: ``{county, cycle, batch_id}``."""
    await compare_batch(service, payload["county"], payload["cycle"], UUID(payload["batch_id"]))
