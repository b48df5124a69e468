"""warning_api: the monthly loop from a department's push to the closing of each warning."""

from fastapi import FastAPI

from services.warning_api.attachments.endpoints import router as attachments
from services.warning_api.attachments.reception import cleaning_turns
from services.warning_api.bulletins.endpoints import router as bulletins
from services.warning_api.campaigns.endpoints import router as campaigns
from services.warning_api.comparison.endpoints import router as candidates
from services.warning_api.conferences.endpoints import router as conferences
from services.warning_api.cycles.endpoints import router as cycles
from services.warning_api.cycles.rules import cycle_of, next_cycle
from services.warning_api.dispatch.endpoints import router as tasks
from services.warning_api.escalation.endpoints import router as overdue
from services.warning_api.feedback.endpoints import router as feedback
from services.warning_api.filing.endpoints import router as warnings_filed
from services.warning_api.intake.endpoints import router as batches
from services.warning_api.intake.mapping_endpoints import router as mappings
from services.warning_api.intake.preparation import prepared
from services.warning_api.petitions.endpoints import router as petitions
from services.warning_api.progress_reports.endpoints import router as progress_reports
from services.warning_api.ranking.endpoints import router as rankings
from services.warning_api.rechecks.endpoints import router as rechecks
from services.warning_api.rectification.endpoints import router as problems
from services.warning_api.reports.admission import ReportLimits
from services.warning_api.reports.endpoints import router as self_reports
from services.warning_api.reports.screening_endpoints import router as screenings
from services.warning_api.supervision.endpoints import router as statistics
from services.warning_api.surveys.endpoints import router as surveys
from services.warning_api.task_entries.endpoints import router as task_entries
from services.warning_api.verification.endpoints import router as verifications
from shared.errors import Unavailable
from shared.runtime.app import make_app
from shared.runtime.context import ServiceContext

#: What the county inspects, beside the loop (policy.md, Supervision beyond the loop).
INSPECTION = (surveys, problems, petitions, rankings, progress_reports)

PARTITION = "SELECT to_regclass(:name) IS NOT NULL"


async def partitions_ready(service: ServiceContext) -> None:
    """Not ready when this or next month's partition is missing: then a push would have nowhere to go."""
    this = cycle_of(service.clock.today())
    async with service.begin() as tx:
        for cycle in (this, next_cycle(this)):
            if not await tx.scalar(PARTITION, {"name": f"warning.warning_{cycle.replace('-', '_')}"}):
                raise Unavailable(f"缺少 {cycle} 的分区", f"The partition of {cycle} is missing")


def create_app(context: ServiceContext | None = None) -> FastAPI:
    """The application; ``context`` is given by tests."""
    app = make_app(
        "warning_api",
        "Bihuan warning_api 预警闭环",
        [
            tasks,  # First: routes are tried in their order, and these are asked most.
            cycles,
            batches,
            mappings,
            warnings_filed,
            candidates,
            task_entries,
            attachments,
            verifications,
            feedback,
            overdue,
            rechecks,
            self_reports,
            screenings,
            campaigns,
            statistics,
            bulletins,
            conferences,
            *INSPECTION,
        ],
        ready=partitions_ready,
        computes=prepared.__module__,
        context=context,
    )
    app.state.report_limits = ReportLimits()
    app.state.cleaning_turns = cleaning_turns()
    return app
