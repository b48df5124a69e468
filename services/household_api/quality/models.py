"""Screenings of the registry for doubtful data, and what they found."""

from sqlalchemy import Column, Date, ForeignKeyConstraint, Index, Integer, MetaData, Table, text

from shared.db.types import county_code, document, identifier, instant, region_code, sealed, word, words


def quality_tables(metadata: MetaData) -> None:
    screening = Table(
        "quality_screening",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        # What was screened: the county or a part of it.
        region_code(),
        word("state"),
        words("rules"),
        # First month of the period, where the schedule asked for it.
        word("period", nullable=True),
        *(
            Column(name, Integer, nullable=False)
            for name in ("findings", "opened", "reopened", "closed", "version")
        ),
        document("by_severity"),
        # Rules that could not be tried, with the reason.
        document("skipped"),
        document("parameters_used"),
        word("asked_by"),
        instant("asked_at"),
        instant("finished_at", nullable=True),
    )
    Index(
        "uq_quality_screening_period",
        screening.c.county_code,
        screening.c.period,
        unique=True,
        postgresql_where=text("period IS NOT NULL"),
    )
    finding = Table(
        "quality_finding",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        word("rule"),
        word("severity"),
        word("responsible"),
        # household, person, case, measure or guarantee, and which.
        word("subject"),
        identifier("subject_id"),
        identifier("household_id", nullable=True),
        identifier("person_id", nullable=True),
        document("evidence"),
        word("state"),
        Column("due_on", Date, nullable=False),
        Column("found_on", Date, nullable=False),
        Column("last_found_on", Date, nullable=False),
        Column("times_found", Integer, nullable=False),
        Column("reopened", Integer, nullable=False),
        # Who has answered for the place responsible; another person accepts an explanation.
        word("answered_by"),
        Column("closed_on", Date),
        identifier("screening_id"),
        Column("version", Integer, nullable=False),
    )
    Index(None, finding.c.county_code, finding.c.region_code, finding.c.id)
    Index(None, finding.c.county_code, finding.c.household_id)
    Index(
        "uq_quality_finding_running",
        finding.c.county_code,
        finding.c.rule,
        finding.c.subject_id,
        unique=True,
        postgresql_where=text("state <> 'closed'"),
    )
    Table(
        "quality_finding_step",
        metadata,
        county_code(primary_key=True),
        identifier("finding_id", primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
        region_code(),
        word("state"),
        # Free text may name people.
        sealed("reason", nullable=True),
        word("made_by"),
        instant("made_at"),
        ForeignKeyConstraint(
            ["county_code", "finding_id"], ["quality_finding.county_code", "quality_finding.id"]
        ),
    )
