"""The course of a monitoring case: evidence, periods, clocks, objections, cross-checks."""

from alembic import op

from migrations.helpers import ROLES, distribute, grant, secure

revision = "monitoring_course"
down_revision = "registry_details"
branch_labels = None
depends_on = None

COUNTY = 'county_code char(6) COLLATE "C" NOT NULL'
REGION = 'region_code varchar(12) COLLATE "C" NOT NULL'
OF_CASE = "FOREIGN KEY (county_code, case_id) REFERENCES household.monitoring_case (county_code, id)"

#: Column -> (type, what the rows have that stand there already; None: nothing).
CASE = {
    "period": ("integer", "1"),
    "green_channel": ("boolean", "false"),
    "provisional": ("boolean", "false"),
    "disaster_kinds": ("text[]", "'{}'"),
    "income_line": ("numeric(18,2)", None),
    "approved_on": ("date", None),
    "notice_from": ("date", None),
    "notice_until": ("date", None),
    "next_due_on": ("date", None),
}

#: Table -> (definition, what the service may do).
TABLES = {
    "case_period": (
        f"""CREATE TABLE household.case_period (
            {COUNTY}, case_id uuid NOT NULL, period integer NOT NULL, {REGION},
            started_on date NOT NULL,
            identified_on date,
            monitoring_type text NOT NULL,
            eliminated_on date,
            elimination_kind text NOT NULL,
            CONSTRAINT pk_case_period PRIMARY KEY (county_code, case_id, period),
            CONSTRAINT fk_case_period_county_code_case_id_monitoring_case {OF_CASE})""",
        "SELECT, INSERT, UPDATE (region_code, identified_on, monitoring_type, eliminated_on, elimination_kind)",
    ),
    "case_clock": (
        f"""CREATE TABLE household.case_clock (
            {COUNTY}, case_id uuid NOT NULL, period integer NOT NULL, kind text NOT NULL, {REGION},
            set_on date NOT NULL,
            due_on date NOT NULL,
            stopped_on date,
            told_at timestamptz,
            CONSTRAINT pk_case_clock PRIMARY KEY (county_code, case_id, period, kind),
            CONSTRAINT fk_case_clock_county_code_case_id_monitoring_case {OF_CASE})""",
        "SELECT, INSERT, UPDATE (region_code, stopped_on, told_at)",
    ),
    "case_objection": (
        f"""CREATE TABLE household.case_objection (
            {COUNTY}, id uuid NOT NULL, case_id uuid NOT NULL, {REGION},
            notice_version integer NOT NULL,
            raised_on date NOT NULL,
            objection bytea NOT NULL,
            finding text NOT NULL,
            answer bytea,
            recorded_by text NOT NULL,
            recorded_at timestamptz NOT NULL,
            answered_by text,
            answered_at timestamptz,
            CONSTRAINT pk_case_objection PRIMARY KEY (county_code, id),
            CONSTRAINT fk_case_objection_county_code_case_id_monitoring_case {OF_CASE})""",
        "SELECT, INSERT, UPDATE (region_code, finding, answer, answered_by, answered_at)",
    ),
    "cross_check": (
        f"""CREATE TABLE household.cross_check (
            {COUNTY}, id uuid NOT NULL, {REGION},
            source text NOT NULL,
            checked_on date NOT NULL,
            content_sha256 bytea NOT NULL,
            received integer NOT NULL,
            matched integer NOT NULL,
            unmatched integer NOT NULL,
            rejected integer NOT NULL,
            rejects jsonb NOT NULL,
            made_by text NOT NULL,
            made_at timestamptz NOT NULL,
            CONSTRAINT pk_cross_check PRIMARY KEY (county_code, id),
            CONSTRAINT uq_cross_check_county_code_source_checked_on_content_sha256
                UNIQUE (county_code, source, checked_on, content_sha256))""",
        "SELECT, INSERT",
    ),
    "cross_check_finding": (
        f"""CREATE TABLE household.cross_check_finding (
            {COUNTY}, id uuid NOT NULL, check_id uuid NOT NULL, {REGION},
            household_id uuid NOT NULL,
            person_id uuid NOT NULL,
            kind text NOT NULL,
            source text NOT NULL,
            found_on date NOT NULL,
            found bytea NOT NULL,
            CONSTRAINT pk_cross_check_finding PRIMARY KEY (county_code, id),
            CONSTRAINT fk_cross_check_finding_county_code_check_id_cross_check
                FOREIGN KEY (county_code, check_id) REFERENCES household.cross_check (county_code, id))""",
        "SELECT, INSERT, UPDATE (region_code)",
    ),
}

INDEXES = (
    "CREATE INDEX ix_monitoring_case_county_code_next_due_on_id"
    " ON household.monitoring_case (county_code, next_due_on, id) WHERE next_due_on IS NOT NULL",
    "CREATE INDEX ix_monitoring_case_county_code_notice_until_region_code"
    " ON household.monitoring_case (county_code, notice_until, region_code) WHERE state = 'noticed'",
    "CREATE INDEX ix_case_clock_county_code_due_on ON household.case_clock (county_code, due_on)"
    " WHERE stopped_on IS NULL AND told_at IS NULL",
    "CREATE INDEX ix_case_objection_county_code_case_id ON household.case_objection (county_code, case_id)",
    "CREATE INDEX ix_cross_check_finding_county_code_household_id"
    " ON household.cross_check_finding (county_code, household_id)",
)

#: Days of the calendar are Shanghai's.
DAY_OF = "(made_at AT TIME ZONE 'Asia/Shanghai')::date"

#: Cases that stand there already, with what their steps tell.
KNOWN_CASES = (
    f"""UPDATE household.monitoring_case c SET approved_on = t.approved_on FROM (
        SELECT county_code, case_id, max({DAY_OF}) AS approved_on FROM household.case_transition
        WHERE state = 'approved' GROUP BY county_code, case_id) t
    WHERE t.county_code = c.county_code AND t.case_id = c.id""",
    f"""INSERT INTO household.case_period
    SELECT c.county_code, c.id, 1, c.region_code, (c.opened_at AT TIME ZONE 'Asia/Shanghai')::date,
        c.approved_on, c.monitoring_type, t.eliminated_on, CASE WHEN t.eliminated_on IS NULL THEN '' ELSE 'measured' END
    FROM household.monitoring_case c LEFT JOIN (
        SELECT county_code, case_id, min({DAY_OF}) AS eliminated_on FROM household.case_transition
        WHERE state = 'eliminated' GROUP BY county_code, case_id) t
    ON t.county_code = c.county_code AND t.case_id = c.id""",
    """INSERT INTO household.case_clock
    SELECT county_code, id, 1, 'approval', region_code, (opened_at AT TIME ZONE 'Asia/Shanghai')::date, due_on
    FROM household.monitoring_case
    WHERE state IN ('clue', 'visited', 'appraised', 'noticed', 'submitted', 'cross_checked', 'returned')""",
    """UPDATE household.monitoring_case SET next_due_on = due_on
    WHERE state IN ('clue', 'visited', 'appraised', 'noticed', 'submitted', 'cross_checked', 'returned')""",
)


def upgrade() -> None:
    added = (
        f"ADD COLUMN {name} {kind}" + (f" NOT NULL DEFAULT {first}" if first else "")
        for name, (kind, first) in CASE.items()
    )
    op.execute(f"ALTER TABLE household.monitoring_case {', '.join(added)}")
    told = (f"ALTER COLUMN {name} DROP DEFAULT" for name, (_, first) in CASE.items() if first)
    op.execute(f"ALTER TABLE household.monitoring_case {', '.join(told)}")
    grant(
        "household.monitoring_case",
        f"UPDATE (region_code, risk_types, per_capita_income, guarantees, due_on, {', '.join(CASE)})",
    )
    op.execute(
        """ALTER TABLE household.case_transition
            ADD COLUMN place_code varchar(12) COLLATE "C" NOT NULL DEFAULT '',
            ADD COLUMN evidence bytea,
            ADD COLUMN basis jsonb"""
    )
    op.execute("UPDATE household.case_transition SET place_code = region_code")
    op.execute("ALTER TABLE household.case_transition ALTER COLUMN place_code DROP DEFAULT")
    # Who reaches a step goes with the household; where it was made stays.
    grant("household.case_transition", "UPDATE (region_code)")
    for table, (definition, privileges) in TABLES.items():
        op.execute(definition)
        distribute(f"household.{table}")
        secure(f"household.{table}")
        grant(f"household.{table}", privileges)
    for index in INDEXES:
        op.execute(index)
    for statement in KNOWN_CASES:
        op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE household.{table}")
    op.execute("DROP INDEX household.ix_monitoring_case_county_code_next_due_on_id")
    op.execute("DROP INDEX household.ix_monitoring_case_county_code_notice_until_region_code")
    op.execute(
        "ALTER TABLE household.case_transition DROP COLUMN place_code, DROP COLUMN evidence, DROP COLUMN basis"
    )
    op.execute(f"ALTER TABLE household.monitoring_case {', '.join(f'DROP COLUMN {name}' for name in CASE)}")
    # What was granted here for columns that stay.
    role = ROLES["household"]
    op.execute(
        "REVOKE UPDATE (region_code, risk_types, per_capita_income, guarantees, due_on)"
        f" ON household.monitoring_case FROM {role}"
    )
    op.execute(f"REVOKE UPDATE (region_code) ON household.case_transition FROM {role}")
