"""The schema ``warning``: all tables of this service, for migrations and drift checks."""

from services.warning_api.attachments.models import attachment_tables
from services.warning_api.bulletins.models import bulletin_tables
from services.warning_api.campaigns.models import campaign_tables
from services.warning_api.comparison.models import comparison_tables
from services.warning_api.conferences.models import conference_tables
from services.warning_api.counting.models import counting_tables
from services.warning_api.cycles.models import cycle_tables
from services.warning_api.dispatch.models import dispatch_tables
from services.warning_api.escalation.models import escalation_tables
from services.warning_api.feedback.models import feedback_tables
from services.warning_api.filing.models import filing_tables
from services.warning_api.intake.models import intake_tables
from services.warning_api.petitions.models import petition_tables
from services.warning_api.progress_reports.models import progress_report_tables
from services.warning_api.ranking.models import ranking_tables
from services.warning_api.rechecks.models import recheck_tables
from services.warning_api.rectification.models import rectification_tables
from services.warning_api.reports.models import report_tables
from services.warning_api.surveys.models import survey_tables
from services.warning_api.verification.models import verification_tables
from shared.db.service_tables import add_service_tables
from shared.db.types import schema

METADATA = schema("warning")

add_service_tables(METADATA)
cycle_tables(METADATA)
intake_tables(METADATA)
filing_tables(METADATA)
comparison_tables(METADATA)
dispatch_tables(METADATA)
verification_tables(METADATA)
feedback_tables(METADATA)
attachment_tables(METADATA)
recheck_tables(METADATA)
report_tables(METADATA)
campaign_tables(METADATA)
escalation_tables(METADATA)
survey_tables(METADATA)
rectification_tables(METADATA)
petition_tables(METADATA)
ranking_tables(METADATA)
progress_report_tables(METADATA)
counting_tables(METADATA)
bulletin_tables(METADATA)
conference_tables(METADATA)
