"""Sources, allocations, projects and payments.

Entries are only added to. What has been used of each is kept in rows of their own, whose CHECK refuses to let
more be used than there is, however many transactions come at once.
"""

from alembic import op

from migrations.helpers import distribute, grant, secure

revision = "funds"
down_revision = "warning"
branch_labels = None
depends_on = None

#: In the order of creation: what is referred to comes first.
DDL = {
    "source": """
        CREATE TABLE funds.source (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            level text NOT NULL,
            year integer NOT NULL,
            amount numeric(18,2) NOT NULL,
            document_no text NOT NULL,
            purpose text,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            CONSTRAINT pk_source PRIMARY KEY (county_code, id),
            CONSTRAINT ck_source_amount CHECK (amount > 0))""",
    "source_balance": """
        CREATE TABLE funds.source_balance (
            county_code char(6) COLLATE "C" NOT NULL,
            source_id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            amount numeric(18,2) NOT NULL,
            allocated numeric(18,2) NOT NULL,
            version integer NOT NULL,
            CONSTRAINT pk_source_balance PRIMARY KEY (county_code, source_id),
            CONSTRAINT fk_source_balance_county_code_source_id_source
                FOREIGN KEY (county_code, source_id) REFERENCES funds.source (county_code, id),
            CONSTRAINT ck_source_balance_allocated CHECK (allocated >= 0 AND allocated <= amount))""",
    "allocation": """
        CREATE TABLE funds.allocation (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            source_id uuid NOT NULL,
            level text NOT NULL,
            year integer NOT NULL,
            document_no text NOT NULL,
            amount numeric(18,2) NOT NULL,
            purpose text NOT NULL,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            CONSTRAINT pk_allocation PRIMARY KEY (county_code, id),
            CONSTRAINT fk_allocation_county_code_source_id_source
                FOREIGN KEY (county_code, source_id) REFERENCES funds.source (county_code, id),
            CONSTRAINT ck_allocation_amount CHECK (amount > 0))""",
    "allocation_adjustment": """
        CREATE TABLE funds.allocation_adjustment (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            allocation_id uuid NOT NULL,
            amount numeric(18,2) NOT NULL,
            reason text NOT NULL,
            document_no text NOT NULL,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            CONSTRAINT pk_allocation_adjustment PRIMARY KEY (county_code, id),
            CONSTRAINT fk_allocation_adjustment_county_code_allocation_id_allocation
                FOREIGN KEY (county_code, allocation_id) REFERENCES funds.allocation (county_code, id),
            CONSTRAINT ck_allocation_adjustment_amount CHECK (amount <> 0))""",
    "allocation_balance": """
        CREATE TABLE funds.allocation_balance (
            county_code char(6) COLLATE "C" NOT NULL,
            allocation_id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            amount numeric(18,2) NOT NULL,
            budgeted numeric(18,2) NOT NULL,
            paid numeric(18,2) NOT NULL,
            retained numeric(18,2) NOT NULL,
            version integer NOT NULL,
            CONSTRAINT pk_allocation_balance PRIMARY KEY (county_code, allocation_id),
            CONSTRAINT fk_allocation_balance_county_code_allocation_id_allocation
                FOREIGN KEY (county_code, allocation_id) REFERENCES funds.allocation (county_code, id),
            CONSTRAINT ck_allocation_balance_budgeted CHECK (budgeted >= 0 AND budgeted <= amount),
            CONSTRAINT ck_allocation_balance_paid
                CHECK (paid >= 0 AND retained >= 0 AND paid + retained <= budgeted))""",
    "project": """
        CREATE TABLE funds.project (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            name text NOT NULL,
            category text NOT NULL,
            year integer NOT NULL,
            budget numeric(18,2) NOT NULL,
            state text NOT NULL,
            appraisal_document_no text,
            version integer NOT NULL,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            changed_at timestamptz NOT NULL,
            CONSTRAINT pk_project PRIMARY KEY (county_code, id))""",
    "project_funding": """
        CREATE TABLE funds.project_funding (
            county_code char(6) COLLATE "C" NOT NULL,
            project_id uuid NOT NULL,
            allocation_id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            position integer NOT NULL,
            amount numeric(18,2) NOT NULL,
            paid numeric(18,2) NOT NULL,
            retained numeric(18,2) NOT NULL,
            CONSTRAINT pk_project_funding PRIMARY KEY (county_code, project_id, allocation_id),
            CONSTRAINT fk_project_funding_county_code_project_id_project
                FOREIGN KEY (county_code, project_id) REFERENCES funds.project (county_code, id),
            CONSTRAINT fk_project_funding_county_code_allocation_id_allocation
                FOREIGN KEY (county_code, allocation_id) REFERENCES funds.allocation (county_code, id),
            CONSTRAINT ck_project_funding_paid
                CHECK (paid >= 0 AND retained >= 0 AND paid + retained <= amount))""",
    "payment": """
        CREATE TABLE funds.payment (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            project_id uuid NOT NULL,
            amount numeric(18,2) NOT NULL,
            paid_on date NOT NULL,
            payee_sealed bytea NOT NULL,
            reference text,
            retention boolean NOT NULL,
            reversal_of uuid,
            reason text,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            CONSTRAINT pk_payment PRIMARY KEY (county_code, id),
            CONSTRAINT uq_payment_county_code_reversal_of UNIQUE (county_code, reversal_of),
            CONSTRAINT fk_payment_county_code_project_id_project
                FOREIGN KEY (county_code, project_id) REFERENCES funds.project (county_code, id),
            CONSTRAINT fk_payment_county_code_reversal_of_payment
                FOREIGN KEY (county_code, reversal_of) REFERENCES funds.payment (county_code, id),
            CONSTRAINT ck_payment_sign CHECK ((amount > 0) = (reversal_of IS NULL) AND amount <> 0))""",
    "payment_share": """
        CREATE TABLE funds.payment_share (
            county_code char(6) COLLATE "C" NOT NULL,
            payment_id uuid NOT NULL,
            allocation_id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            amount numeric(18,2) NOT NULL,
            CONSTRAINT pk_payment_share PRIMARY KEY (county_code, payment_id, allocation_id),
            CONSTRAINT fk_payment_share_county_code_payment_id_payment
                FOREIGN KEY (county_code, payment_id) REFERENCES funds.payment (county_code, id))""",
    "spending_day": """
        CREATE TABLE funds.spending_day (
            county_code char(6) COLLATE "C" NOT NULL,
            allocation_id uuid NOT NULL,
            paid_on date NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            amount numeric(18,2) NOT NULL,
            CONSTRAINT pk_spending_day PRIMARY KEY (county_code, allocation_id, paid_on),
            CONSTRAINT fk_spending_day_county_code_allocation_id_allocation
                FOREIGN KEY (county_code, allocation_id) REFERENCES funds.allocation (county_code, id),
            CONSTRAINT ck_spending_day_amount CHECK (amount >= 0))""",
    "ledger_entry": """
        CREATE TABLE funds.ledger_entry (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            booked_at timestamptz NOT NULL,
            document_kind text NOT NULL,
            document_id uuid NOT NULL,
            debit_account text NOT NULL,
            credit_account text NOT NULL,
            amount numeric(18,2) NOT NULL,
            CONSTRAINT pk_ledger_entry PRIMARY KEY (county_code, id),
            CONSTRAINT ck_ledger_entry_amount CHECK (amount > 0),
            CONSTRAINT ck_ledger_entry_accounts CHECK (debit_account <> credit_account))""",
}

INDEXES = (
    "CREATE INDEX ix_source_county_code_year ON funds.source (county_code, year)",
    "CREATE INDEX ix_allocation_county_code_source_id ON funds.allocation (county_code, source_id)",
    "CREATE INDEX ix_allocation_county_code_year ON funds.allocation (county_code, year)",
    "CREATE INDEX ix_allocation_adjustment_county_code_allocation_id"
    " ON funds.allocation_adjustment (county_code, allocation_id)",
    "CREATE INDEX ix_project_county_code_region_code ON funds.project (county_code, region_code)",
    "CREATE INDEX ix_project_funding_county_code_allocation_id"
    " ON funds.project_funding (county_code, allocation_id)",
    "CREATE INDEX ix_payment_county_code_project_id_id ON funds.payment (county_code, project_id, id)",
    "CREATE INDEX ix_spending_day_county_code_paid_on ON funds.spending_day (county_code, paid_on)",
    "CREATE INDEX ix_ledger_entry_county_code_document_id ON funds.ledger_entry (county_code, document_id)",
)

#: What may be changed, and in which columns; everything else is only added to.
CHANGED = {
    "source_balance": "allocated, version",
    "allocation_balance": "amount, budgeted, paid, retained, version",
    "project": "state, appraisal_document_no, version, changed_at",
    "project_funding": "paid, retained",
    "spending_day": "amount",
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
    for table in reversed(DDL):
        op.execute(f"DROP TABLE funds.{table}")
