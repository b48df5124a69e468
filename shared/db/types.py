"""Column types and keys that every table of every service uses (data rules 1 and 8)."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CHAR, Column, DateTime, LargeBinary, MetaData, Numeric, String, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Xid8(UserDefinedType[str]):
    """The number of a transaction, never used twice in the life of a database."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


# So that it is recognised in a database that is compared with the models.
ischema_names["xid8"] = Xid8


def schema(name: str) -> MetaData:
    """The metadata of one service: its tables stand in its own PostgreSQL schema."""
    return MetaData(schema=name, naming_convention=NAMING)


def county_code(**options: Any) -> Column[str]:
    """First in every primary key, unique constraint and foreign key; never updated."""
    return Column("county_code", CHAR(6, collation="C"), nullable=False, **options)


def cycle_column(**options: Any) -> Column[str]:
    """A month of the loop, ``2026-11``; the partition key."""
    return Column("cycle", CHAR(7, collation="C"), nullable=False, **options)


def region_code(name: str = "region_code", *, nullable: bool = False, **options: Any) -> Column[str]:
    """2 to 12 digits, compared as bytes, so that a range is a region and all below it."""
    return Column(name, String(12, collation="C"), nullable=nullable, **options)


def identifier(name: str = "id", **options: Any) -> Column[Any]:
    """UUIDv7, given by the application."""
    return Column(name, Uuid(), **{"nullable": False, **options})


def instant(name: str, **options: Any) -> Column[Any]:
    return Column(name, DateTime(timezone=True), **{"nullable": False, **options})


def changed_in(name: str = "changed_in", **options: Any) -> Column[Any]:
    """The transaction that wrote a row last: told by an INSERT itself, by each UPDATE in so many words
    (shared/pagination/snapshots.py)."""
    default = text("pg_current_xact_id()")
    return Column(name, Xid8(), **{"nullable": False, "server_default": default, **options})


def money(name: str, **options: Any) -> Column[Any]:
    """Yuan with two places."""
    return Column(name, Numeric(18, 2), **options)


def word(name: str, **options: Any) -> Column[str]:
    """A code or short text; never personal data."""
    return Column(name, Text(), **{"nullable": False, **options})


def words(name: str, **options: Any) -> Column[Sequence[str]]:
    return Column(name, ARRAY(Text()), **{"nullable": False, **options})


def document(name: str, **options: Any) -> Column[Any]:
    return Column(name, JSONB(), **{"nullable": False, **options})


def sealed(name: str = "sealed", **options: Any) -> Column[Any]:
    """Ciphertext with its key id (see shared/sealing)."""
    return Column(name, LargeBinary(), **{"nullable": False, **options})
