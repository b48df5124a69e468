"""Cards, what the finance bureau reports as paid, and where arrangements were posted."""

from alembic import op

from migrations.helpers import distribute, grant, secure

revision = "cards_and_disclosure"
down_revision = "assets"
branch_labels = None
depends_on = None

DDL = {
    "card": """
        CREATE TABLE funds.card (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            year integer NOT NULL,
            source_id uuid,
            kind text NOT NULL,
            state text NOT NULL,
            reasons jsonb NOT NULL,
            note text NOT NULL,
            issued_by text NOT NULL,
            issued_at timestamptz NOT NULL,
            appeal text,
            appealed_by text,
            appealed_at timestamptz,
            decision text,
            decided_by text,
            decided_at timestamptz,
            version integer NOT NULL,
            CONSTRAINT pk_card PRIMARY KEY (county_code, id),
            CONSTRAINT fk_card_county_code_source_id_source
                FOREIGN KEY (county_code, source_id) REFERENCES funds.source (county_code, id))""",
    "finance_report": """
        CREATE TABLE funds.finance_report (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            year integer NOT NULL,
            as_of date NOT NULL,
            received_by text NOT NULL,
            received_at timestamptz NOT NULL,
            CONSTRAINT pk_finance_report PRIMARY KEY (county_code, id))""",
    "finance_report_line": """
        CREATE TABLE funds.finance_report_line (
            county_code char(6) COLLATE "C" NOT NULL,
            report_id uuid NOT NULL,
            position integer NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            document_no text NOT NULL,
            allocated numeric(18,2),
            paid numeric(18,2) NOT NULL,
            CONSTRAINT pk_finance_report_line PRIMARY KEY (county_code, report_id, position),
            CONSTRAINT fk_finance_report_line_county_code_report_id_finance_report
                FOREIGN KEY (county_code, report_id) REFERENCES funds.finance_report (county_code, id))""",
    "disclosure_posting": """
        CREATE TABLE funds.disclosure_posting (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            kind text NOT NULL,
            subject_id uuid NOT NULL,
            posted_on date NOT NULL,
            place text NOT NULL,
            recorded_by text NOT NULL,
            recorded_at timestamptz NOT NULL,
            CONSTRAINT pk_disclosure_posting PRIMARY KEY (county_code, id))""",
}

INDEXES = (
    # Of one kind a unit has one card at a time for a source, or for all of a year.
    "CREATE UNIQUE INDEX uq_card_standing ON funds.card (county_code, region_code, year,"
    " coalesce(source_id, '00000000-0000-0000-0000-000000000000'), kind) WHERE state <> 'lifted'",
    "CREATE INDEX ix_disclosure_posting_county_code_subject_id ON funds.disclosure_posting"
    " (county_code, subject_id)",
    # What was booked after a day, for progress as of that day.
    "CREATE INDEX ix_ledger_entry_county_code_dated_on ON funds.ledger_entry (county_code, dated_on)",
)

CHANGED = {
    "card": "state, appeal, appealed_by, appealed_at, decision, decided_by, decided_at, version",
}


def upgrade() -> None:
    for table, statement in DDL.items():
        op.execute(statement)
        distribute(f"funds.{table}")
        secure(f"funds.{table}")
        columns = CHANGED.get(table)
        grant(f"funds.{table}", "SELECT, INSERT" + (f", UPDATE ({columns})" if columns else ""))
    for statement in INDEXES:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP INDEX funds.ix_ledger_entry_county_code_dated_on")
    for table in reversed(DDL):
        op.execute(f"DROP TABLE funds.{table}")
