"""What the migrations of every schema share: distribution, row-level security, grants."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from shared.auth.caller import REGION_SLOTS

#: The PostgreSQL schema of each service and its login role.
ROLES = {
    "identity": "bihuan_identity",
    "warning": "bihuan_warning",
    "household": "bihuan_household",
    "funds": "bihuan_funds",
}


def _has_citus() -> bool:
    found = op.get_bind().execute(sa.text("SELECT 1 FROM pg_extension WHERE extname = 'citus'")).scalar()
    return found is not None


def distribute(table: str) -> None:
    """Spread a table over the nodes by county, directly after it is created; nothing without Citus."""
    if _has_citus():
        op.execute(f"SELECT create_distributed_table('{table}', 'county_code')")


def reference(table: str) -> None:
    """Copy a small table to every node; nothing without Citus."""
    if _has_citus():
        op.execute(f"SELECT create_reference_table('{table}')")


def grant(table: str, privileges: str) -> None:
    """Give the service whose schema ``table`` (``schema.name``) stands in what it needs, and no more."""
    op.execute(f"GRANT {privileges} ON {table} TO {ROLES[table.partition('.')[0]]}")


def _setting(name: str) -> str:
    # nullif: an empty setting must show no row. The sub-select is evaluated once a query, not once a row.
    return f"(SELECT nullif(current_setting('app.{name}', true), ''))"


def region_condition(column: str) -> str:
    """``column`` lies in one of the call's ranges; a range costs nothing to speak of, LIKE does."""
    slots = (
        f"({column} >= {_setting(f'region_from{slot}')} AND {column} < {_setting(f'region_to{slot}')})"
        for slot in range(REGION_SLOTS)
    )
    return "(" + " OR ".join(slots) + ")"


def organisation_condition(columns: Sequence[str]) -> str:
    """One of ``columns`` is the call's organisation, or the call is for every organisation (``*``)."""
    org = _setting("org")
    own = " OR ".join(f"{column} = {org}" for column in columns)
    return f"({org} = '*' OR {own})"


def county_condition() -> str:
    """The call reaches the row's county or a part of it."""
    slots = (
        f"({start} < {end} AND left({start}, 6) = county_code"
        f" OR county_code >= {start} AND county_code < {end})"
        for start, end in (
            (_setting(f"region_from{slot}"), _setting(f"region_to{slot}")) for slot in range(REGION_SLOTS)
        )
    )
    return "(" + " OR ".join(slots) + ")"


def secure(table: str, region_column: str = "region_code", organisations: Sequence[str] = ()) -> None:
    """Row-level security on ``table``: by region and, where departments share it, by organisation."""
    _add_policy(table, region_condition(region_column), organisations)


def secure_within_county(table: str, organisations: Sequence[str]) -> None:
    """The same for what concerns a whole county and no person, so that its townships may know of it."""
    _add_policy(table, county_condition(), organisations)


def _add_policy(table: str, condition: str, organisations: Sequence[str]) -> None:
    if organisations:
        condition += " AND " + organisation_condition(organisations)
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY reach ON {table} USING ({condition})")
