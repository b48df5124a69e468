"""Schemas, and the tables that every service has."""

import re
from typing import Any

from alembic import op
from pgqueuer.adapters.persistence import qb
from sqlalchemy.util import await_only

from migrations.helpers import ROLES, distribute, grant, reference
from shared.jobs.queue import queue_settings

revision = "foundation"
down_revision = None
branch_labels = None
depends_on = None

#: Tables of every service, with what its role may do. Nothing here is ever changed but what says so.
EVERYWHERE = {
    "data_key": "SELECT, INSERT, UPDATE (retired_at)",
    "idempotency_key": "SELECT, INSERT, DELETE",
    "audit_entry": "SELECT, INSERT",
}

#: Tables of the services that take part in the loop.
IN_THE_LOOP = {
    "outbox_event": "SELECT, INSERT",
    "subscription": "SELECT, INSERT, UPDATE",
    "event_delivery": "SELECT, INSERT, UPDATE, DELETE",
    "inbox_event": "SELECT, INSERT, DELETE",
    "parameter": "SELECT, INSERT",
    "region": "SELECT, INSERT, UPDATE",
}

REFERENCE = {"parameter", "region", "subscription"}
#: Work is claimed (SKIP LOCKED) only from local tables, so these are not distributed.
LOCAL = {"event_delivery"}

DDL = {
    "data_key": """
        CREATE TABLE {schema}.data_key (
            county_code char(6) COLLATE "C" NOT NULL,
            purpose text NOT NULL,
            key_id integer NOT NULL,
            algorithm text NOT NULL,
            wrapped bytea NOT NULL,
            created_at timestamptz NOT NULL,
            retired_at timestamptz,
            CONSTRAINT pk_data_key PRIMARY KEY (county_code, purpose, key_id))""",
    "idempotency_key": """
        CREATE TABLE {schema}.idempotency_key (
            county_code char(6) COLLATE "C" NOT NULL,
            client_id text NOT NULL,
            key text NOT NULL,
            digest bytea NOT NULL,
            status smallint NOT NULL,
            headers jsonb NOT NULL,
            sealed bytea NOT NULL,
            created_at timestamptz NOT NULL,
            CONSTRAINT pk_idempotency_key PRIMARY KEY (county_code, client_id, key))""",
    "audit_entry": """
        CREATE TABLE {schema}.audit_entry (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            at timestamptz NOT NULL,
            client_id text NOT NULL,
            person text NOT NULL,
            action text NOT NULL,
            subject text NOT NULL,
            detail jsonb NOT NULL,
            request_id text NOT NULL,
            CONSTRAINT pk_audit_entry PRIMARY KEY (county_code, id))""",
    "outbox_event": """
        CREATE TABLE {schema}.outbox_event (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            type text NOT NULL,
            subject text NOT NULL,
            sequence bigint NOT NULL,
            occurred_at timestamptz NOT NULL,
            data jsonb NOT NULL,
            CONSTRAINT pk_outbox_event PRIMARY KEY (county_code, id))""",
    "subscription": """
        CREATE TABLE {schema}.subscription (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            service text NOT NULL,
            types text[] NOT NULL,
            active boolean NOT NULL,
            created_at timestamptz NOT NULL,
            CONSTRAINT pk_subscription PRIMARY KEY (county_code, id))""",
    "event_delivery": """
        CREATE TABLE {schema}.event_delivery (
            county_code char(6) COLLATE "C" NOT NULL,
            subscription_id uuid NOT NULL,
            event_id uuid NOT NULL,
            subject text NOT NULL,
            sequence bigint NOT NULL,
            attempts integer NOT NULL,
            due_at timestamptz NOT NULL,
            delivered_at timestamptz,
            last_error text NOT NULL,
            CONSTRAINT pk_event_delivery PRIMARY KEY (county_code, subscription_id, event_id));
        CREATE INDEX ix_event_delivery_due ON {schema}.event_delivery (due_at) WHERE delivered_at IS NULL;
        CREATE INDEX ix_event_delivery_head ON {schema}.event_delivery
            (county_code, subscription_id, subject, sequence) WHERE delivered_at IS NULL""",
    "inbox_event": """
        CREATE TABLE {schema}.inbox_event (
            county_code char(6) COLLATE "C" NOT NULL,
            source text NOT NULL,
            event_id uuid NOT NULL,
            received_at timestamptz NOT NULL,
            CONSTRAINT pk_inbox_event PRIMARY KEY (county_code, source, event_id))""",
    "parameter": """
        CREATE TABLE {schema}.parameter (
            county_code char(6) COLLATE "C" NOT NULL,
            name text NOT NULL,
            version integer NOT NULL,
            valid_from date NOT NULL,
            value jsonb NOT NULL,
            source text NOT NULL,
            set_by text NOT NULL,
            set_at timestamptz NOT NULL,
            CONSTRAINT pk_parameter PRIMARY KEY (county_code, name, version))""",
    "region": """
        CREATE TABLE {schema}.region (
            county_code char(6) COLLATE "C" NOT NULL,
            code varchar(12) COLLATE "C" NOT NULL,
            name text NOT NULL,
            parent_code varchar(12) COLLATE "C",
            level text NOT NULL,
            served_by varchar(12) COLLATE "C",
            valid_from date NOT NULL,
            valid_to date,
            CONSTRAINT pk_region PRIMARY KEY (county_code, code))""",
}

#: Who hears of what among our own services: (sender, receiver, event types).
OWN_SUBSCRIPTIONS = (
    ("warning", "household_api", ["bihuan.task.verified"]),
    (
        "household",
        "warning_api",
        [
            "bihuan.case.opened",
            "bihuan.case.refused",
            "bihuan.household.registered",
            "bihuan.parameter.changed",
        ],
    ),
    ("household", "funds_api", ["bihuan.parameter.changed"]),
)


def _queue(schema: str) -> None:
    """pgqueuer's own tables, function and trigger, local to the node."""
    settings = queue_settings(schema)
    install = qb.QueryBuilderEnvironment(settings).build_install_query(create_schema=False)
    # One script of many statements, which only the driver itself takes.
    driver: Any = op.get_bind().connection.driver_connection
    await_only(driver.execute(install))
    role = ROLES[schema]
    names = (
        settings.queue_table,
        settings.queue_table_log,
        settings.statistics_table,
        settings.schedules_table,
    )
    for name in names:
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON {schema}.{name} TO {role}")
    op.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}")


def upgrade() -> None:
    for schema, role in ROLES.items():
        op.execute(f"CREATE SCHEMA {schema}")
        op.execute(f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC")
        op.execute(f"GRANT USAGE ON SCHEMA {schema} TO {role}")
        tables = EVERYWHERE if schema == "identity" else EVERYWHERE | IN_THE_LOOP
        for table, privileges in tables.items():
            for statement in re.split(r";\s*\n", DDL[table].format(schema=schema)):
                op.execute(statement)
            if table in REFERENCE:
                reference(f"{schema}.{table}")
            elif table not in LOCAL:
                distribute(f"{schema}.{table}")
            grant(f"{schema}.{table}", privileges)
        if schema != "identity":
            _queue(schema)
    for sender, receiver, types in OWN_SUBSCRIPTIONS:
        listed = ", ".join(f"'{kind}'" for kind in types)
        op.execute(
            f"INSERT INTO {sender}.subscription (county_code, id, service, types, active, created_at)"
            f" VALUES ('000000', gen_random_uuid(), '{receiver}', ARRAY[{listed}], true, now())"
        )


def downgrade() -> None:
    for schema in ROLES:
        op.execute(f"DROP SCHEMA {schema} CASCADE")
