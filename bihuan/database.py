"""Preparing a database: the service roles, the migrations, the partitions ahead."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from migrations.helpers import ROLES

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"

#: Passwords go into DDL, which takes no parameters; generated ones never hold anything else.
PASSWORD = re.compile(r"[0-9A-Za-z_-]{16,128}")

#: One migration at a time, whoever starts it.
MIGRATION_LOCK = 231226


def role_password_name(role: str) -> str:
    """The name of a role's generated password in the home."""
    return f"database-{role}"


async def prepare(owner_url: str, passwords: Mapping[str, str], today: date) -> None:
    """Bring the database at ``owner_url`` to the newest form; safe to run again, and by several at once.

    ``passwords``: of each service role, by role name. ``today``: on the business clock, from which
    partitions are made ahead.
    """
    engine = create_async_engine(owner_url.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.connect() as connection:
            await connection.execute(text(f"SELECT pg_advisory_lock({MIGRATION_LOCK})"))
            for schema, role in ROLES.items():
                await connection.execute(text(_role_sql(role, schema, passwords[role])))
            await connection.commit()
            await connection.run_sync(_upgrade)
            await connection.commit()
            await connection.execute(text("SELECT warning.ensure_partitions(:today)"), {"today": today})
            await connection.commit()
    finally:
        await engine.dispose()


def _role_sql(role: str, schema: str, password: str) -> str:
    if not PASSWORD.fullmatch(password):
        raise ValueError(f"the password of {role} holds characters that are not allowed")
    return f"""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
                CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
            END IF;
            ALTER ROLE {role} WITH LOGIN PASSWORD '{password}';
            ALTER ROLE {role} SET search_path = {schema};
        END $$"""


def _upgrade(connection: Connection) -> None:
    command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def service_url(owner_url: str, role: str, password: str) -> str:
    """``owner_url`` as ``role``: same host and database."""
    return re.sub(r"//[^@/]*@", f"//{role}:{password}@", owner_url, count=1)
