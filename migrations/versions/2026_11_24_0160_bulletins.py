"""Monthly and quarterly bulletins, and the packs of the departments' conferences."""

from alembic import op

from migrations.helpers import distribute, grant, secure_within_county

revision = "bulletins"
down_revision = "loop_counts"
branch_labels = None
depends_on = None

COUNTY = 'county_code char(6) COLLATE "C" NOT NULL'
REGION = 'region_code varchar(12) COLLATE "C" NOT NULL'

TABLES = {
    "bulletin": f"""
        CREATE TABLE warning.bulletin (
            {COUNTY},
            id uuid NOT NULL,
            {REGION},
            kind text NOT NULL,
            period text NOT NULL,
            corrects uuid,
            figures jsonb NOT NULL,
            form jsonb NOT NULL,
            assessment text NOT NULL,
            drafted_by text NOT NULL,
            drafted_at timestamptz NOT NULL,
            written_by text NOT NULL,
            written_at timestamptz NOT NULL,
            version integer NOT NULL,
            CONSTRAINT pk_bulletin PRIMARY KEY (county_code, id),
            CONSTRAINT ck_bulletin_kind CHECK (kind IN ('monthly', 'quarterly'))
        )""",
    "bulletin_issue": f"""
        CREATE TABLE warning.bulletin_issue (
            {COUNTY},
            bulletin_id uuid NOT NULL,
            {REGION},
            number text NOT NULL,
            year integer NOT NULL,
            sequence integer,
            issued_on date NOT NULL,
            title text NOT NULL,
            content jsonb NOT NULL,
            issued_by text NOT NULL,
            issued_at timestamptz NOT NULL,
            CONSTRAINT pk_bulletin_issue PRIMARY KEY (county_code, bulletin_id),
            CONSTRAINT uq_bulletin_issue_county_code_number UNIQUE (county_code, number),
            CONSTRAINT uq_bulletin_issue_county_code_year_sequence UNIQUE (county_code, year, sequence),
            CONSTRAINT fk_bulletin_issue_county_code_bulletin_id_bulletin FOREIGN KEY (county_code, bulletin_id)
                REFERENCES warning.bulletin (county_code, id) ON DELETE RESTRICT
        )""",
    "conference": f"""
        CREATE TABLE warning.conference (
            {COUNTY},
            id uuid NOT NULL,
            {REGION},
            quarter text NOT NULL,
            content jsonb NOT NULL,
            agenda jsonb NOT NULL,
            held_on date,
            conclusions jsonb NOT NULL,
            prepared_by text NOT NULL,
            prepared_at timestamptz NOT NULL,
            written_by text NOT NULL,
            written_at timestamptz NOT NULL,
            version integer NOT NULL,
            CONSTRAINT pk_conference PRIMARY KEY (county_code, id)
        )""",
}

INDEXES = (
    "CREATE INDEX ix_bulletin_period ON warning.bulletin (county_code, period)",
    "CREATE INDEX ix_conference_quarter ON warning.conference (county_code, quarter)",
)

#: A draft is written on; what was issued has no way to be.
GRANTS = {
    "bulletin": "SELECT, INSERT, UPDATE (figures, form, assessment, written_by, written_at, version)",
    "bulletin_issue": "SELECT, INSERT",
    "conference": "SELECT, INSERT, UPDATE (agenda, held_on, conclusions, written_by, written_at, version)",
}


def upgrade() -> None:
    for table, ddl in TABLES.items():
        op.execute(ddl)
        distribute(f"warning.{table}")
        grant(f"warning.{table}", GRANTS[table])
        # They concern a whole county and no person: its townships and departments read what was issued.
        secure_within_county(f"warning.{table}", [])
    for index in INDEXES:
        op.execute(index)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE warning.{table} CASCADE")
