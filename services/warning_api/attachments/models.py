"""Tables of attachments; the files themselves are in the storage."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

from shared.db.types import county_code, cycle_column, identifier, instant, region_code, sealed, word


def attachment_tables(metadata: MetaData) -> None:
    """``about``, ``about_id``: the task, problem or petition that it belongs to, which says who may see it:
    ``region_code``, and departments by ``org_code``. ``cycle``: the task's, otherwise the month of the upload.
    ``bytes``, ``sha256``: of the cleaned file. ``sealed``: its name. ``lost_found_at``: when its object was found
    missing. ``attachment_use``: the visit or entry that names it.
    """
    attachment = Table(
        "attachment",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        identifier(primary_key=True),
        word("about"),
        identifier("about_id"),
        region_code(),
        Column("org_code", Text),
        Column("storage_key", Text(collation="C"), nullable=False),
        word("content_type"),
        Column("bytes", Integer, nullable=False),
        Column("sha256", LargeBinary, nullable=False),
        sealed(),
        word("uploaded_by"),
        instant("uploaded_at"),
        instant("lost_found_at", nullable=True),
        CheckConstraint("about IN ('task', 'problem', 'petition')", name="about"),
        postgresql_partition_by="LIST (cycle)",
    )
    Index("ix_attachment_about", attachment.c.county_code, attachment.c.about_id)
    Index("ix_attachment_storage_key", attachment.c.county_code, attachment.c.storage_key)
    use = Table(
        "attachment_use",
        metadata,
        county_code(primary_key=True),
        cycle_column(primary_key=True),
        identifier("attachment_id", primary_key=True),
        identifier("used_by", primary_key=True),
        ForeignKeyConstraint(
            ["county_code", "cycle", "attachment_id"],
            ["warning.attachment.county_code", "warning.attachment.cycle", "warning.attachment.id"],
            ondelete="RESTRICT",
        ),
        postgresql_partition_by="LIST (cycle)",
    )
    Index("ix_attachment_use_used_by", use.c.county_code, use.c.used_by)
