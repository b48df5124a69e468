"""What the architecture tests ask of a PostgreSQL catalogue."""

from bihuan.launcher.services import SERVICES
from migrations.helpers import ROLES
from shared.jobs.queue import queue_settings

SCHEMAS = sorted(ROLES)


def queue_tables() -> set[str]:
    """pgqueuer's own tables: ``schema.name``."""
    names = set()
    for service in SERVICES:
        if service.has_worker:
            schema = service.folder.removesuffix("_api")
            settings = queue_settings(schema)
            for table in (
                settings.queue_table,
                settings.queue_table_log,
                settings.statistics_table,
                settings.schedules_table,
            ):
                names.add(f"{schema}.{table}")
    return names


#: Tables of the four schemas that are no partitions: schema, name, oid.
TABLES = """
    SELECT n.nspname || '.' || c.relname AS name, c.oid, c.relrowsecurity, c.relowner
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    ORDER BY 1"""
