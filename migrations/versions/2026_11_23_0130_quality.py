"""Data quality: screenings, findings and what became of them."""

from alembic import op

from migrations.helpers import distribute, grant, secure

revision = "quality"
down_revision = "assistance"
branch_labels = None
depends_on = None

COUNTY = 'county_code char(6) COLLATE "C" NOT NULL'
REGION = 'region_code varchar(12) COLLATE "C" NOT NULL'

#: Table -> (definition, what the service may do).
TABLES = {
    "quality_screening": (
        f"""CREATE TABLE household.quality_screening (
            {COUNTY}, id uuid NOT NULL, {REGION},
            state text NOT NULL,
            rules text[] NOT NULL,
            period text,
            findings integer NOT NULL,
            opened integer NOT NULL,
            reopened integer NOT NULL,
            closed integer NOT NULL,
            version integer NOT NULL,
            by_severity jsonb NOT NULL,
            skipped jsonb NOT NULL,
            parameters_used jsonb NOT NULL,
            asked_by text NOT NULL,
            asked_at timestamptz NOT NULL,
            finished_at timestamptz,
            CONSTRAINT pk_quality_screening PRIMARY KEY (county_code, id))""",
        "SELECT, INSERT, UPDATE (state, rules, findings, opened, reopened, closed, version, by_severity, skipped,"
        " parameters_used, finished_at)",
    ),
    "quality_finding": (
        f"""CREATE TABLE household.quality_finding (
            {COUNTY}, id uuid NOT NULL, {REGION},
            rule text NOT NULL,
            severity text NOT NULL,
            responsible text NOT NULL,
            subject text NOT NULL,
            subject_id uuid NOT NULL,
            household_id uuid,
            person_id uuid,
            evidence jsonb NOT NULL,
            state text NOT NULL,
            due_on date NOT NULL,
            found_on date NOT NULL,
            last_found_on date NOT NULL,
            times_found integer NOT NULL,
            reopened integer NOT NULL,
            answered_by text NOT NULL,
            closed_on date,
            screening_id uuid NOT NULL,
            version integer NOT NULL,
            CONSTRAINT pk_quality_finding PRIMARY KEY (county_code, id))""",
        "SELECT, INSERT, UPDATE (region_code, severity, responsible, household_id, person_id, evidence, state,"
        " due_on, last_found_on, times_found, reopened, answered_by, closed_on, screening_id, version)",
    ),
    "quality_finding_step": (
        f"""CREATE TABLE household.quality_finding_step (
            {COUNTY}, finding_id uuid NOT NULL, version integer NOT NULL, {REGION},
            state text NOT NULL,
            reason bytea,
            made_by text NOT NULL,
            made_at timestamptz NOT NULL,
            CONSTRAINT pk_quality_finding_step PRIMARY KEY (county_code, finding_id, version),
            CONSTRAINT fk_quality_finding_step_county_code_finding_id_quality_finding
                FOREIGN KEY (county_code, finding_id) REFERENCES household.quality_finding (county_code, id))""",
        "SELECT, INSERT, UPDATE (region_code)",
    ),
}

INDEXES = (
    "CREATE UNIQUE INDEX uq_quality_screening_period ON household.quality_screening (county_code, period)"
    " WHERE period IS NOT NULL",
    "CREATE INDEX ix_quality_finding_county_code_region_code_id"
    " ON household.quality_finding (county_code, region_code, id)",
    "CREATE INDEX ix_quality_finding_county_code_household_id"
    " ON household.quality_finding (county_code, household_id)",
    "CREATE UNIQUE INDEX uq_quality_finding_running"
    " ON household.quality_finding (county_code, rule, subject_id) WHERE state <> 'closed'",
)


def upgrade() -> None:
    for table, (definition, privileges) in TABLES.items():
        op.execute(definition)
        distribute(f"household.{table}")
        secure(f"household.{table}")
        grant(f"household.{table}", privileges)
    for index in INDEXES:
        op.execute(index)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE household.{table}")
