"""Cycles, batches, warnings, verification tasks and feedback."""

from alembic import op

from migrations.helpers import ROLES, distribute, grant, secure, secure_within_county

revision = "warning"
down_revision = "household"
branch_labels = None
depends_on = None

ROLE = ROLES["warning"]

COUNTY = 'county_code char(6) COLLATE "C" NOT NULL'
CYCLE = 'cycle char(7) COLLATE "C" NOT NULL'
REGION = 'varchar(12) COLLATE "C"'

PLAIN = {
    "cycle_dates": f"""
        CREATE TABLE warning.cycle_dates (
            {COUNTY}, {CYCLE},
            opens_on date NOT NULL,
            closes_on date NOT NULL,
            version integer NOT NULL,
            CONSTRAINT pk_cycle_dates PRIMARY KEY (county_code, cycle),
            CONSTRAINT ck_cycle_dates_order CHECK (opens_on <= closes_on))""",
    "cycle_reopening": f"""
        CREATE TABLE warning.cycle_reopening (
            {COUNTY}, {CYCLE},
            org_code text NOT NULL,
            reason text NOT NULL,
            until date NOT NULL,
            reopened_by text NOT NULL,
            reopened_at timestamptz NOT NULL,
            CONSTRAINT pk_cycle_reopening PRIMARY KEY (county_code, cycle, org_code))""",
    "nil_report": f"""
        CREATE TABLE warning.nil_report (
            {COUNTY}, {CYCLE},
            org_code text NOT NULL,
            id uuid NOT NULL,
            late boolean NOT NULL,
            filed_by text NOT NULL,
            filed_at timestamptz NOT NULL,
            CONSTRAINT pk_nil_report PRIMARY KEY (county_code, cycle, org_code))""",
    "cycle_reminder": f"""
        CREATE TABLE warning.cycle_reminder (
            {COUNTY}, {CYCLE},
            org_code text NOT NULL,
            due_on date NOT NULL,
            reminded_at timestamptz NOT NULL,
            CONSTRAINT pk_cycle_reminder PRIMARY KEY (county_code, cycle, org_code, due_on))""",
    "filing_counter": f"""
        CREATE TABLE warning.filing_counter (
            {COUNTY}, {CYCLE},
            org_code text NOT NULL,
            last bigint NOT NULL,
            CONSTRAINT pk_filing_counter PRIMARY KEY (county_code, cycle, org_code))""",
    "batch": f"""
        CREATE TABLE warning.batch (
            {COUNTY}, {CYCLE},
            id uuid NOT NULL,
            org_code text NOT NULL,
            batch_no text NOT NULL,
            content_sha256 bytea NOT NULL,
            received integer NOT NULL,
            accepted integer NOT NULL,
            duplicate integer NOT NULL,
            rejected integer NOT NULL,
            urgent_reason text,
            late boolean NOT NULL,
            state text NOT NULL,
            version integer NOT NULL,
            filed_by text NOT NULL,
            filed_at timestamptz NOT NULL,
            release_required boolean NOT NULL,
            released_by text,
            released_at timestamptz,
            refused_by text,
            refused_at timestamptz,
            mapping_version integer,
            CONSTRAINT pk_batch PRIMARY KEY (county_code, cycle, id),
            CONSTRAINT uq_batch_county_code_cycle_org_code_batch_no UNIQUE (county_code, cycle, org_code, batch_no),
            CONSTRAINT ck_batch_counts CHECK (received = accepted + duplicate + rejected))""",
    "batch_reject": f"""
        CREATE TABLE warning.batch_reject (
            {COUNTY}, {CYCLE},
            batch_id uuid NOT NULL,
            line integer NOT NULL,
            id uuid NOT NULL,
            org_code text NOT NULL,
            errors jsonb NOT NULL,
            sealed bytea NOT NULL,
            CONSTRAINT pk_batch_reject PRIMARY KEY (county_code, cycle, batch_id, line),
            CONSTRAINT fk_batch_reject_county_code_batch FOREIGN KEY (county_code, cycle, batch_id)
                REFERENCES warning.batch (county_code, cycle, id) ON DELETE RESTRICT)""",
    "batch_duplicate": f"""
        CREATE TABLE warning.batch_duplicate (
            {COUNTY}, {CYCLE},
            batch_id uuid NOT NULL,
            line integer NOT NULL,
            id uuid NOT NULL,
            org_code text NOT NULL,
            source_record_id text NOT NULL,
            warning_id uuid,
            same_columns boolean NOT NULL,
            sealed bytea NOT NULL,
            CONSTRAINT pk_batch_duplicate PRIMARY KEY (county_code, cycle, batch_id, line),
            CONSTRAINT fk_batch_duplicate_county_code_batch FOREIGN KEY (county_code, cycle, batch_id)
                REFERENCES warning.batch (county_code, cycle, id) ON DELETE RESTRICT)""",
    "column_mapping": f"""
        CREATE TABLE warning.column_mapping (
            {COUNTY},
            org_code text NOT NULL,
            version integer NOT NULL,
            columns jsonb NOT NULL,
            words jsonb NOT NULL,
            disability_certificates boolean,
            set_by text NOT NULL,
            set_at timestamptz NOT NULL,
            CONSTRAINT pk_column_mapping PRIMARY KEY (county_code, org_code, version))""",
    "list_receipt": f"""
        CREATE TABLE warning.list_receipt (
            {COUNTY}, {CYCLE},
            township_code {REGION} NOT NULL,
            received_by text NOT NULL,
            received_at timestamptz NOT NULL,
            CONSTRAINT pk_list_receipt PRIMARY KEY (county_code, cycle, township_code))""",
    "match_decision": f"""
        CREATE TABLE warning.match_decision (
            {COUNTY},
            id uuid NOT NULL,
            subject_key bytea NOT NULL,
            org_code text NOT NULL,
            {CYCLE},
            warning_id uuid NOT NULL,
            kind text NOT NULL,
            person_id uuid,
            household_id uuid,
            reason bytea,
            decided_by text NOT NULL,
            decided_at timestamptz NOT NULL,
            CONSTRAINT pk_match_decision PRIMARY KEY (county_code, id))""",
}

PARTITIONED = {
    "warning": f"""
        CREATE TABLE warning.warning (
            {COUNTY}, {CYCLE},
            id uuid NOT NULL,
            batch_id uuid NOT NULL,
            org_code text NOT NULL,
            source_record_id text NOT NULL,
            filing_seq bigint NOT NULL,
            line integer NOT NULL,
            indicator text NOT NULL,
            occurred_on date NOT NULL,
            amount numeric(18,2),
            region_code {REGION} NOT NULL,
            id_index bytea,
            sealed bytea NOT NULL,
            filed_at timestamptz NOT NULL,
            state text NOT NULL,
            match text,
            matched_region_code {REGION} NOT NULL,
            household_id uuid,
            person_id uuid,
            household_type text,
            monitoring_type text,
            below_threshold boolean,
            earlier_cycle char(7) COLLATE "C",
            earlier_id uuid,
            task_id uuid,
            outcome text,
            needs_org text,
            decided_on date,
            answer_due_on date,
            closed_at timestamptz,
            withdrawn_at timestamptz,
            entries integer,
            CONSTRAINT pk_warning PRIMARY KEY (county_code, cycle, id)
        ) PARTITION BY LIST (cycle)""",
    "warning_entry": f"""
        CREATE TABLE warning.warning_entry (
            {COUNTY}, {CYCLE},
            id uuid NOT NULL,
            warning_id uuid NOT NULL,
            org_code text NOT NULL,
            kind text NOT NULL,
            sealed bytea NOT NULL,
            entered_by text NOT NULL,
            entered_at timestamptz NOT NULL,
            CONSTRAINT pk_warning_entry PRIMARY KEY (county_code, cycle, id),
            CONSTRAINT ck_warning_entry_kind CHECK (kind IN ('correction', 'withdrawal')),
            CONSTRAINT fk_warning_entry_county_code_warning FOREIGN KEY (county_code, cycle, warning_id)
                REFERENCES warning.warning (county_code, cycle, id) ON DELETE RESTRICT
        ) PARTITION BY LIST (cycle)""",
    "candidate": f"""
        CREATE TABLE warning.candidate (
            {COUNTY}, {CYCLE},
            warning_id uuid NOT NULL,
            options jsonb NOT NULL,
            person_id uuid,
            decided_by text,
            decided_at timestamptz,
            decided_before uuid,
            version integer NOT NULL,
            CONSTRAINT pk_candidate PRIMARY KEY (county_code, cycle, warning_id),
            CONSTRAINT fk_candidate_county_code_warning FOREIGN KEY (county_code, cycle, warning_id)
                REFERENCES warning.warning (county_code, cycle, id) ON DELETE RESTRICT
        ) PARTITION BY LIST (cycle)""",
    "verification_task": f"""
        CREATE TABLE warning.verification_task (
            {COUNTY}, {CYCLE},
            id uuid NOT NULL,
            subject_key bytea NOT NULL,
            follow_up integer NOT NULL,
            township_code {REGION},
            region_code {REGION} NOT NULL,
            household_id uuid,
            person_id uuid,
            household_type text,
            sealed bytea NOT NULL,
            origins text[] NOT NULL,
            urgent boolean NOT NULL,
            state text NOT NULL,
            dispatched_at timestamptz,
            due_on date NOT NULL,
            extended boolean NOT NULL,
            received_at timestamptz,
            verified_at timestamptz,
            accepted_at timestamptz,
            closed_at timestamptz,
            outcome text,
            case_id uuid,
            case_refused text,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            version integer NOT NULL,
            content_version integer NOT NULL,
            CONSTRAINT pk_verification_task PRIMARY KEY (county_code, cycle, id),
            CONSTRAINT uq_verification_task_county_code_cycle_subject_key_follow_up
                UNIQUE (county_code, cycle, subject_key, follow_up)
        ) PARTITION BY LIST (cycle)""",
    "verification": f"""
        CREATE TABLE warning.verification (
            {COUNTY}, {CYCLE},
            id uuid NOT NULL,
            task_id uuid NOT NULL,
            region_code {REGION} NOT NULL,
            outcome text NOT NULL,
            visited_on date NOT NULL,
            needs_org text,
            clue_outcomes jsonb NOT NULL,
            risk_types text[] NOT NULL,
            per_capita_income numeric(18,2),
            guarantees jsonb,
            register_as text,
            sealed bytea NOT NULL,
            verified_by text NOT NULL,
            verified_at timestamptz NOT NULL,
            CONSTRAINT pk_verification PRIMARY KEY (county_code, cycle, id),
            CONSTRAINT fk_verification_county_code_verification_task FOREIGN KEY (county_code, cycle, task_id)
                REFERENCES warning.verification_task (county_code, cycle, id) ON DELETE RESTRICT
        ) PARTITION BY LIST (cycle)""",
    "task_entry": f"""
        CREATE TABLE warning.task_entry (
            {COUNTY}, {CYCLE},
            id uuid NOT NULL,
            task_id uuid NOT NULL,
            region_code {REGION} NOT NULL,
            kind text NOT NULL,
            sealed bytea NOT NULL,
            entered_by text NOT NULL,
            entered_at timestamptz NOT NULL,
            CONSTRAINT pk_task_entry PRIMARY KEY (county_code, cycle, id),
            CONSTRAINT fk_task_entry_county_code_verification_task FOREIGN KEY (county_code, cycle, task_id)
                REFERENCES warning.verification_task (county_code, cycle, id) ON DELETE RESTRICT
        ) PARTITION BY LIST (cycle)""",
    "policy_receipt": f"""
        CREATE TABLE warning.policy_receipt (
            {COUNTY}, {CYCLE},
            id uuid NOT NULL,
            warning_id uuid NOT NULL,
            region_code {REGION} NOT NULL,
            org_code text NOT NULL,
            done_on date NOT NULL,
            amount numeric(18,2),
            sealed bytea NOT NULL,
            answered_by text NOT NULL,
            answered_at timestamptz NOT NULL,
            CONSTRAINT pk_policy_receipt PRIMARY KEY (county_code, cycle, id),
            CONSTRAINT fk_policy_receipt_county_code_warning FOREIGN KEY (county_code, cycle, warning_id)
                REFERENCES warning.warning (county_code, cycle, id) ON DELETE RESTRICT
        ) PARTITION BY LIST (cycle)""",
}

INDEXES = (
    "CREATE UNIQUE INDEX uq_warning_record ON warning.warning (county_code, cycle, org_code, source_record_id)"
    " WHERE withdrawn_at IS NULL",
    "CREATE INDEX ix_warning_entry_warning ON warning.warning_entry (county_code, cycle, warning_id)",
    # Without a condition on the state, which would forbid PostgreSQL to update a warning's state in its place.
    "CREATE INDEX ix_warning_batch ON warning.warning (county_code, cycle, batch_id, id)",
    "CREATE INDEX ix_warning_task ON warning.warning (county_code, cycle, task_id)",
    "CREATE INDEX ix_verification_task_township ON warning.verification_task"
    " (county_code, cycle, township_code, id)",
    "CREATE INDEX ix_verification_task_changed ON warning.verification_task"
    " (county_code, township_code, updated_at, id)",
    "CREATE INDEX ix_match_decision_subject_key ON warning.match_decision"
    " (county_code, subject_key, decided_at, id)",
    "CREATE INDEX ix_verification_task ON warning.verification (county_code, cycle, task_id)",
    "CREATE INDEX ix_task_entry_task ON warning.task_entry (county_code, cycle, task_id)",
    "CREATE INDEX ix_policy_receipt_warning ON warning.policy_receipt (county_code, cycle, warning_id)",
)

#: What is filed is never changed: of a warning only what the loop makes of it may be written.
GRANTS = {
    "cycle_dates": "SELECT, INSERT, UPDATE",
    "cycle_reopening": "SELECT, INSERT, UPDATE",
    "nil_report": "SELECT, INSERT",
    "cycle_reminder": "SELECT, INSERT",
    "filing_counter": "SELECT, INSERT, UPDATE",
    "batch": "SELECT, INSERT, UPDATE (released_by, released_at, refused_by, refused_at, version)",
    "batch_reject": "SELECT, INSERT",
    "batch_duplicate": "SELECT, INSERT",
    "column_mapping": "SELECT, INSERT",
    "list_receipt": "SELECT, INSERT",
    "warning": "SELECT, INSERT, UPDATE (state, match, matched_region_code, household_id, person_id,"
    " household_type, monitoring_type, below_threshold, earlier_cycle, earlier_id, task_id, outcome,"
    " needs_org, decided_on, answer_due_on, closed_at, withdrawn_at,"
    " entries)",
    "warning_entry": "SELECT, INSERT",
    "candidate": "SELECT, INSERT, UPDATE (person_id, decided_by, decided_at, decided_before, version)",
    "verification_task": "SELECT, INSERT, UPDATE (township_code, region_code, household_id, person_id,"
    " household_type, sealed, origins, urgent, state, dispatched_at, due_on, extended, received_at, verified_at,"
    " accepted_at, closed_at, outcome, case_id, case_refused, updated_at, version,"
    " content_version)",
    "match_decision": "SELECT, INSERT",
    "verification": "SELECT, INSERT",
    "task_entry": "SELECT, INSERT",
    "policy_receipt": "SELECT, INSERT",
}

#: Makes the partitions of a month that was, this one and the three to come. Owned by the owner, who alone
#: may run DDL; the service may call it, and all it can say is a date.
ENSURE_PARTITIONS = """
CREATE FUNCTION warning.ensure_partitions(today date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    parent text;
    month text;
    ahead integer;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('warning.ensure_partitions'));
    FOR ahead IN -1..3 LOOP
        month := to_char(today + make_interval(months => ahead), 'YYYY-MM');
        FOREACH parent IN ARRAY ARRAY['warning', 'warning_entry', 'candidate', 'verification_task', 'verification',
                                      'task_entry', 'policy_receipt'] LOOP
            IF to_regclass(format('warning.%I', parent || '_' || replace(month, '-', '_'))) IS NULL THEN
                EXECUTE format('CREATE TABLE warning.%I PARTITION OF warning.%I FOR VALUES IN (%L)',
                               parent || '_' || replace(month, '-', '_'), parent, month);
            END IF;
        END LOOP;
    END LOOP;
END $$"""


#: The state of a batch follows all its warnings, also those that the caller (a township, a department that
#: another one's warning needs) does not see. Owned by the owner: it recounts, and tells nothing.
#: The batches are locked first, so that of two who close the last warnings the second sees the first.
ADVANCE_BATCHES = """
CREATE FUNCTION warning.advance_batches(county bpchar, month bpchar, batches uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
BEGIN
    PERFORM 1 FROM warning.batch b WHERE b.county_code = county AND b.cycle = month AND b.id = ANY (batches)
    ORDER BY b.id FOR UPDATE;
    UPDATE warning.batch b SET version = b.version + 1, state = CASE
        WHEN s.uncompared > 0 THEN 'filed'
        WHEN s.open = 0 THEN 'closed'
        WHEN s.waiting > 0 OR (s.sent = 0 AND b.state IN ('filed', 'compared')) THEN 'compared'
        ELSE 'dispatched' END
    FROM (SELECT i.id, count(w.id) AS open,
                 count(w.id) FILTER (WHERE w.state = 'filed' AND w.match IS NULL) AS uncompared,
                 count(w.id) FILTER (WHERE w.state = 'compared' AND length(w.matched_region_code) > 6)
                     AS waiting,
                 count(w.id) FILTER (WHERE w.state IN ('dispatched', 'fed_back')) AS sent
          FROM unnest(batches) AS i (id)
          LEFT JOIN warning.warning w ON w.county_code = county AND w.cycle = month AND w.batch_id = i.id
               AND w.state <> 'closed'
          GROUP BY i.id) s
    WHERE b.county_code = county AND b.cycle = month AND b.id = s.id;
END $$"""

#: Which of these tasks have warnings that are not closed, whichever department pushed them.
OPEN_TASKS = """
CREATE FUNCTION warning.open_tasks(county bpchar, month bpchar, tasks uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT DISTINCT w.task_id FROM warning.warning w
    WHERE w.county_code = county AND w.cycle = month AND w.task_id = ANY (tasks) AND w.state <> 'closed'
$$"""

#: The first batch of a month comes into a table that the planner takes for empty: joins with it would walk all of
#: it for every row, until autovacuum comes by a minute later. Only the owner may ANALYZE on PostgreSQL 14.
REFRESH_STATISTICS = """
CREATE FUNCTION warning.refresh_statistics(month bpchar) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    parent text;
    part regclass;
    pages bigint;
BEGIN
    FOREACH parent IN ARRAY ARRAY['warning', 'verification_task'] LOOP
        part := to_regclass(format('warning.%I', parent || '_' || replace(month, '-', '_')));
        pages := pg_relation_size(part) / current_setting('block_size')::bigint;
        IF pages > (SELECT greatest(2 * c.relpages, 50) FROM pg_class c WHERE c.oid = part) THEN
            EXECUTE format('ANALYZE %s', part);
        END IF;
    END LOOP;
END $$"""

FUNCTIONS = {
    "ensure_partitions(date)": ENSURE_PARTITIONS,
    "refresh_statistics(bpchar)": REFRESH_STATISTICS,
    "advance_batches(bpchar, bpchar, uuid[])": ADVANCE_BATCHES,
    "open_tasks(bpchar, bpchar, uuid[])": OPEN_TASKS,
}


def upgrade() -> None:
    for table, ddl in (PLAIN | PARTITIONED).items():
        op.execute(ddl)
        distribute(f"warning.{table}")
        grant(f"warning.{table}", GRANTS[table])
    for index in INDEXES:
        op.execute(index)
    secure_within_county("warning.batch", ["org_code"])
    secure_within_county("warning.warning_entry", ["org_code"])
    secure_within_county("warning.column_mapping", ["org_code"])
    secure("warning.batch_reject", "county_code", ["org_code"])
    secure("warning.batch_duplicate", "county_code", ["org_code"])
    secure("warning.warning", "matched_region_code", ["org_code", "needs_org"])
    secure("warning.candidate", "county_code")
    secure("warning.match_decision", "county_code")
    secure("warning.policy_receipt", "region_code", ["org_code"])
    for table in ("verification_task", "verification", "task_entry"):
        secure(f"warning.{table}")
    for function, ddl in FUNCTIONS.items():
        op.execute(ddl)
        op.execute(f"REVOKE ALL ON FUNCTION warning.{function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION warning.{function} TO {ROLE}")


def downgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION warning.{function}")
    for table in reversed([*PLAIN, *PARTITIONED]):
        op.execute(f"DROP TABLE warning.{table} CASCADE")
