"""Telephone surveys, problems to rectify, petitions, the quarterly ranking, monthly progress reports."""

from alembic import op

from migrations.helpers import distribute, grant, secure, secure_within_county

revision = "inspection"
down_revision = "other_ways_in"
branch_labels = None
depends_on = None

COUNTY = 'county_code char(6) COLLATE "C" NOT NULL'
REGION = 'region_code varchar(12) COLLATE "C" NOT NULL'
TOWNSHIP = 'township_code varchar(12) COLLATE "C"'
CYCLE = 'cycle char(7) COLLATE "C" NOT NULL'

#: Table -> (definition, what the service may do).
TABLES = {
    "survey": (
        f"""CREATE TABLE warning.survey (
            {COUNTY}, id uuid NOT NULL, {REGION},
            quarter text NOT NULL,
            seed text NOT NULL,
            asked jsonb NOT NULL,
            strata text[] NOT NULL,
            script jsonb NOT NULL,
            drawn jsonb NOT NULL,
            state text NOT NULL,
            made_by text NOT NULL,
            made_at timestamptz NOT NULL,
            closed_at timestamptz,
            version integer NOT NULL,
            CONSTRAINT pk_survey PRIMARY KEY (county_code, id))""",
        "SELECT, INSERT, UPDATE (state, closed_at, version)",
    ),
    "survey_sample": (
        f"""CREATE TABLE warning.survey_sample (
            {COUNTY}, id uuid NOT NULL,
            survey_id uuid NOT NULL,
            {REGION}, {TOWNSHIP} NOT NULL, {CYCLE},
            task_id uuid NOT NULL,
            stratum text NOT NULL,
            position integer NOT NULL,
            state text NOT NULL,
            called_on date,
            answers jsonb NOT NULL,
            sealed bytea,
            problems integer NOT NULL,
            answered_by text,
            answered_at timestamptz,
            version integer NOT NULL,
            CONSTRAINT pk_survey_sample PRIMARY KEY (county_code, id),
            CONSTRAINT uq_survey_sample_county_code_survey_id_position UNIQUE (county_code, survey_id, position),
            CONSTRAINT fk_survey_sample_county_code_survey_id_survey FOREIGN KEY (county_code, survey_id)
                REFERENCES warning.survey (county_code, id) ON DELETE RESTRICT)""",
        "SELECT, INSERT,"
        " UPDATE (state, called_on, answers, sealed, problems, answered_by, answered_at, version)",
    ),
    "problem": (
        f"""CREATE TABLE warning.problem (
            {COUNTY}, id uuid NOT NULL, {REGION}, {TOWNSHIP},
            org_code text,
            source text NOT NULL,
            source_name text NOT NULL,
            source_level text,
            source_id uuid,
            source_item integer,
            found_on date NOT NULL,
            household_id uuid,
            due_on date NOT NULL,
            state text NOT NULL,
            sealed bytea NOT NULL,
            made_by text NOT NULL,
            made_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            closed_at timestamptz,
            version integer NOT NULL,
            CONSTRAINT pk_problem PRIMARY KEY (county_code, id))""",
        "SELECT, INSERT, UPDATE (due_on, state, updated_at, closed_at, version)",
    ),
    "problem_part": (
        f"""CREATE TABLE warning.problem_part (
            {COUNTY},
            problem_id uuid NOT NULL,
            party text NOT NULL,
            {REGION},
            org_code text,
            state text NOT NULL,
            due_on date NOT NULL,
            rectified_by text,
            rectified_at timestamptz,
            accepted_by text,
            accepted_at timestamptz,
            returns integer NOT NULL,
            told_overdue_on date,
            CONSTRAINT pk_problem_part PRIMARY KEY (county_code, problem_id, party),
            CONSTRAINT fk_problem_part_county_code_problem_id_problem FOREIGN KEY (county_code, problem_id)
                REFERENCES warning.problem (county_code, id) ON DELETE RESTRICT)""",
        "SELECT, INSERT, UPDATE (state, due_on, rectified_by, rectified_at, accepted_by, accepted_at, returns,"
        " told_overdue_on)",
    ),
    "problem_step": (
        f"""CREATE TABLE warning.problem_step (
            {COUNTY}, id uuid NOT NULL,
            problem_id uuid NOT NULL,
            party text NOT NULL,
            {REGION},
            org_code text,
            state text NOT NULL,
            sealed bytea,
            made_by text NOT NULL,
            made_at timestamptz NOT NULL,
            CONSTRAINT pk_problem_step PRIMARY KEY (county_code, id),
            CONSTRAINT fk_problem_step_county_code_problem_id_problem FOREIGN KEY (county_code, problem_id)
                REFERENCES warning.problem (county_code, id) ON DELETE RESTRICT)""",
        "SELECT, INSERT",
    ),
    "problem_recheck": (
        f"""CREATE TABLE warning.problem_recheck (
            {COUNTY}, id uuid NOT NULL, {REGION},
            seed text NOT NULL,
            asked jsonb NOT NULL,
            strata text[] NOT NULL,
            drawn jsonb NOT NULL,
            made_by text NOT NULL,
            made_at timestamptz NOT NULL,
            CONSTRAINT pk_problem_recheck PRIMARY KEY (county_code, id))""",
        "SELECT, INSERT",
    ),
    "problem_recheck_item": (
        f"""CREATE TABLE warning.problem_recheck_item (
            {COUNTY},
            recheck_id uuid NOT NULL,
            problem_id uuid NOT NULL,
            {REGION},
            org_code text,
            stratum text NOT NULL,
            position integer NOT NULL,
            result text,
            sealed bytea,
            checked_by text,
            checked_at timestamptz,
            CONSTRAINT pk_problem_recheck_item PRIMARY KEY (county_code, recheck_id, problem_id),
            CONSTRAINT fk_problem_recheck_item_county_code_recheck_id_problem_recheck
                FOREIGN KEY (county_code, recheck_id)
                REFERENCES warning.problem_recheck (county_code, id) ON DELETE RESTRICT,
            CONSTRAINT fk_problem_recheck_item_county_code_problem_id_problem
                FOREIGN KEY (county_code, problem_id)
                REFERENCES warning.problem (county_code, id) ON DELETE RESTRICT)""",
        "SELECT, INSERT, UPDATE (result, sealed, checked_by, checked_at)",
    ),
    "petition": (
        f"""CREATE TABLE warning.petition (
            {COUNTY}, id uuid NOT NULL, {REGION}, {TOWNSHIP},
            from_level text NOT NULL,
            document_no text,
            received_on date NOT NULL,
            due_on date NOT NULL,
            household_id uuid,
            state text NOT NULL,
            sealed bytea NOT NULL,
            handled_by text,
            answered_on date,
            made_by text NOT NULL,
            made_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            closed_at timestamptz,
            told_overdue_on date,
            version integer NOT NULL,
            CONSTRAINT pk_petition PRIMARY KEY (county_code, id))""",
        "SELECT, INSERT, UPDATE (region_code, township_code, state, handled_by, answered_on, updated_at, closed_at,"
        " told_overdue_on, version)",
    ),
    "petition_step": (
        f"""CREATE TABLE warning.petition_step (
            {COUNTY}, id uuid NOT NULL,
            petition_id uuid NOT NULL,
            {REGION},
            state text NOT NULL,
            sealed bytea,
            made_by text NOT NULL,
            made_at timestamptz NOT NULL,
            CONSTRAINT pk_petition_step PRIMARY KEY (county_code, id),
            CONSTRAINT fk_petition_step_county_code_petition_id_petition FOREIGN KEY (county_code, petition_id)
                REFERENCES warning.petition (county_code, id) ON DELETE RESTRICT)""",
        "SELECT, INSERT",
    ),
    "ranking": (
        f"""CREATE TABLE warning.ranking (
            {COUNTY}, id uuid NOT NULL,
            quarter text NOT NULL,
            edition integer NOT NULL,
            as_of date NOT NULL,
            complete boolean NOT NULL,
            state text NOT NULL,
            used jsonb NOT NULL,
            made_by text NOT NULL,
            made_at timestamptz NOT NULL,
            published_by text,
            published_at timestamptz,
            version integer NOT NULL,
            CONSTRAINT pk_ranking PRIMARY KEY (county_code, id),
            CONSTRAINT uq_ranking_county_code_quarter_edition UNIQUE (county_code, quarter, edition))""",
        "SELECT, INSERT, UPDATE (state, published_by, published_at, version)",
    ),
    "ranking_line": (
        f"""CREATE TABLE warning.ranking_line (
            {COUNTY},
            ranking_id uuid NOT NULL,
            {TOWNSHIP} NOT NULL,
            score numeric(5,2),
            rank integer,
            last boolean NOT NULL,
            tied_at_border boolean NOT NULL,
            components jsonb NOT NULL,
            CONSTRAINT pk_ranking_line PRIMARY KEY (county_code, ranking_id, township_code),
            CONSTRAINT fk_ranking_line_county_code_ranking_id_ranking FOREIGN KEY (county_code, ranking_id)
                REFERENCES warning.ranking (county_code, id) ON DELETE RESTRICT)""",
        "SELECT, INSERT",
    ),
    "ranking_evidence": (
        f"""CREATE TABLE warning.ranking_evidence (
            {COUNTY},
            ranking_id uuid NOT NULL,
            {TOWNSHIP} NOT NULL,
            component text NOT NULL,
            item text NOT NULL,
            counted boolean NOT NULL,
            detail jsonb NOT NULL,
            CONSTRAINT pk_ranking_evidence PRIMARY KEY (county_code, ranking_id, township_code, component, item),
            CONSTRAINT fk_ranking_evidence_county_code_ranking_id_ranking FOREIGN KEY (county_code, ranking_id)
                REFERENCES warning.ranking (county_code, id) ON DELETE RESTRICT)""",
        "SELECT, INSERT",
    ),
    "ranking_proposal": (
        f"""CREATE TABLE warning.ranking_proposal (
            {COUNTY}, id uuid NOT NULL,
            ranking_id uuid NOT NULL,
            quarter text NOT NULL,
            {TOWNSHIP} NOT NULL,
            kind text NOT NULL,
            occurrence integer NOT NULL,
            earlier uuid[] NOT NULL,
            state text NOT NULL,
            sealed bytea,
            decided_by text,
            decided_at timestamptz,
            version integer NOT NULL,
            CONSTRAINT pk_ranking_proposal PRIMARY KEY (county_code, id),
            CONSTRAINT fk_ranking_proposal_county_code_ranking_id_ranking FOREIGN KEY (county_code, ranking_id)
                REFERENCES warning.ranking (county_code, id) ON DELETE RESTRICT)""",
        "SELECT, INSERT, UPDATE (state, sealed, decided_by, decided_at, version)",
    ),
    "progress_report": (
        f"""CREATE TABLE warning.progress_report (
            {COUNTY}, {CYCLE},
            reporter text NOT NULL,
            version integer NOT NULL,
            id uuid NOT NULL,
            {REGION},
            org_code text,
            sealed bytea NOT NULL,
            reported_by text NOT NULL,
            reported_at timestamptz NOT NULL,
            CONSTRAINT pk_progress_report PRIMARY KEY (county_code, cycle, reporter, version))""",
        "SELECT, INSERT",
    ),
    "progress_reminder": (
        f"""CREATE TABLE warning.progress_reminder (
            {COUNTY}, {CYCLE},
            reporter text NOT NULL,
            due_on date NOT NULL,
            reminded_at timestamptz NOT NULL,
            CONSTRAINT pk_progress_reminder PRIMARY KEY (county_code, cycle, reporter, due_on))""",
        "SELECT, INSERT",
    ),
}

INDEXES = (
    "CREATE INDEX ix_survey_sample_township ON warning.survey_sample (county_code, township_code, survey_id)",
    "CREATE INDEX ix_problem_township ON warning.problem (county_code, township_code, id)",
    "CREATE INDEX ix_problem_org ON warning.problem (county_code, org_code, id)",
    "CREATE UNIQUE INDEX uq_problem_source ON warning.problem (county_code, source_id, source_item)"
    " WHERE source_id IS NOT NULL AND state <> 'withdrawn'",
    "CREATE INDEX ix_problem_part_due ON warning.problem_part (county_code, due_on)"
    " WHERE state IN ('assigned', 'returned')",
    "CREATE INDEX ix_problem_step_problem ON warning.problem_step (county_code, problem_id, id)",
    "CREATE INDEX ix_petition_due ON warning.petition (county_code, due_on, id)",
    "CREATE INDEX ix_petition_step_petition ON warning.petition_step (county_code, petition_id, id)",
    "CREATE UNIQUE INDEX uq_ranking_proposal_standing ON warning.ranking_proposal"
    " (county_code, quarter, township_code) WHERE state <> 'superseded'",
)

#: Problems and what hangs on them: the place and the department that each answer for their part.
OF_TWO_PARTIES = ("problem", "problem_part", "problem_step", "problem_recheck_item")


def upgrade() -> None:
    for table, (definition, privileges) in TABLES.items():
        op.execute(definition)
        distribute(f"warning.{table}")
        grant(f"warning.{table}", privileges)
    for index in INDEXES:
        op.execute(index)
    for table in ("survey", "survey_sample", "problem_recheck", "petition", "petition_step"):
        secure(f"warning.{table}")
    for table in OF_TWO_PARTIES:
        secure(f"warning.{table}", organisations=["org_code"])
    secure("warning.progress_report", organisations=["org_code"])
    for table in ("ranking_evidence", "ranking_proposal"):
        secure(f"warning.{table}", "township_code")
    for table in ("ranking", "ranking_line"):
        secure_within_county(f"warning.{table}", [])


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE warning.{table}")
