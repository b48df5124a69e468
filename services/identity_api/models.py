"""The schema ``identity``: all tables of this service, for migrations and drift checks."""

from services.identity_api.clients.models import client_tables
from services.identity_api.tokens.models import signing_key_table
from shared.db.service_tables import add_service_tables
from shared.db.types import schema

METADATA = schema("identity")

add_service_tables(METADATA, in_the_loop=False)
client_tables(METADATA)
signing_key_table(METADATA)
