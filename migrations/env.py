"""Alembic's environment: one history for all schemas, run by the owner of the database."""

from alembic import context
from sqlalchemy import Connection, text

from migrations.models import METADATA

#: A migration that cannot have its lock soon gives up and leaves the services working.
LOCK_TIMEOUT = "5s"


def run(connection: Connection) -> None:
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        include_schemas=True,
        version_table_schema="public",
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
