"""Tables of the ranking: once made, a line and its evidence are never changed."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid

from shared.db.types import county_code, document, identifier, instant, region_code, sealed, word


def ranking_tables(metadata: MetaData) -> None:
    """``edition`` counts the computations of a quarter; ``used``: the parameters by which it was made.

    ``ranking_evidence``: the rows behind each component as they were then; ``counted``: those of the numerator.
    """
    Table(
        "ranking",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        word("quarter"),
        Column("edition", Integer, nullable=False),
        Column("as_of", Date, nullable=False),
        Column("complete", Boolean, nullable=False),
        word("state"),
        document("used"),
        word("made_by"),
        instant("made_at"),
        Column("published_by", Text),
        instant("published_at", nullable=True),
        Column("version", Integer, nullable=False),
        UniqueConstraint("county_code", "quarter", "edition"),
    )
    Table(
        "ranking_line",
        metadata,
        county_code(primary_key=True),
        identifier("ranking_id", primary_key=True),
        region_code("township_code", primary_key=True),
        Column("score", Numeric(5, 2)),
        Column("rank", Integer),
        Column("last", Boolean, nullable=False),
        Column("tied_at_border", Boolean, nullable=False),
        document("components"),
        _of_ranking(),
    )
    Table(
        "ranking_evidence",
        metadata,
        county_code(primary_key=True),
        identifier("ranking_id", primary_key=True),
        region_code("township_code", primary_key=True),
        word("component", primary_key=True),
        word("item", primary_key=True),
        Column("counted", Boolean, nullable=False),
        document("detail"),
        _of_ranking(),
    )
    proposal = Table(
        "ranking_proposal",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        identifier("ranking_id"),
        word("quarter"),
        region_code("township_code"),
        word("kind"),
        Column("occurrence", Integer, nullable=False),
        Column("earlier", ARRAY(Uuid()), nullable=False),
        word("state"),
        sealed(nullable=True),
        Column("decided_by", Text),
        instant("decided_at", nullable=True),
        Column("version", Integer, nullable=False),
        _of_ranking(),
    )
    Index(
        "uq_ranking_proposal_standing",
        proposal.c.county_code,
        proposal.c.quarter,
        proposal.c.township_code,
        unique=True,
        postgresql_where=text("state <> 'superseded'"),
    )


def _of_ranking() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["county_code", "ranking_id"],
        ["warning.ranking.county_code", "warning.ranking.id"],
        ondelete="RESTRICT",
    )
