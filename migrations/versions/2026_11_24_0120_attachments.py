"""Photos and documents by reference; re-checks by sample."""

from alembic import op

from migrations.helpers import distribute, grant, secure

revision = "attachments"
down_revision = "answers"
branch_labels = None
depends_on = None

COUNTY = 'county_code char(6) COLLATE "C" NOT NULL'
CYCLE = 'cycle char(7) COLLATE "C" NOT NULL'
REGION = 'varchar(12) COLLATE "C"'

TABLES = {
    "attachment": f"""
        CREATE TABLE warning.attachment (
            {COUNTY}, {CYCLE},
            id uuid NOT NULL,
            about text NOT NULL,
            about_id uuid NOT NULL,
            region_code {REGION} NOT NULL,
            org_code text,
            storage_key text COLLATE "C" NOT NULL,
            content_type text NOT NULL,
            bytes integer NOT NULL,
            sha256 bytea NOT NULL,
            sealed bytea NOT NULL,
            uploaded_by text NOT NULL,
            uploaded_at timestamptz NOT NULL,
            lost_found_at timestamptz,
            CONSTRAINT pk_attachment PRIMARY KEY (county_code, cycle, id),
            CONSTRAINT ck_attachment_about CHECK (about IN ('task', 'problem', 'petition'))
        ) PARTITION BY LIST (cycle)""",
    "attachment_use": f"""
        CREATE TABLE warning.attachment_use (
            {COUNTY}, {CYCLE},
            attachment_id uuid NOT NULL,
            used_by uuid NOT NULL,
            CONSTRAINT pk_attachment_use PRIMARY KEY (county_code, cycle, attachment_id, used_by),
            CONSTRAINT fk_attachment_use_county_code_attachment FOREIGN KEY (county_code, cycle, attachment_id)
                REFERENCES warning.attachment (county_code, cycle, id) ON DELETE RESTRICT
        ) PARTITION BY LIST (cycle)""",
    "recheck": f"""
        CREATE TABLE warning.recheck (
            {COUNTY}, {CYCLE},
            id uuid NOT NULL,
            seed text NOT NULL,
            seed_given boolean NOT NULL,
            share numeric(7,6) NOT NULL,
            strata text[] NOT NULL,
            population jsonb NOT NULL,
            population_sha256 bytea NOT NULL,
            drawn_by text NOT NULL,
            drawn_at timestamptz NOT NULL,
            CONSTRAINT pk_recheck PRIMARY KEY (county_code, cycle, id))""",
    "recheck_sample": f"""
        CREATE TABLE warning.recheck_sample (
            {COUNTY}, {CYCLE},
            task_id uuid NOT NULL,
            recheck_id uuid NOT NULL,
            recheck_task_id uuid NOT NULL,
            region_code {REGION} NOT NULL,
            stratum text NOT NULL,
            first_outcome text NOT NULL,
            outcome text,
            agreed boolean,
            judged_at timestamptz,
            CONSTRAINT pk_recheck_sample PRIMARY KEY (county_code, cycle, task_id),
            CONSTRAINT fk_recheck_sample_county_code_recheck FOREIGN KEY (county_code, cycle, recheck_id)
                REFERENCES warning.recheck (county_code, cycle, id) ON DELETE RESTRICT
        ) PARTITION BY LIST (cycle)""",
}

INDEXES = (
    "CREATE INDEX ix_attachment_about ON warning.attachment (county_code, about_id)",
    "CREATE INDEX ix_attachment_storage_key ON warning.attachment (county_code, storage_key)",
    "CREATE INDEX ix_attachment_use_used_by ON warning.attachment_use (county_code, used_by)",
    "CREATE INDEX ix_recheck_sample_recheck ON warning.recheck_sample (county_code, cycle, recheck_id)",
    "CREATE INDEX ix_recheck_sample_task ON warning.recheck_sample (county_code, recheck_task_id)",
)

#: What a visit names cannot be deleted; what nobody has named expires.
GRANTS = {
    "attachment": "SELECT, INSERT, DELETE, UPDATE (lost_found_at)",
    "attachment_use": "SELECT, INSERT",
    "recheck": "SELECT, INSERT",
    "recheck_sample": "SELECT, INSERT, UPDATE (outcome, agreed, judged_at)",
}


def upgrade() -> None:
    for table, ddl in TABLES.items():
        op.execute(ddl)
        distribute(f"warning.{table}")
        grant(f"warning.{table}", GRANTS[table])
    for index in INDEXES:
        op.execute(index)
    secure("warning.attachment", "region_code", ["org_code"])
    secure("warning.recheck", "county_code")
    secure("warning.recheck_sample")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE warning.{table} CASCADE")
