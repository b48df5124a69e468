"""Tables of telephone surveys."""

from sqlalchemy import (
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from shared.db.types import (
    county_code,
    cycle_column,
    document,
    identifier,
    instant,
    region_code,
    sealed,
    word,
    words,
)


def survey_tables(metadata: MetaData) -> None:
    """``drawn``: per stratum how many there are, how many were drawn, how many had no telephone.

    Of a sample ``answers`` holds what was chosen, by number of the question, and ``sealed`` what was said in
    words. Whom it is about stands with its task.
    """
    Table(
        "survey",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        word("quarter"),
        word("seed"),
        document("asked"),
        words("strata"),
        document("script"),
        document("drawn"),
        word("state"),
        word("made_by"),
        instant("made_at"),
        instant("closed_at", nullable=True),
        Column("version", Integer, nullable=False),
    )
    sample = Table(
        "survey_sample",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        identifier("survey_id"),
        region_code(),
        region_code("township_code"),
        cycle_column(),
        identifier("task_id"),
        word("stratum"),
        Column("position", Integer, nullable=False),
        word("state"),
        Column("called_on", Date),
        document("answers"),
        sealed(nullable=True),
        Column("problems", Integer, nullable=False),
        Column("answered_by", Text),
        instant("answered_at", nullable=True),
        Column("version", Integer, nullable=False),
        UniqueConstraint("county_code", "survey_id", "position"),
        ForeignKeyConstraint(
            ["county_code", "survey_id"],
            ["warning.survey.county_code", "warning.survey.id"],
            ondelete="RESTRICT",
        ),
    )
    Index("ix_survey_sample_township", sample.c.county_code, sample.c.township_code, sample.c.survey_id)
