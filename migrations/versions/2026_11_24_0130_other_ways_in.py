"""Self-reports with the villages' codes, townships' routine checks, campaigns."""

from alembic import op

from migrations.helpers import ROLES, distribute, grant, secure, secure_within_county

revision = "other_ways_in"
down_revision = "attachments"
branch_labels = None
depends_on = None

ROLE = ROLES["warning"]

COUNTY = 'county_code char(6) COLLATE "C" NOT NULL'
CYCLE = 'cycle char(7) COLLATE "C" NOT NULL'
REGION = 'varchar(12) COLLATE "C" NOT NULL'

TABLES = {
    "report_code": f"""
        CREATE TABLE warning.report_code (
            {COUNTY},
            id uuid NOT NULL,
            region_code {REGION},
            digest bytea NOT NULL,
            expires_on date NOT NULL,
            made_by text NOT NULL,
            made_at timestamptz NOT NULL,
            revoked_by text,
            revoked_at timestamptz,
            CONSTRAINT pk_report_code PRIMARY KEY (county_code, id))""",
    "report_count": f"""
        CREATE TABLE warning.report_count (
            {COUNTY},
            counted bytea NOT NULL,
            hour timestamptz NOT NULL,
            times integer NOT NULL,
            CONSTRAINT pk_report_count PRIMARY KEY (county_code, counted, hour))""",
    "self_report": f"""
        CREATE TABLE warning.self_report (
            {COUNTY},
            id uuid NOT NULL,
            {CYCLE},
            region_code {REGION},
            receipt_no text NOT NULL,
            batch_id uuid NOT NULL,
            content_index bytea NOT NULL,
            code_id uuid,
            reported_by text NOT NULL,
            reported_at timestamptz NOT NULL,
            CONSTRAINT pk_self_report PRIMARY KEY (county_code, id),
            CONSTRAINT uq_self_report_county_code_receipt_no UNIQUE (county_code, receipt_no))""",
    "routine_check": f"""
        CREATE TABLE warning.routine_check (
            {COUNTY}, {CYCLE},
            township_code {REGION},
            version integer NOT NULL,
            id uuid NOT NULL,
            checked_on date NOT NULL,
            villages integer NOT NULL,
            households_visited integer NOT NULL,
            found integer NOT NULL,
            late boolean NOT NULL,
            sealed bytea,
            reported_by text NOT NULL,
            reported_at timestamptz NOT NULL,
            superseded_at timestamptz,
            CONSTRAINT pk_routine_check PRIMARY KEY (county_code, cycle, township_code, version))""",
    "routine_check_reminder": f"""
        CREATE TABLE warning.routine_check_reminder (
            {COUNTY}, {CYCLE},
            township_code {REGION},
            due_on date NOT NULL,
            reminded_at timestamptz NOT NULL,
            CONSTRAINT pk_routine_check_reminder PRIMARY KEY (county_code, cycle, township_code, due_on))""",
    "campaign": f"""
        CREATE TABLE warning.campaign (
            {COUNTY},
            id uuid NOT NULL,
            {CYCLE},
            kind text NOT NULL,
            period text NOT NULL,
            name text NOT NULL,
            region_code {REGION},
            household_types text[] NOT NULL,
            monitored_only boolean NOT NULL,
            due_on date NOT NULL,
            state text NOT NULL,
            place text,
            households integer NOT NULL,
            clues integer NOT NULL,
            started_by text NOT NULL,
            started_at timestamptz NOT NULL,
            ended_by text,
            ended_at timestamptz,
            version integer NOT NULL,
            CONSTRAINT pk_campaign PRIMARY KEY (county_code, id),
            CONSTRAINT ck_campaign_state
                CHECK (state IN ('preparing', 'open', 'closed', 'cancelling', 'cancelled')))""",
}

INDEXES = (
    "CREATE INDEX ix_report_code_region_code ON warning.report_code (county_code, region_code)",
    "CREATE INDEX ix_self_report_content_index ON warning.self_report (county_code, cycle, content_index)",
    "CREATE INDEX ix_campaign_cycle ON warning.campaign (county_code, cycle, id)",
)

#: A report, a check and who asked for it are only added to; what is counted by the hour is forgotten later.
GRANTS = {
    "report_code": "SELECT, INSERT, UPDATE (revoked_by, revoked_at)",
    "report_count": "SELECT, INSERT, UPDATE (times), DELETE",
    "self_report": "SELECT, INSERT",
    "routine_check": "SELECT, INSERT, UPDATE (superseded_at)",
    "routine_check_reminder": "SELECT, INSERT",
    "campaign": "SELECT, INSERT, UPDATE (state, place, households, clues, ended_by, ended_at, version)",
}

#: How far a report has come, also where its household stands in a village that the caller does not reach: the
#: farthest of its clues that is still open counts. Owned by the owner: all that it tells is one of three words.
REPORT_STATE = """
CREATE FUNCTION warning.report_state(county bpchar, month bpchar, report uuid) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT CASE WHEN bool_and(w.state = 'closed') THEN 'closed'
                WHEN bool_and(w.state IN ('fed_back', 'closed') OR t.verified_at IS NOT NULL) THEN 'visited'
                ELSE 'received' END
    FROM warning.warning w
    LEFT JOIN warning.verification_task t
        ON t.county_code = w.county_code AND t.cycle = w.cycle AND t.id = w.task_id
    WHERE w.county_code = county AND w.cycle = month AND w.batch_id = report
$$"""

FUNCTION = "report_state(bpchar, bpchar, uuid)"


def upgrade() -> None:
    for table, ddl in TABLES.items():
        op.execute(ddl)
        distribute(f"warning.{table}")
        grant(f"warning.{table}", GRANTS[table])
    for index in INDEXES:
        op.execute(index)
    secure("warning.report_code")
    secure("warning.self_report")
    secure("warning.routine_check", "township_code")
    secure("warning.routine_check_reminder", "township_code")
    # Says nothing of anybody, and every township knows of it.
    secure_within_county("warning.campaign", [])
    op.execute(REPORT_STATE)
    op.execute(f"REVOKE ALL ON FUNCTION warning.{FUNCTION} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION warning.{FUNCTION} TO {ROLE}")


def downgrade() -> None:
    op.execute(f"DROP FUNCTION warning.{FUNCTION}")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE warning.{table}")
