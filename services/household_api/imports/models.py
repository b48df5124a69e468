"""Imports: what was received, the rows that wait, the rows that were rejected."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, MetaData, Table

from shared.db.types import county_code, document, identifier, instant, money, region_code, sealed, word


def import_tables(metadata: MetaData) -> None:
    """``import_row`` holds an import until it is applied, in the form of the registry's staging table."""
    Table(
        "registry_import",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        word("state"),
        Column("content_sha256", LargeBinary, nullable=False),
        *(
            Column(name, Integer, nullable=False)
            for name in (
                "received",
                "accepted",
                "rejected",
                "households",
                "persons",
                "changed",
                "unchanged",
                "version",
            )
        ),
        document("notes"),
        word("imported_by"),
        instant("received_at"),
        word("approved_by", nullable=True),
        instant("applied_at", nullable=True),
    )
    Table(
        "import_row",
        metadata,
        county_code(primary_key=True),
        identifier("import_id", primary_key=True),
        Column("line", Integer, primary_key=True, autoincrement=False),
        identifier(),
        identifier("household_new_id"),
        word("household_no", nullable=True),
        word("relationship", nullable=True),
        region_code(),
        word("household_type", nullable=True),
        word("monitoring_type", nullable=True),
        Column("risk_eliminated", Boolean, nullable=True),
        word("status", nullable=True),
        word("labour", nullable=True),
        word("health", nullable=True),
        word("schooling", nullable=True),
        money("annual_income", nullable=True),
        sealed(nullable=True),
        sealed("id_index", nullable=True),
        sealed("match_index", nullable=True),
        Column("match_key_id", Integer, nullable=True),
        sealed("name_index", nullable=True),
        sealed("name_birth_index", nullable=True),
        sealed("pinyin_index", nullable=True),
        sealed("pinyin_birth_index", nullable=True),
        sealed("content_index", nullable=True),
        document("errors", nullable=True),
        sealed("rejected", nullable=True),
    )
    reject = Table(
        "import_reject",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        identifier("import_id"),
        Column("line", Integer, nullable=False),
        region_code(),
        document("errors"),
        sealed(),
    )
    Index(None, reject.c.county_code, reject.c.import_id, reject.c.line, unique=True)
