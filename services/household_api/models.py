"""The schema ``household``: all tables of this service, for migrations and drift checks."""

from services.household_api.assistance.models import assistance_tables
from services.household_api.guarantees.models import guarantee_tables
from services.household_api.imports.models import import_tables
from services.household_api.monitoring.models import monitoring_tables
from services.household_api.quality.models import quality_tables
from services.household_api.regions.models import region_change_table
from services.household_api.registry.models import registry_tables
from shared.db.service_tables import add_service_tables
from shared.db.types import schema

METADATA = schema("household")

add_service_tables(METADATA)
registry_tables(METADATA)
import_tables(METADATA)
monitoring_tables(METADATA)
assistance_tables(METADATA)
guarantee_tables(METADATA)
quality_tables(METADATA)
region_change_table(METADATA)
