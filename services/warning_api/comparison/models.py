"""Uncertain matches, what a person decided on them, and what is remembered of it."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, LargeBinary, MetaData, Table, Text

from shared.db.types import county_code, cycle_column, document, identifier, instant, sealed, word


def comparison_tables(metadata: MetaData) -> None:
    """``candidate.decided_before``: the warning whose decision was taken over without asking.

    ``match_decision`` is only added to: of the entries of one ``subject_key`` (a blind index of department and
    person) the latest counts, and one of kind ``undone`` says that there is none.
    """
    Table(
        "candidate",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        identifier("warning_id", primary_key=True),
        document("options"),
        identifier("person_id", nullable=True),
        Column("decided_by", Text),
        instant("decided_at", nullable=True),
        identifier("decided_before", nullable=True),
        Column("version", Integer, nullable=False),
        ForeignKeyConstraint(
            ["county_code", "cycle", "warning_id"],
            ["warning.warning.county_code", "warning.warning.cycle", "warning.warning.id"],
            ondelete="RESTRICT",
        ),
        postgresql_partition_by="LIST (cycle)",
    )
    decision = Table(
        "match_decision",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        Column("subject_key", LargeBinary, nullable=False),
        word("org_code"),
        cycle_column(),
        identifier("warning_id"),
        word("kind"),
        identifier("person_id", nullable=True),
        identifier("household_id", nullable=True),
        sealed("reason", nullable=True),
        word("decided_by"),
        instant("decided_at"),
    )
    Index(
        "ix_match_decision_subject_key",
        decision.c.county_code,
        decision.c.subject_key,
        decision.c.decided_at,
        decision.c.id,
    )
