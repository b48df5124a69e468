"""What more the registry knows of a household and its members, income by kind, the national system's word."""

from alembic import op

from migrations.helpers import distribute, grant, secure

revision = "registry_details"
down_revision = "funds"
branch_labels = None
depends_on = None

COUNTY = 'county_code char(6) COLLATE "C" NOT NULL'
REGION = 'region_code varchar(12) COLLATE "C" NOT NULL'

#: Column -> type; texts are empty where nothing is known, the others null.
HOUSEHOLD = {
    "social_assistance": "text",
    "housing_grade": "text",
    "drinking_water": "text",
    "contact_official": "text",
    "contact_unit": "text",
    "self_paid_medical": "numeric(18,2)",
    "ended_on": "date",
    "reason": "text",
}
PERSON = {
    "sex": "text",
    "marital_status": "text",
    "ethnic_group": "text",
    "student_status": "text",
    "labour_skill": "text",
    "insured": "boolean",
    "died_on": "date",
    "reason": "text",
}
WIDENED = {
    "household": HOUSEHOLD,
    "household_history": HOUSEHOLD,
    "person": PERSON,
    "person_history": PERSON,
}

#: Table -> (definition, what the service may do).
TABLES = {
    "income_record": (
        f"""CREATE TABLE household.income_record (
            {COUNTY}, id uuid NOT NULL, household_id uuid NOT NULL, {REGION},
            as_of date NOT NULL,
            wages numeric(18,2) NOT NULL,
            business numeric(18,2) NOT NULL,
            property numeric(18,2) NOT NULL,
            transfers numeric(18,2) NOT NULL,
            costs numeric(18,2) NOT NULL,
            members integer NOT NULL,
            source text NOT NULL,
            reason text,
            recorded_by text NOT NULL,
            recorded_at timestamptz NOT NULL,
            CONSTRAINT pk_income_record PRIMARY KEY (county_code, id),
            CONSTRAINT fk_income_record_county_code_household_id_household
                FOREIGN KEY (county_code, household_id) REFERENCES household.household (county_code, id))""",
        # An entry stands as it was made; only its place follows the household.
        "SELECT, INSERT, UPDATE (region_code)",
    ),
    "national_record": (
        f"""CREATE TABLE household.national_record (
            {COUNTY}, household_id uuid NOT NULL, {REGION},
            monitoring_type text NOT NULL,
            risk_eliminated boolean NOT NULL,
            identified_on date,
            eliminated_on date,
            elimination_kind text NOT NULL,
            risk_types text[] NOT NULL,
            per_capita_income numeric(18,2),
            imported_at timestamptz NOT NULL,
            imported_by text NOT NULL,
            CONSTRAINT pk_national_record PRIMARY KEY (county_code, household_id),
            CONSTRAINT fk_national_record_county_code_household_id_household
                FOREIGN KEY (county_code, household_id) REFERENCES household.household (county_code, id))""",
        "SELECT, INSERT, UPDATE (region_code, monitoring_type, risk_eliminated, identified_on, eliminated_on,"
        " elimination_kind, risk_types, per_capita_income, imported_at, imported_by)",
    ),
}

INDEXES = (
    "CREATE INDEX ix_income_record_county_code_household_id_as_of"
    " ON household.income_record (county_code, household_id, as_of)",
)


def upgrade() -> None:
    for table, columns in WIDENED.items():
        # The default is for the rows that stand there; from then on the application says it.
        added = (
            f"ADD COLUMN {name} {kind}" + (" NOT NULL DEFAULT ''" if kind == "text" else "")
            for name, kind in columns.items()
        )
        op.execute(f"ALTER TABLE household.{table} {', '.join(added)}")
        told = (f"ALTER COLUMN {name} DROP DEFAULT" for name, kind in columns.items() if kind == "text")
        op.execute(f"ALTER TABLE household.{table} {', '.join(told)}")
        if not table.endswith("_history"):
            grant(f"household.{table}", f"UPDATE ({', '.join(columns)})")
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
    for table, columns in WIDENED.items():
        op.execute(f"ALTER TABLE household.{table} {', '.join(f'DROP COLUMN {name}' for name in columns)}")
