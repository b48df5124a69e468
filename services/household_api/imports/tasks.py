"""What the worker does for imports."""

from typing import Any
from uuid import UUID

import structlog

from services.household_api.imports import repository, service
from shared import audit
from shared.jobs.worker import is_outage
from shared.runtime.context import ServiceContext

log = structlog.get_logger("imports")


async def apply_import(context: ServiceContext, payload: dict[str, Any]) -> None:
    """Apply a large import; safe to run twice. What fails for another reason than an outage is ``failed``."""
    county, import_id = payload["county"], UUID(payload["import_id"])
    try:
        async with context.begin(county) as tx:
            row = await repository.registry_import(tx, import_id, lock=True)
            if row is not None and row["state"] == "received":
                await service.apply(tx, import_id)
    except Exception as error:
        if is_outage(error):
            raise
        log.exception("import_failed", import_id=str(import_id), error=type(error).__name__)
        async with context.begin(county) as tx:
            await repository.change_import(tx, import_id, {"state": "failed"})
            await audit.record(tx, "import.failed", f"import/{import_id}", {"error": type(error).__name__})
