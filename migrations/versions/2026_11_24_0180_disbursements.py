"""Disbursements to households (一卡通): batches, their items, what the bank side was told, and its statements.

What a batch may still pay is ``held`` in the balances, so that their CHECKs count it as used.
"""

from alembic import op

from migrations.helpers import distribute, grant, secure

revision = "disbursements"
down_revision = "funds_ledger"
branch_labels = None
depends_on = None

DDL = {
    "disbursement": """
        CREATE TABLE funds.disbursement (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            project_id uuid,
            allocation_id uuid,
            count integer NOT NULL,
            total numeric(18,2) NOT NULL,
            as_of date NOT NULL,
            state text NOT NULL,
            paid_count integer NOT NULL,
            paid_total numeric(18,2) NOT NULL,
            rejected_count integer NOT NULL,
            rejected_total numeric(18,2) NOT NULL,
            refusal text,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            decided_at timestamptz,
            decided_by text,
            sent_at timestamptz,
            settled_at timestamptz,
            version integer NOT NULL,
            CONSTRAINT pk_disbursement PRIMARY KEY (county_code, id),
            CONSTRAINT fk_disbursement_county_code_project_id_project
                FOREIGN KEY (county_code, project_id) REFERENCES funds.project (county_code, id),
            CONSTRAINT fk_disbursement_county_code_allocation_id_allocation
                FOREIGN KEY (county_code, allocation_id) REFERENCES funds.allocation (county_code, id),
            CONSTRAINT ck_disbursement_one_origin CHECK ((project_id IS NULL) <> (allocation_id IS NULL)),
            CONSTRAINT ck_disbursement_answered CHECK (
                paid_count >= 0 AND rejected_count >= 0 AND paid_count + rejected_count <= count
                AND paid_total >= 0 AND rejected_total >= 0 AND paid_total + rejected_total <= total))""",
    "disbursement_share": """
        CREATE TABLE funds.disbursement_share (
            county_code char(6) COLLATE "C" NOT NULL,
            disbursement_id uuid NOT NULL,
            allocation_id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            position integer NOT NULL,
            amount numeric(18,2) NOT NULL,
            paid numeric(18,2) NOT NULL,
            released numeric(18,2) NOT NULL,
            CONSTRAINT pk_disbursement_share PRIMARY KEY (county_code, disbursement_id, allocation_id),
            CONSTRAINT fk_disbursement_share_county_code_disbursement_id_disbursement
                FOREIGN KEY (county_code, disbursement_id) REFERENCES funds.disbursement (county_code, id),
            CONSTRAINT ck_disbursement_share_used
                CHECK (paid >= 0 AND released >= 0 AND paid + released <= amount))""",
    "disbursement_item": """
        CREATE TABLE funds.disbursement_item (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            disbursement_id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            position integer NOT NULL,
            household_id uuid NOT NULL,
            household_type text NOT NULL,
            monitoring_type text,
            purpose text NOT NULL,
            period text NOT NULL,
            amount numeric(18,2) NOT NULL,
            sealed bytea NOT NULL,
            account_index bytea NOT NULL,
            corrects uuid,
            state text NOT NULL,
            reason text,
            paid_on date,
            reference text,
            answered_at timestamptz,
            answered_by text,
            CONSTRAINT pk_disbursement_item PRIMARY KEY (county_code, id),
            CONSTRAINT fk_disbursement_item_county_code_disbursement_id_disbursement
                FOREIGN KEY (county_code, disbursement_id) REFERENCES funds.disbursement (county_code, id),
            CONSTRAINT ck_disbursement_item_amount CHECK (amount > 0))""",
    "bank_instruction": """
        CREATE TABLE funds.bank_instruction (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            disbursement_id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            state text NOT NULL,
            attempts integer NOT NULL,
            last_error text,
            made_at timestamptz NOT NULL,
            handed_over_at timestamptz,
            CONSTRAINT pk_bank_instruction PRIMARY KEY (county_code, id),
            CONSTRAINT uq_bank_instruction_county_code_disbursement_id UNIQUE (county_code, disbursement_id),
            CONSTRAINT fk_bank_instruction_county_code_disbursement_id_disbursement
                FOREIGN KEY (county_code, disbursement_id) REFERENCES funds.disbursement (county_code, id))""",
    "bank_statement": """
        CREATE TABLE funds.bank_statement (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            received_at timestamptz NOT NULL,
            received_by text NOT NULL,
            CONSTRAINT pk_bank_statement PRIMARY KEY (county_code, id))""",
    "bank_statement_line": """
        CREATE TABLE funds.bank_statement_line (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            statement_id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            posted_on date NOT NULL,
            amount numeric(18,2) NOT NULL,
            reference text NOT NULL,
            sealed bytea NOT NULL,
            account_index bytea,
            result text NOT NULL,
            doubt text,
            suggested_item_id uuid,
            item_id uuid,
            decided_by text,
            decided_at timestamptz,
            version integer NOT NULL,
            CONSTRAINT pk_bank_statement_line PRIMARY KEY (county_code, id),
            CONSTRAINT uq_bank_statement_line_county_code_reference UNIQUE (county_code, reference),
            CONSTRAINT uq_bank_statement_line_county_code_item_id UNIQUE (county_code, item_id),
            CONSTRAINT fk_bank_statement_line_county_code_statement_id_bank_statement
                FOREIGN KEY (county_code, statement_id) REFERENCES funds.bank_statement (county_code, id))""",
}

INDEXES = (
    # The database itself refuses to pay a household twice for one purpose and period.
    "CREATE UNIQUE INDEX uq_disbursement_item_paid_once ON funds.disbursement_item"
    " (county_code, household_id, purpose, period) WHERE state IN ('waiting', 'paid')",
    "CREATE UNIQUE INDEX uq_disbursement_item_position ON funds.disbursement_item"
    " (county_code, disbursement_id, position)",
    "CREATE INDEX ix_disbursement_item_county_code_account_index ON funds.disbursement_item"
    " (county_code, account_index)",
    "CREATE INDEX ix_disbursement_county_code_project_id ON funds.disbursement (county_code, project_id)",
    "CREATE INDEX ix_bank_statement_line_county_code_statement_id_id ON funds.bank_statement_line"
    " (county_code, statement_id, id)",
)

CHANGED = {
    "disbursement": "state, paid_count, paid_total, rejected_count, rejected_total, refusal, decided_at, decided_by,"
    " sent_at, settled_at, version",
    "disbursement_share": "paid, released",
    "disbursement_item": "state, reason, paid_on, reference, answered_at, answered_by",
    "bank_instruction": "state, attempts, last_error, handed_over_at",
    "bank_statement_line": "result, doubt, suggested_item_id, item_id, decided_by, decided_at, version",
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
