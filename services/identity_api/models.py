"""The schema ``identity``: all tables of this service, for migrations and drift checks."""

from shared.db.service_tables import add_service_tables
from shared.db.types import schema

METADATA = schema("identity")

add_service_tables(METADATA, in_the_loop=False)
