"""The household registry, imports and monitoring cases."""

from alembic import op

from migrations.helpers import distribute, grant, secure

revision = "household"
down_revision = "identity"
branch_labels = None
depends_on = None

COUNTY = 'county_code char(6) COLLATE "C" NOT NULL'
REGION = 'region_code varchar(12) COLLATE "C" NOT NULL'

HOUSEHOLD = f"""
    household_no text NOT NULL,
    {REGION},
    household_type text NOT NULL,
    monitoring_type text NOT NULL,
    risk_eliminated boolean NOT NULL,
    monitoring_case_id uuid,
    valid_from timestamptz NOT NULL,
    changed_by text NOT NULL"""

PERSON = f"""
    household_id uuid NOT NULL,
    {REGION},
    sealed bytea NOT NULL,
    id_index bytea,
    match_index bytea,
    match_key_id integer,
    name_index bytea NOT NULL,
    name_birth_index bytea,
    pinyin_index bytea NOT NULL,
    pinyin_birth_index bytea,
    content_index bytea NOT NULL,
    relationship text NOT NULL,
    status text NOT NULL,
    labour text NOT NULL,
    health text NOT NULL,
    schooling text NOT NULL,
    annual_income numeric(18,2),
    valid_from timestamptz NOT NULL,
    changed_by text NOT NULL"""

#: Table -> (definition, what the service may do).
TABLES = {
    "household": (
        f"""CREATE TABLE household.household (
            {COUNTY}, id uuid NOT NULL, version integer NOT NULL, {HOUSEHOLD},
            CONSTRAINT pk_household PRIMARY KEY (county_code, id),
            CONSTRAINT uq_household_county_code_household_no UNIQUE (county_code, household_no))""",
        "SELECT, INSERT, UPDATE (version, region_code, household_type, monitoring_type, risk_eliminated,"
        " monitoring_case_id, valid_from, changed_by)",
    ),
    "household_history": (
        f"""CREATE TABLE household.household_history (
            {COUNTY}, id uuid NOT NULL, version integer NOT NULL, {HOUSEHOLD},
            valid_to timestamptz NOT NULL,
            CONSTRAINT pk_household_history PRIMARY KEY (county_code, id, version))""",
        "SELECT, INSERT",
    ),
    "person": (
        f"""CREATE TABLE household.person (
            {COUNTY}, id uuid NOT NULL, version integer NOT NULL, {PERSON},
            CONSTRAINT pk_person PRIMARY KEY (county_code, id),
            CONSTRAINT fk_person_county_code_household_id_household
                FOREIGN KEY (county_code, household_id) REFERENCES household.household (county_code, id))""",
        "SELECT, INSERT, UPDATE (version, household_id, region_code, sealed, id_index, match_index,"
        " match_key_id, name_index, name_birth_index, pinyin_index, pinyin_birth_index, content_index,"
        " relationship, status, labour, health, schooling, annual_income, valid_from, changed_by)",
    ),
    "person_history": (
        f"""CREATE TABLE household.person_history (
            {COUNTY}, id uuid NOT NULL, version integer NOT NULL, {PERSON},
            valid_to timestamptz NOT NULL,
            CONSTRAINT pk_person_history PRIMARY KEY (county_code, id, version))""",
        "SELECT, INSERT",
    ),
    "registry_import": (
        f"""CREATE TABLE household.registry_import (
            {COUNTY}, id uuid NOT NULL, {REGION},
            state text NOT NULL,
            content_sha256 bytea NOT NULL,
            received integer NOT NULL,
            accepted integer NOT NULL,
            rejected integer NOT NULL,
            households integer NOT NULL,
            persons integer NOT NULL,
            changed integer NOT NULL,
            unchanged integer NOT NULL,
            version integer NOT NULL,
            notes jsonb NOT NULL,
            imported_by text NOT NULL,
            received_at timestamptz NOT NULL,
            approved_by text,
            applied_at timestamptz,
            CONSTRAINT pk_registry_import PRIMARY KEY (county_code, id))""",
        "SELECT, INSERT, UPDATE (state, accepted, rejected, households, persons, changed, unchanged, version,"
        " notes, approved_by, applied_at)",
    ),
    "import_row": (
        f"""CREATE TABLE household.import_row (
            {COUNTY}, import_id uuid NOT NULL, line integer NOT NULL,
            id uuid NOT NULL,
            household_new_id uuid NOT NULL,
            household_no text,
            relationship text,
            {REGION},
            household_type text,
            monitoring_type text,
            risk_eliminated boolean,
            status text,
            labour text,
            health text,
            schooling text,
            annual_income numeric(18,2),
            sealed bytea,
            id_index bytea,
            match_index bytea,
            match_key_id integer,
            name_index bytea,
            name_birth_index bytea,
            pinyin_index bytea,
            pinyin_birth_index bytea,
            content_index bytea,
            errors jsonb,
            rejected bytea,
            CONSTRAINT pk_import_row PRIMARY KEY (county_code, import_id, line))""",
        "SELECT, INSERT, DELETE",
    ),
    "import_reject": (
        f"""CREATE TABLE household.import_reject (
            {COUNTY}, id uuid NOT NULL, import_id uuid NOT NULL, line integer NOT NULL, {REGION},
            errors jsonb NOT NULL,
            sealed bytea NOT NULL,
            CONSTRAINT pk_import_reject PRIMARY KEY (county_code, id))""",
        "SELECT, INSERT, DELETE",
    ),
    "monitoring_case": (
        f"""CREATE TABLE household.monitoring_case (
            {COUNTY}, id uuid NOT NULL, {REGION},
            household_id uuid NOT NULL,
            state text NOT NULL,
            monitoring_type text NOT NULL,
            risk_types text[] NOT NULL,
            source_task_id uuid,
            per_capita_income numeric(18,2),
            guarantees jsonb,
            note bytea,
            due_on date NOT NULL,
            submitted_by text,
            opened_by text NOT NULL,
            opened_at timestamptz NOT NULL,
            version integer NOT NULL,
            CONSTRAINT pk_monitoring_case PRIMARY KEY (county_code, id),
            CONSTRAINT fk_monitoring_case_county_code_household_id_household
                FOREIGN KEY (county_code, household_id) REFERENCES household.household (county_code, id))""",
        "SELECT, INSERT, UPDATE (state, monitoring_type, submitted_by, version)",
    ),
    "case_transition": (
        f"""CREATE TABLE household.case_transition (
            {COUNTY}, case_id uuid NOT NULL, version integer NOT NULL, {REGION},
            state text NOT NULL,
            reason bytea,
            made_by text NOT NULL,
            made_at timestamptz NOT NULL,
            CONSTRAINT pk_case_transition PRIMARY KEY (county_code, case_id, version),
            CONSTRAINT fk_case_transition_county_code_case_id_monitoring_case
                FOREIGN KEY (county_code, case_id) REFERENCES household.monitoring_case (county_code, id))""",
        "SELECT, INSERT",
    ),
}

INDEXES = (
    "CREATE INDEX ix_household_county_code_region_code_id ON household.household (county_code, region_code, id)",
    "CREATE INDEX ix_person_county_code_household_id ON household.person (county_code, household_id)",
    "CREATE INDEX ix_person_county_code_name_index ON household.person (county_code, name_index)",
    "CREATE UNIQUE INDEX uq_person_county_code_id_index ON household.person (county_code, id_index)"
    " WHERE id_index IS NOT NULL",
    "CREATE INDEX ix_person_county_code_match_key_id_match_index"
    " ON household.person (county_code, match_key_id, match_index) WHERE match_index IS NOT NULL",
    "CREATE INDEX ix_person_county_code_name_birth_index ON household.person (county_code, name_birth_index)"
    " WHERE name_birth_index IS NOT NULL",
    "CREATE INDEX ix_person_county_code_pinyin_index_region_code"
    " ON household.person (county_code, pinyin_index, region_code)",
    "CREATE INDEX ix_person_county_code_pinyin_birth_index"
    " ON household.person (county_code, pinyin_birth_index) WHERE pinyin_birth_index IS NOT NULL",
    "CREATE INDEX ix_person_history_county_code_household_id"
    " ON household.person_history (county_code, household_id)",
    "CREATE UNIQUE INDEX ix_import_reject_county_code_import_id_line"
    " ON household.import_reject (county_code, import_id, line)",
    "CREATE INDEX ix_monitoring_case_county_code_region_code_id"
    " ON household.monitoring_case (county_code, region_code, id)",
    "CREATE INDEX ix_monitoring_case_county_code_household_id"
    " ON household.monitoring_case (county_code, household_id)",
    "CREATE UNIQUE INDEX uq_monitoring_case_open ON household.monitoring_case (county_code, household_id)"
    " WHERE state NOT IN ('rejected', 'eliminated')",
    "CREATE UNIQUE INDEX uq_monitoring_case_source_task_id"
    " ON household.monitoring_case (county_code, source_task_id) WHERE source_task_id IS NOT NULL",
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
