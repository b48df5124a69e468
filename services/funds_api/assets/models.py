"""Assets of completed projects, what is said of them, what they bring, and how they end."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import SchemaItem

from shared.db.types import county_code, identifier, instant, money, region_code, sealed, word


def asset_tables(metadata: MetaData) -> None:
    """``asset`` changes its state alone; everything else of it stands in ``asset_version``, the last of which holds.
    Reviews and income are only added to. The keeper may be a natural person, so is sealed
    (as the row ``keeper_id``); a household is an id."""
    asset = Table(
        "asset",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        identifier("project_id"),
        word("register_no"),
        word("kind"),
        money("original_value", nullable=False),
        word("state"),
        Column("version", Integer, nullable=False),
        instant("created_at"),
        word("created_by"),
        UniqueConstraint("county_code", "register_no", name="uq_asset_county_code_register_no"),
        ForeignKeyConstraint(
            ["county_code", "project_id"], ["funds.project.county_code", "funds.project.id"]
        ),
        CheckConstraint("original_value > 0", name="original_value"),
    )
    Index(None, asset.c.county_code, asset.c.project_id)
    Index(None, asset.c.county_code, asset.c.region_code)
    Table(
        "asset_version",
        metadata,
        county_code(primary_key=True),
        identifier("asset_id", primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
        region_code(),
        word("name"),
        word("location"),
        word("owner_kind"),
        word("owner_name", nullable=True),
        word("credit_code", nullable=True),
        identifier("owner_household_id", nullable=True),
        word("keeper_kind", nullable=True),
        identifier("keeper_id", nullable=True),
        sealed("keeper_sealed", nullable=True),
        word("reason", nullable=True),
        word("document_no", nullable=True),
        instant("changed_at"),
        word("changed_by"),
        _of_asset(),
        CheckConstraint(
            "(owner_kind = 'household') = (owner_household_id IS NOT NULL)"
            " AND (owner_kind = 'household') = (owner_name IS NULL)"
            " AND (owner_kind = 'household') = (credit_code IS NULL)",
            name="owner",
        ),
        CheckConstraint(
            "(keeper_kind IS NULL) = (keeper_sealed IS NULL) AND (keeper_kind IS NULL) = (keeper_id IS NULL)",
            name="keeper",
        ),
    )
    Table(
        "asset_review",
        metadata,
        county_code(primary_key=True),
        identifier("asset_id", primary_key=True),
        Column("year", Integer, primary_key=True, autoincrement=False),
        region_code(),
        word("decision"),
        word("reason"),
        instant("created_at"),
        word("created_by"),
        _of_asset(),
    )
    income = _of_one_asset(
        metadata,
        "asset_income",
        Column("year", Integer, nullable=False),
        word("kind"),
        money("amount", nullable=False),
        Column("received_on", Date, nullable=False),
        word("document_no", nullable=True),
        identifier("reversal_of", nullable=True),
        word("reason", nullable=True),
        CheckConstraint("(amount > 0) = (reversal_of IS NULL) AND amount <> 0", name="amount"),
    )
    Index("uq_asset_income_county_code_reversal_of", income.c.county_code, income.c.reversal_of, unique=True)
    disposal = _of_one_asset(
        metadata,
        "asset_disposal",
        word("kind"),
        word("document_no"),
        word("reason"),
        money("proceeds", nullable=False),
        word("state"),
        word("decision", nullable=True),
        instant("decided_at", nullable=True),
        word("decided_by", nullable=True),
        Column("version", Integer, nullable=False),
        CheckConstraint("proceeds >= 0", name="proceeds"),
        CheckConstraint("state <> 'approved' OR decided_by <> created_by", name="two_people"),
    )
    Index(
        "uq_asset_disposal_standing",
        disposal.c.county_code,
        disposal.c.asset_id,
        unique=True,
        postgresql_where=text("state <> 'refused'"),
    )


def _of_one_asset(metadata: MetaData, name: str, *columns: SchemaItem) -> Table:
    table = Table(
        name,
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        identifier("asset_id"),
        *columns,
        instant("created_at"),
        word("created_by"),
        _of_asset(),
    )
    Index(None, table.c.county_code, table.c.asset_id)
    return table


def _of_asset() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["county_code", "asset_id"], ["funds.asset.county_code", "funds.asset.id"])
