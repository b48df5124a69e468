"""The ledger from source to contract: uses that count as spent and uses that do not, carry-over, closed years.

The library's papers: appraisals, milestones, goals, evaluations. Every level has its balance row, whose CHECK
refuses to let more be used than there is.
"""

from alembic import op

from migrations.helpers import distribute, grant, secure, secure_within_county

revision = "funds_ledger"
down_revision = "bulletins"
branch_labels = None
depends_on = None

#: Columns that tables get: table, column, type, and the value of the rows that are there.
ADDED = (
    ("source", "fund", "text NOT NULL", "'transition'"),
    ("source", "carried_from", "uuid", None),
    ("source_balance", "carried", "numeric(18,2) NOT NULL", "0"),
    ("allocation", "fund", "text NOT NULL", "'transition'"),
    ("allocation", "carried_from", "uuid", None),
    ("allocation_balance", "carried", "numeric(18,2) NOT NULL", "0"),
    ("allocation_balance", "transferred", "numeric(18,2) NOT NULL", "0"),
    ("allocation_balance", "held", "numeric(18,2) NOT NULL", "0"),
    ("project", "plan", "jsonb NOT NULL", "'[]'"),
    ("project", "selection_document_no", "text", None),
    ("project", "suspended_from", "text", None),
    ("project_funding", "committed", "numeric(18,2) NOT NULL", "0"),
    ("project_funding", "transferred", "numeric(18,2) NOT NULL", "0"),
    ("project_funding", "held", "numeric(18,2) NOT NULL", "0"),
    ("payment", "payee_kind", "text NOT NULL", "'contractor'"),
    ("payment", "use", "text NOT NULL", "'paid'"),
    ("payment", "rule_version", "integer", None),
    ("payment", "contract_id", "uuid", None),
    ("payment", "settles", "uuid", None),
    ("ledger_entry", "dated_on", "date NOT NULL", "'2000-01-01'"),
)

#: Constraints that say more than before: table, name, what it says now, what it said.
CHECKS = (
    (
        "source_balance",
        "ck_source_balance_allocated",
        "allocated >= 0 AND carried >= 0 AND allocated + carried <= amount",
        "allocated >= 0 AND allocated <= amount",
    ),
    (
        "allocation_balance",
        "ck_allocation_balance_budgeted",
        "budgeted >= 0 AND carried >= 0 AND budgeted + carried <= amount",
        "budgeted >= 0 AND budgeted <= amount",
    ),
    (
        "allocation_balance",
        "ck_allocation_balance_paid",
        "paid >= 0 AND retained >= 0 AND transferred >= 0 AND held >= 0"
        " AND paid + retained + transferred + held <= budgeted",
        "paid >= 0 AND retained >= 0 AND paid + retained <= budgeted",
    ),
    (
        "project_funding",
        "ck_project_funding_paid",
        "paid >= 0 AND retained >= 0 AND transferred >= 0 AND held >= 0 AND committed >= 0"
        " AND paid + retained + transferred + held + committed <= amount",
        "paid >= 0 AND retained >= 0 AND paid + retained <= amount",
    ),
)

#: In the order of creation: what is referred to comes first.
DDL = {
    "budget_year": """
        CREATE TABLE funds.budget_year (
            county_code char(6) COLLATE "C" NOT NULL,
            year integer NOT NULL,
            state text NOT NULL,
            document_no text,
            requested_by text,
            requested_at timestamptz,
            closed_by text,
            closed_at timestamptz,
            version integer NOT NULL,
            CONSTRAINT pk_budget_year PRIMARY KEY (county_code, year),
            CONSTRAINT ck_budget_year_state CHECK (state IN ('open', 'closing', 'closed')),
            CONSTRAINT ck_budget_year_closed CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
            CONSTRAINT ck_budget_year_two_people CHECK (closed_by <> requested_by))""",
    "contract": """
        CREATE TABLE funds.contract (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            project_id uuid NOT NULL,
            number text NOT NULL,
            contractor text NOT NULL,
            credit_code text NOT NULL,
            amount numeric(18,2) NOT NULL,
            signed_on date NOT NULL,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            CONSTRAINT pk_contract PRIMARY KEY (county_code, id),
            CONSTRAINT uq_contract_county_code_project_id_number UNIQUE (county_code, project_id, number),
            CONSTRAINT fk_contract_county_code_project_id_project
                FOREIGN KEY (county_code, project_id) REFERENCES funds.project (county_code, id),
            CONSTRAINT ck_contract_amount CHECK (amount > 0))""",
    "contract_supplement": """
        CREATE TABLE funds.contract_supplement (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            contract_id uuid NOT NULL,
            amount numeric(18,2) NOT NULL,
            signed_on date NOT NULL,
            document_no text NOT NULL,
            reason text NOT NULL,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            CONSTRAINT pk_contract_supplement PRIMARY KEY (county_code, id),
            CONSTRAINT fk_contract_supplement_county_code_contract_id_contract
                FOREIGN KEY (county_code, contract_id) REFERENCES funds.contract (county_code, id),
            CONSTRAINT ck_contract_supplement_amount CHECK (amount <> 0))""",
    "contract_funding": """
        CREATE TABLE funds.contract_funding (
            county_code char(6) COLLATE "C" NOT NULL,
            contract_id uuid NOT NULL,
            allocation_id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            amount numeric(18,2) NOT NULL,
            used numeric(18,2) NOT NULL,
            CONSTRAINT pk_contract_funding PRIMARY KEY (county_code, contract_id, allocation_id),
            CONSTRAINT fk_contract_funding_county_code_contract_id_contract
                FOREIGN KEY (county_code, contract_id) REFERENCES funds.contract (county_code, id),
            CONSTRAINT fk_contract_funding_county_code_allocation_id_allocation
                FOREIGN KEY (county_code, allocation_id) REFERENCES funds.allocation (county_code, id),
            CONSTRAINT ck_contract_funding_used CHECK (used >= 0 AND used <= amount))""",
    "outstanding_payment": """
        CREATE TABLE funds.outstanding_payment (
            county_code char(6) COLLATE "C" NOT NULL,
            payment_id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            amount numeric(18,2) NOT NULL,
            settled numeric(18,2) NOT NULL,
            CONSTRAINT pk_outstanding_payment PRIMARY KEY (county_code, payment_id),
            CONSTRAINT fk_outstanding_payment_county_code_payment_id_payment
                FOREIGN KEY (county_code, payment_id) REFERENCES funds.payment (county_code, id),
            CONSTRAINT ck_outstanding_payment_settled CHECK (settled >= 0 AND settled <= amount))""",
    "project_transition": """
        CREATE TABLE funds.project_transition (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            project_id uuid NOT NULL,
            from_state text NOT NULL,
            to_state text NOT NULL,
            reason text,
            document_no text,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            CONSTRAINT pk_project_transition PRIMARY KEY (county_code, id),
            CONSTRAINT fk_project_transition_county_code_project_id_project
                FOREIGN KEY (county_code, project_id) REFERENCES funds.project (county_code, id))""",
    "project_appraisal": """
        CREATE TABLE funds.project_appraisal (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            project_id uuid NOT NULL,
            appraised_by text NOT NULL,
            appraised_on date NOT NULL,
            result text NOT NULL,
            document_no text NOT NULL,
            note text,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            CONSTRAINT pk_project_appraisal PRIMARY KEY (county_code, id),
            CONSTRAINT fk_project_appraisal_county_code_project_id_project
                FOREIGN KEY (county_code, project_id) REFERENCES funds.project (county_code, id))""",
    "project_milestone": """
        CREATE TABLE funds.project_milestone (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            project_id uuid NOT NULL,
            name text NOT NULL,
            planned_on date NOT NULL,
            first_planned_on date NOT NULL,
            reached_on date,
            reason text,
            version integer NOT NULL,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            changed_at timestamptz NOT NULL,
            CONSTRAINT pk_project_milestone PRIMARY KEY (county_code, id),
            CONSTRAINT fk_project_milestone_county_code_project_id_project
                FOREIGN KEY (county_code, project_id) REFERENCES funds.project (county_code, id))""",
    "performance_goals": """
        CREATE TABLE funds.performance_goals (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            project_id uuid NOT NULL,
            goals jsonb NOT NULL,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            CONSTRAINT pk_performance_goals PRIMARY KEY (county_code, id),
            CONSTRAINT fk_performance_goals_county_code_project_id_project
                FOREIGN KEY (county_code, project_id) REFERENCES funds.project (county_code, id))""",
    "performance_evaluation": """
        CREATE TABLE funds.performance_evaluation (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            project_id uuid NOT NULL,
            goals_id uuid NOT NULL,
            evaluated_on date NOT NULL,
            document_no text,
            goals jsonb NOT NULL,
            score numeric(5,2) NOT NULL,
            result text NOT NULL,
            rule_version integer NOT NULL,
            created_at timestamptz NOT NULL,
            created_by text NOT NULL,
            CONSTRAINT pk_performance_evaluation PRIMARY KEY (county_code, id),
            CONSTRAINT fk_performance_evaluation_county_code_project_id_project
                FOREIGN KEY (county_code, project_id) REFERENCES funds.project (county_code, id),
            CONSTRAINT fk_performance_evaluation_county_code_goals_id_performance_goals
                FOREIGN KEY (county_code, goals_id) REFERENCES funds.performance_goals (county_code, id),
            CONSTRAINT ck_performance_evaluation_score CHECK (score BETWEEN 0 AND 100))""",
    "ledger_finding": """
        CREATE TABLE funds.ledger_finding (
            county_code char(6) COLLATE "C" NOT NULL,
            id uuid NOT NULL,
            region_code varchar(12) COLLATE "C" NOT NULL,
            kind text NOT NULL,
            subject text NOT NULL,
            kept numeric(18,2),
            counted numeric(18,2),
            found_at timestamptz NOT NULL,
            last_found_at timestamptz NOT NULL,
            resolved_at timestamptz,
            CONSTRAINT pk_ledger_finding PRIMARY KEY (county_code, id))""",
}

REFERENCES = (
    ("source", "fk_source_county_code_carried_from_source", "carried_from", "source"),
    ("allocation", "fk_allocation_county_code_carried_from_allocation", "carried_from", "allocation"),
    ("payment", "fk_payment_county_code_contract_id_contract", "contract_id", "contract"),
    ("payment", "fk_payment_county_code_settles_payment", "settles", "payment"),
)

INDEXES = (
    "CREATE INDEX ix_payment_county_code_contract_id ON funds.payment (county_code, contract_id)",
    "CREATE INDEX ix_payment_county_code_settles ON funds.payment (county_code, settles)",
    "CREATE INDEX ix_project_county_code_year ON funds.project (county_code, year)",
    "CREATE INDEX ix_contract_supplement_county_code_contract_id"
    " ON funds.contract_supplement (county_code, contract_id)",
    "CREATE INDEX ix_contract_funding_county_code_allocation_id"
    " ON funds.contract_funding (county_code, allocation_id)",
    "CREATE INDEX ix_project_transition_county_code_project_id"
    " ON funds.project_transition (county_code, project_id)",
    "CREATE INDEX ix_project_appraisal_county_code_project_id"
    " ON funds.project_appraisal (county_code, project_id)",
    "CREATE INDEX ix_project_milestone_county_code_project_id"
    " ON funds.project_milestone (county_code, project_id)",
    "CREATE INDEX ix_performance_goals_county_code_project_id"
    " ON funds.performance_goals (county_code, project_id)",
    "CREATE INDEX ix_performance_evaluation_county_code_project_id"
    " ON funds.performance_evaluation (county_code, project_id)",
    "CREATE UNIQUE INDEX uq_ledger_finding_county_code_kind_subject"
    " ON funds.ledger_finding (county_code, kind, subject) WHERE resolved_at IS NULL",
)

#: What may be changed besides what could be changed before; everything else is only added to.
CHANGED = {
    "source_balance": "carried",
    "allocation_balance": "carried, transferred, held",
    "project": "name, budget, year, plan, selection_document_no, suspended_from",
    "project_funding": "amount, committed, transferred, held",
    "budget_year": "state, document_no, requested_by, requested_at, closed_by, closed_at, version",
    "contract_funding": "amount, used",
    "outstanding_payment": "amount, settled",
    "project_milestone": "planned_on, reached_on, reason, version, changed_at",
    "ledger_finding": "kept, counted, last_found_at, resolved_at",
}

#: Every use is booked with the project that made it, so that the ledger alone tells what each has used.
NAME_THE_PROJECT = """
UPDATE funds.ledger_entry e SET
    debit_account = CASE WHEN e.debit_account ~ '^(paid|retained):'
        THEN e.debit_account || ':' || y.project_id ELSE e.debit_account END,
    credit_account = CASE WHEN e.credit_account ~ '^(paid|retained):'
        THEN e.credit_account || ':' || y.project_id ELSE e.credit_account END
FROM funds.payment y
WHERE y.county_code = e.county_code AND y.id = e.document_id AND e.document_kind IN ('payment', 'reversal')"""

NAME_NO_PROJECT = """
UPDATE funds.ledger_entry SET
    debit_account = regexp_replace(debit_account, '^((paid|retained):[^:]+):.*$', '\\1'),
    credit_account = regexp_replace(credit_account, '^((paid|retained):[^:]+):.*$', '\\1')
WHERE document_kind IN ('payment', 'reversal')"""

#: What the rows that are there say by themselves.
FILL = (
    "UPDATE funds.ledger_entry SET dated_on = (booked_at AT TIME ZONE 'Asia/Shanghai')::date",
    """UPDATE funds.ledger_entry e SET dated_on = y.paid_on FROM funds.payment y
       WHERE y.county_code = e.county_code AND y.id = e.document_id
         AND e.document_kind IN ('payment', 'reversal')""",
    "UPDATE funds.payment SET use = 'retained' WHERE retention",
    """INSERT INTO funds.outstanding_payment (county_code, payment_id, region_code, amount, settled)
       SELECT y.county_code, y.id, y.region_code,
              CASE WHEN EXISTS (SELECT FROM funds.payment r WHERE r.county_code = y.county_code
                                AND r.reversal_of = y.id) THEN 0 ELSE y.amount END, 0
       FROM funds.payment y WHERE y.retention AND y.reversal_of IS NULL""",
    """INSERT INTO funds.budget_year (county_code, year, state, version)
       SELECT DISTINCT county_code, year, 'open', 1 FROM funds.source""",
    NAME_THE_PROJECT,
)


def upgrade() -> None:
    for table, column, kind, value in ADDED:
        given = "" if value is None else f" DEFAULT {value}"
        op.execute(f"ALTER TABLE funds.{table} ADD COLUMN {column} {kind}{given}")
        if value is not None:
            op.execute(f"ALTER TABLE funds.{table} ALTER COLUMN {column} DROP DEFAULT")
    for table, name, now, _ in CHECKS:
        _check(table, name, now)
    for table, statement in DDL.items():
        op.execute(statement)
        distribute(f"funds.{table}")
        if table == "budget_year":
            secure_within_county(f"funds.{table}", ())
        else:
            secure(f"funds.{table}")
        grant(f"funds.{table}", "SELECT, INSERT")
    for table, name, column, other in REFERENCES:
        op.execute(
            f"ALTER TABLE funds.{table} ADD CONSTRAINT {name}"
            f" FOREIGN KEY (county_code, {column}) REFERENCES funds.{other} (county_code, id)"
        )
    for statement in INDEXES:
        op.execute(statement)
    for table, columns in CHANGED.items():
        grant(f"funds.{table}", f"UPDATE ({columns})")
    for statement in FILL:
        op.execute(statement)


def downgrade() -> None:
    """What only this version can tell (a carried allocation, a transfer) has no place in the one before."""
    op.execute(NAME_NO_PROJECT)
    op.execute("DROP INDEX funds.ix_project_county_code_year")
    for table, name, _, before in CHECKS:
        _check(table, name, before)
    for table, column, _, _ in ADDED:
        op.execute(f"ALTER TABLE funds.{table} DROP COLUMN {column}")
    op.execute("REVOKE UPDATE (name, budget, year) ON funds.project FROM bihuan_funds")
    op.execute("REVOKE UPDATE (amount) ON funds.project_funding FROM bihuan_funds")
    for table in reversed(DDL):
        op.execute(f"DROP TABLE funds.{table}")


def _check(table: str, name: str, condition: str) -> None:
    op.execute(f"ALTER TABLE funds.{table} DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE funds.{table} ADD CONSTRAINT {name} CHECK ({condition})")
