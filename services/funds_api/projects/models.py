"""Projects and what each takes from which allocation."""

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Integer, MetaData, Table

from shared.db.types import county_code, identifier, instant, money, region_code, word


def project_tables(metadata: MetaData) -> None:
    """``project`` changes its state; ``project_funding`` holds how much of each part has been paid."""
    project = Table(
        "project",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        word("name"),
        word("category"),
        Column("year", Integer, nullable=False),
        money("budget", nullable=False),
        word("state"),
        word("appraisal_document_no", nullable=True),
        Column("version", Integer, nullable=False),
        instant("created_at"),
        word("created_by"),
        instant("changed_at"),
    )
    Index(None, project.c.county_code, project.c.region_code)
    funding = Table(
        "project_funding",
        metadata,
        county_code(primary_key=True),
        identifier("project_id", primary_key=True),
        identifier("allocation_id", primary_key=True),
        region_code(),
        Column("position", Integer, nullable=False),
        money("amount", nullable=False),
        money("paid", nullable=False),
        money("retained", nullable=False),
        ForeignKeyConstraint(
            ["county_code", "project_id"], ["funds.project.county_code", "funds.project.id"]
        ),
        ForeignKeyConstraint(
            ["county_code", "allocation_id"], ["funds.allocation.county_code", "funds.allocation.id"]
        ),
        CheckConstraint("paid >= 0 AND retained >= 0 AND paid + retained <= amount", name="paid"),
    )
    Index(None, funding.c.county_code, funding.c.allocation_id)
