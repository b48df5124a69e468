"""Projects, what each takes from which allocation, and the papers of the library."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Numeric,
    Table,
)
from sqlalchemy.schema import SchemaItem

from shared.db.types import county_code, document, identifier, instant, money, region_code, word


def project_tables(metadata: MetaData) -> None:
    """``project`` changes its state; ``project_funding`` holds how much of each part has been used, and how much
    contracts bind (``committed``). ``project_transition`` and the papers are only added to, except milestones,
    whose days change."""
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
        document("plan"),
        word("selection_document_no", nullable=True),
        word("suspended_from", nullable=True),
    )
    Index(None, project.c.county_code, project.c.region_code)
    Index(None, project.c.county_code, project.c.year)
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
        money("committed", nullable=False),
        money("transferred", nullable=False),
        money("held", nullable=False),
        _of_project(),
        ForeignKeyConstraint(
            ["county_code", "allocation_id"], ["funds.allocation.county_code", "funds.allocation.id"]
        ),
        CheckConstraint(
            "paid >= 0 AND retained >= 0 AND transferred >= 0 AND held >= 0 AND committed >= 0"
            " AND paid + retained + transferred + held + committed <= amount",
            name="paid",
        ),
    )
    Index(None, funding.c.county_code, funding.c.allocation_id)
    _paper(
        metadata,
        "project_transition",
        word("from_state"),
        word("to_state"),
        word("reason", nullable=True),
        word("document_no", nullable=True),
    )
    _paper(
        metadata,
        "project_appraisal",
        word("appraised_by"),
        Column("appraised_on", Date, nullable=False),
        word("result"),
        word("document_no"),
        word("note", nullable=True),
    )
    _paper(
        metadata,
        "project_milestone",
        word("name"),
        Column("planned_on", Date, nullable=False),
        Column("first_planned_on", Date, nullable=False),
        Column("reached_on", Date, nullable=True),
        word("reason", nullable=True),
        Column("version", Integer, nullable=False),
        instant("changed_at"),
    )
    _paper(metadata, "performance_goals", document("goals"))
    _paper(
        metadata,
        "performance_evaluation",
        identifier("goals_id"),
        Column("evaluated_on", Date, nullable=False),
        word("document_no", nullable=True),
        document("goals"),
        Column("score", Numeric(5, 2), nullable=False),
        word("result"),
        Column("rule_version", Integer, nullable=False),
        ForeignKeyConstraint(
            ["county_code", "goals_id"], ["funds.performance_goals.county_code", "funds.performance_goals.id"]
        ),
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
    )


def _paper(metadata: MetaData, name: str, *columns: SchemaItem) -> None:
    """A table of what is said of a project, with who said it and when."""
    paper = Table(
        name,
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        identifier("project_id"),
        *columns,
        instant("created_at"),
        word("created_by"),
        _of_project(),
    )
    Index(None, paper.c.county_code, paper.c.project_id)


def _of_project() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["county_code", "project_id"], ["funds.project.county_code", "funds.project.id"]
    )
