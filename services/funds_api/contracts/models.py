"""Contracts, what each binds of which allocation, and how they were changed."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Table,
    UniqueConstraint,
)

from shared.db.types import county_code, identifier, instant, money, region_code, word


def contract_tables(metadata: MetaData) -> None:
    """``contract`` and ``contract_supplement`` are only added to; ``contract_funding`` holds what is bound and used.

    The contractor is an organisation with a credit code, whose name is public.
    """
    Table(
        "contract",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        identifier("project_id"),
        word("number"),
        word("contractor"),
        word("credit_code"),
        money("amount", nullable=False),
        Column("signed_on", Date, nullable=False),
        instant("created_at"),
        word("created_by"),
        UniqueConstraint(
            "county_code", "project_id", "number", name="uq_contract_county_code_project_id_number"
        ),
        ForeignKeyConstraint(
            ["county_code", "project_id"], ["funds.project.county_code", "funds.project.id"]
        ),
        CheckConstraint("amount > 0", name="amount"),
    )
    supplement = Table(
        "contract_supplement",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        identifier("contract_id"),
        money("amount", nullable=False),
        Column("signed_on", Date, nullable=False),
        word("document_no"),
        word("reason"),
        instant("created_at"),
        word("created_by"),
        _of_contract(),
        CheckConstraint("amount <> 0", name="amount"),
    )
    Index(None, supplement.c.county_code, supplement.c.contract_id)
    funding = Table(
        "contract_funding",
        metadata,
        county_code(primary_key=True),
        identifier("contract_id", primary_key=True),
        identifier("allocation_id", primary_key=True),
        region_code(),
        money("amount", nullable=False),
        money("used", nullable=False),
        _of_contract(),
        ForeignKeyConstraint(
            ["county_code", "allocation_id"], ["funds.allocation.county_code", "funds.allocation.id"]
        ),
        CheckConstraint("used >= 0 AND used <= amount", name="used"),
    )
    Index(None, funding.c.county_code, funding.c.allocation_id)


def _of_contract() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["county_code", "contract_id"], ["funds.contract.county_code", "funds.contract.id"]
    )
