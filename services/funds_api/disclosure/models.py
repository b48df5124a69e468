"""The table of postings: where and when an arrangement was put up in its village or township."""

from sqlalchemy import Column, Date, Index, MetaData, Table

from shared.db.types import county_code, identifier, instant, region_code, word


def disclosure_tables(metadata: MetaData) -> None:
    """``disclosure_posting``, only added to. ``region_code``: the allocation's or project's."""
    posting = Table(
        "disclosure_posting",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        word("kind"),
        identifier("subject_id"),
        Column("posted_on", Date, nullable=False),
        word("place"),
        word("recorded_by"),
        instant("recorded_at"),
    )
    Index(None, posting.c.county_code, posting.c.subject_id)
