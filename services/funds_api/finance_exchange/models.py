"""Tables of what the finance bureau reports; only added to."""

from sqlalchemy import Column, Date, ForeignKeyConstraint, Integer, MetaData, Table

from shared.db.types import county_code, identifier, instant, money, region_code, word


def finance_exchange_tables(metadata: MetaData) -> None:
    """``finance_report``: one statement of a budget year as of a day; its lines are by unit and document (文号), as
    they came: also those that contradict ours, or exceed what was allocated."""
    Table(
        "finance_report",
        metadata,
        county_code(primary_key=True),
        identifier(primary_key=True),
        region_code(),
        Column("year", Integer, nullable=False),
        Column("as_of", Date, nullable=False),
        word("received_by"),
        instant("received_at"),
    )
    Table(
        "finance_report_line",
        metadata,
        county_code(primary_key=True),
        identifier("report_id", primary_key=True),
        Column("position", Integer, primary_key=True, autoincrement=False),
        region_code(),
        word("document_no"),
        money("allocated", nullable=True),
        money("paid", nullable=False),
        ForeignKeyConstraint(
            ["county_code", "report_id"], ["funds.finance_report.county_code", "funds.finance_report.id"]
        ),
    )
