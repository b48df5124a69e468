"""The schema ``warning``: all tables of this service, for migrations and drift checks."""

from services.warning_api.comparison.models import comparison_tables
from services.warning_api.cycles.models import cycle_tables
from services.warning_api.dispatch.models import dispatch_tables
from services.warning_api.feedback.models import feedback_tables
from services.warning_api.filing.models import filing_tables
from services.warning_api.intake.models import intake_tables
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
