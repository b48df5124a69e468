"""Imports: what was received, the rows that wait, what they change, the rows that were rejected; the layouts."""

from typing import Any, Final

from sqlalchemy import Boolean, Column, Date, Index, Integer, LargeBinary, MetaData, Numeric, Table, Text

from services.household_api.registry.fields import CONDITIONS, PERSON
from shared.db.types import county_code, document, identifier, instant, region_code, sealed, word

#: Types of the staging table's columns.
TYPES: Final[dict[str, Any]] = {
    "text": Text,
    "boolean": Boolean,
    "date": Date,
    "numeric(18,2)": lambda: Numeric(18, 2),
}


def import_tables(metadata: MetaData) -> None:
    """``import_row`` holds an import until it is applied, in the form of the registry's staging table;
    ``import_change`` says what its rows change, for whoever reviews it."""
    Table(
        "import_layout",
        metadata,
        county_code(primary_key=True),
        word("name", primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
        # Heading -> field; field -> word -> code.
        document("columns"),
        document("words"),
        word("dates"),
        Column("national", Boolean, nullable=False),
        word("set_by"),
        instant("set_at"),
    )
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
        word("layout"),
        Column("layout_version", Integer, nullable=False),
        # Until when the incomes of the file were earned, where whoever imported it said so.
        Column("as_of", Date),
        Column("added", Integer, nullable=False),
        # The counts that the second officer saw.
        document("reviewed", nullable=True),
        # Why the second officer refused it.
        sealed("refusal", nullable=True),
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
        region_code(),
        word("household_type", nullable=True),
        word("monitoring_type", nullable=True),
        Column("risk_eliminated", Boolean, nullable=True),
        *(Column(name, TYPES[kind]()) for name, kind in {**CONDITIONS, **PERSON}.items()),
        document("facts", nullable=True),
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
    Table(
        "import_change",
        metadata,
        county_code(primary_key=True),
        identifier("import_id", primary_key=True),
        Column("line", Integer, primary_key=True, autoincrement=False),
        region_code(),
        identifier("household_id"),
        # None: the person is new.
        identifier("person_id", nullable=True),
        word("change"),
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
