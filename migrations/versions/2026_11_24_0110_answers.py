"""Corrections of answers, extensions with approval, referrals between departments, overdue steps."""

from alembic import op

from migrations.helpers import ROLES, distribute, grant, secure

revision = "answers"
down_revision = "task_lists"
branch_labels = None
depends_on = None

ROLE = ROLES["warning"]

COUNTY = 'county_code char(6) COLLATE "C" NOT NULL'
CYCLE = 'cycle char(7) COLLATE "C" NOT NULL'
REGION = 'varchar(12) COLLATE "C"'

COLUMNS = {
    "verification": {"row_key": "text", "version": "integer"},
    "verification_task": {"accepted_by": "text", "extension": "text", "extension_due_on": "date"},
    "warning": {
        "declined_on": "date",
        "referrals": "integer",
        "outcome_changed_in": "xid8",
        "outcome_changed_at": "timestamptz",
    },
}

TABLES = {
    "referral": f"""
        CREATE TABLE warning.referral (
            {COUNTY}, {CYCLE},
            id uuid NOT NULL,
            warning_id uuid NOT NULL,
            region_code {REGION} NOT NULL,
            kind text NOT NULL,
            from_org text NOT NULL,
            to_org text,
            sealed bytea NOT NULL,
            entered_by text NOT NULL,
            entered_at timestamptz NOT NULL,
            CONSTRAINT pk_referral PRIMARY KEY (county_code, cycle, id),
            CONSTRAINT ck_referral_kind CHECK (kind IN ('declined', 'redirected')),
            CONSTRAINT fk_referral_county_code_warning FOREIGN KEY (county_code, cycle, warning_id)
                REFERENCES warning.warning (county_code, cycle, id) ON DELETE RESTRICT
        ) PARTITION BY LIST (cycle)""",
    "overdue_step": f"""
        CREATE TABLE warning.overdue_step (
            {COUNTY}, {CYCLE},
            step text NOT NULL,
            subject text NOT NULL,
            due_on date NOT NULL,
            level text NOT NULL,
            region_code {REGION} NOT NULL,
            org_code text NOT NULL,
            task_id uuid,
            warning_id uuid,
            reached_at timestamptz NOT NULL,
            settled_at timestamptz,
            CONSTRAINT pk_overdue_step PRIMARY KEY (county_code, cycle, step, subject, due_on, level)
        ) PARTITION BY LIST (cycle)""",
}

INDEXES = (
    "CREATE INDEX ix_referral_warning ON warning.referral (county_code, cycle, warning_id)",
    "CREATE INDEX ix_overdue_step_open ON warning.overdue_step (county_code, due_on, step, subject, level)"
    " WHERE settled_at IS NULL",
    # Without a condition on the state, which would forbid PostgreSQL to update a warning's state in its place.
    "CREATE INDEX ix_warning_answer_due ON warning.warning (county_code, answer_due_on, id)"
    " WHERE answer_due_on IS NOT NULL AND closed_at IS NULL",
    "CREATE INDEX ix_verification_task_due ON warning.verification_task (county_code, due_on, id)"
    " WHERE accepted_at IS NULL",
    "CREATE INDEX ix_warning_outcome_changed ON warning.warning (county_code, outcome_changed_in, id)"
    " WHERE outcome_changed_in IS NOT NULL",
)

GRANTS = {
    "referral": "SELECT, INSERT",
    "overdue_step": "SELECT, INSERT, UPDATE (settled_at)",
    "verification_task": "UPDATE (accepted_by, extension, extension_due_on)",
    "warning": "UPDATE (declined_on, referrals, outcome_changed_in, outcome_changed_at)",
}

#: Months that exist already: what is overdue may be of any of them. Later ones come with ensure_partitions, which
#: goes over every table of the schema that is partitioned by month.
PARTITIONS = """
DO $$
DECLARE
    part text;
    parent text;
    month text;
BEGIN
    FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = 'warning.verification_task'::regclass LOOP
        month := replace(right(part, 7), '_', '-');
        FOREACH parent IN ARRAY ARRAY['referral', 'overdue_step'] LOOP
            EXECUTE format('CREATE TABLE warning.%I PARTITION OF warning.%I FOR VALUES IN (%L)',
                           parent || '_' || right(part, 7), parent, month);
        END LOOP;
    END LOOP;
END $$"""

ENSURE_PARTITIONS = """
CREATE OR REPLACE FUNCTION warning.ensure_partitions(today date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    parent text;
    month text;
    ahead integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('warning.ensure_partitions'));
    FOR ahead IN -1..3 LOOP
        month := to_char(today + make_interval(months => ahead), 'YYYY-MM');
        FOR parent IN SELECT c.relname FROM pg_partitioned_table p JOIN pg_class c ON c.oid = p.partrelid
                      WHERE c.relnamespace = 'warning'::regnamespace AND p.partstrat = 'l' ORDER BY 1 LOOP
            IF to_regclass(format('warning.%I', parent || '_' || replace(month, '-', '_'))) IS NULL THEN
                EXECUTE format('CREATE TABLE warning.%I PARTITION OF warning.%I FOR VALUES IN (%L)',
                               parent || '_' || replace(month, '-', '_'), parent, month);
            END IF;
        END LOOP;
    END LOOP;
END $$"""

#: As it was before.
ENSURE_PARTITIONS_BEFORE = """
CREATE OR REPLACE FUNCTION warning.ensure_partitions(today date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    parent text;
    month text;
    ahead integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('warning.ensure_partitions'));
    FOR ahead IN -1..3 LOOP
        month := to_char(today + make_interval(months => ahead), 'YYYY-MM');
        FOREACH parent IN ARRAY ARRAY['warning', 'warning_entry', 'candidate', 'verification_task', 'verification',
                                      'task_entry', 'policy_receipt'] LOOP
            IF to_regclass(format('warning.%I', parent || '_' || replace(month, '-', '_'))) IS NULL THEN
                EXECUTE format('CREATE TABLE warning.%I PARTITION OF warning.%I FOR VALUES IN (%L)',
                               parent || '_' || replace(month, '-', '_'), parent, month);
            END IF;
        END LOOP;
    END LOOP;
END $$"""


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for column, kind in columns.items():
            op.execute(f"ALTER TABLE warning.{table} ADD COLUMN {column} {kind}")
    for table, ddl in TABLES.items():
        op.execute(ddl)
        distribute(f"warning.{table}")
    for index in INDEXES:
        op.execute(index)
    for table, privileges in GRANTS.items():
        grant(f"warning.{table}", privileges)
    secure("warning.referral", "region_code", ["from_org", "to_org"])
    secure("warning.overdue_step", "region_code", ["org_code"])
    op.execute(PARTITIONS)
    op.execute(ENSURE_PARTITIONS)


def downgrade() -> None:
    op.execute(ENSURE_PARTITIONS_BEFORE)
    op.execute(
        "DROP INDEX warning.ix_warning_answer_due, warning.ix_warning_outcome_changed,"
        " warning.ix_verification_task_due"
    )
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE warning.{table}")
    for table, columns in COLUMNS.items():
        for column in reversed(columns):
            op.execute(f"ALTER TABLE warning.{table} DROP COLUMN {column}")
