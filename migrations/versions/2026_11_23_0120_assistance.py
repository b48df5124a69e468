"""Plans, measures, obstacles, elimination checks, marks in the national system, guarantee ledgers."""

from alembic import op

from migrations.helpers import distribute, grant, secure

revision = "assistance"
down_revision = "monitoring_course"
branch_labels = None
depends_on = None

COUNTY = 'county_code char(6) COLLATE "C" NOT NULL'
REGION = 'region_code varchar(12) COLLATE "C" NOT NULL'
OF_CASE = f"{REGION}, case_id uuid NOT NULL, household_id uuid NOT NULL, period integer NOT NULL"

#: Versions and what is decided are only added; the region alone goes with the household.
ADDED = "SELECT, INSERT, UPDATE (region_code)"


def _of_case(table: str) -> str:
    return (
        f"CONSTRAINT fk_{table}_county_code_case_id_monitoring_case"
        " FOREIGN KEY (county_code, case_id) REFERENCES household.monitoring_case (county_code, id)"
    )


#: Table -> (definition, what the service may do).
TABLES = {
    "assistance_plan": (
        f"""CREATE TABLE household.assistance_plan (
            {COUNTY}, case_id uuid NOT NULL, period integer NOT NULL, version integer NOT NULL, {REGION},
            household_id uuid NOT NULL,
            state text NOT NULL,
            labour_ability text NOT NULL,
            missing text[] NOT NULL,
            contact_official text NOT NULL,
            contact_unit text NOT NULL,
            contact_level text NOT NULL,
            reason bytea,
            parameters_used jsonb NOT NULL,
            made_by text NOT NULL,
            made_at timestamptz NOT NULL,
            CONSTRAINT pk_assistance_plan PRIMARY KEY (county_code, case_id, period, version),
            {_of_case("assistance_plan")})""",
        ADDED,
    ),
    "assistance_measure": (
        f"""CREATE TABLE household.assistance_measure (
            {COUNTY}, id uuid NOT NULL, version integer NOT NULL, {OF_CASE},
            kind text NOT NULL,
            org_code text NOT NULL,
            starts_on date NOT NULL,
            ends_on date,
            amount numeric(18,2),
            state text NOT NULL,
            effect text NOT NULL,
            sealed bytea,
            made_by text NOT NULL,
            made_at timestamptz NOT NULL,
            CONSTRAINT pk_assistance_measure PRIMARY KEY (county_code, id, version),
            {_of_case("assistance_measure")})""",
        ADDED,
    ),
    "case_obstacle": (
        f"""CREATE TABLE household.case_obstacle (
            {COUNTY}, id uuid NOT NULL, version integer NOT NULL, {OF_CASE},
            risk_type text NOT NULL,
            state text NOT NULL,
            org_code text NOT NULL,
            due_on date,
            sealed bytea NOT NULL,
            made_by text NOT NULL,
            made_at timestamptz NOT NULL,
            CONSTRAINT pk_case_obstacle PRIMARY KEY (county_code, id, version),
            {_of_case("case_obstacle")})""",
        ADDED,
    ),
    "elimination_check": (
        f"""CREATE TABLE household.elimination_check (
            {COUNTY}, id uuid NOT NULL, {OF_CASE},
            verdict text NOT NULL,
            natural_reason text NOT NULL,
            criteria jsonb NOT NULL,
            parameters_used jsonb NOT NULL,
            provisional boolean NOT NULL,
            proposed boolean NOT NULL,
            notice_until date,
            reason bytea,
            judged_by text NOT NULL,
            judged_at timestamptz NOT NULL,
            CONSTRAINT pk_elimination_check PRIMARY KEY (county_code, id),
            {_of_case("elimination_check")})""",
        ADDED,
    ),
    "national_mark": (
        f"""CREATE TABLE household.national_mark (
            {COUNTY}, id uuid NOT NULL, {OF_CASE},
            risk_eliminated boolean NOT NULL,
            marked_on date NOT NULL,
            recorded_by text NOT NULL,
            recorded_at timestamptz NOT NULL,
            CONSTRAINT pk_national_mark PRIMARY KEY (county_code, id),
            {_of_case("national_mark")})""",
        ADDED,
    ),
    "guarantee_entry": (
        f"""CREATE TABLE household.guarantee_entry (
            {COUNTY}, id uuid NOT NULL, {REGION},
            kind text NOT NULL,
            household_id uuid,
            person_id uuid,
            subject bytea,
            subject_index bytea,
            org_code text NOT NULL,
            state text NOT NULL,
            settled boolean NOT NULL,
            reopened integer NOT NULL,
            opened_on date NOT NULL,
            due_on date NOT NULL,
            acted_by text NOT NULL,
            crossed_off_on date,
            version integer NOT NULL,
            CONSTRAINT pk_guarantee_entry PRIMARY KEY (county_code, id))""",
        "SELECT, INSERT, UPDATE (region_code, household_id, state, settled, reopened, opened_on, due_on, acted_by,"
        " crossed_off_on, version)",
    ),
    "guarantee_step": (
        f"""CREATE TABLE household.guarantee_step (
            {COUNTY}, entry_id uuid NOT NULL, version integer NOT NULL, {REGION},
            step text NOT NULL,
            done_on date NOT NULL,
            note bytea,
            made_by text NOT NULL,
            made_at timestamptz NOT NULL,
            CONSTRAINT pk_guarantee_step PRIMARY KEY (county_code, entry_id, version),
            CONSTRAINT fk_guarantee_step_county_code_entry_id_guarantee_entry
                FOREIGN KEY (county_code, entry_id) REFERENCES household.guarantee_entry (county_code, id))""",
        ADDED,
    ),
}

INDEXES = (
    "CREATE INDEX ix_assistance_measure_county_code_case_id"
    " ON household.assistance_measure (county_code, case_id)",
    "CREATE INDEX ix_case_obstacle_county_code_case_id ON household.case_obstacle (county_code, case_id)",
    "CREATE INDEX ix_elimination_check_county_code_case_id"
    " ON household.elimination_check (county_code, case_id)",
    "CREATE INDEX ix_national_mark_county_code_case_id ON household.national_mark (county_code, case_id)",
    "CREATE INDEX ix_guarantee_entry_county_code_region_code_id"
    " ON household.guarantee_entry (county_code, region_code, id)",
    "CREATE INDEX ix_guarantee_entry_county_code_household_id"
    " ON household.guarantee_entry (county_code, household_id)",
    "CREATE UNIQUE INDEX uq_guarantee_entry_household"
    " ON household.guarantee_entry (county_code, kind, household_id)"
    " WHERE household_id IS NOT NULL AND person_id IS NULL",
    "CREATE UNIQUE INDEX uq_guarantee_entry_person ON household.guarantee_entry (county_code, kind, person_id)"
    " WHERE person_id IS NOT NULL",
    "CREATE UNIQUE INDEX uq_guarantee_entry_subject"
    " ON household.guarantee_entry (county_code, kind, subject_index) WHERE subject_index IS NOT NULL",
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
