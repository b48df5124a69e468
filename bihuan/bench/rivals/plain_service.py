"""What the two ordinary ways of writing the endpoint share: a pydantic model, and a record sealed as it comes.

Both do what filing does to a record: check it, seal what is personal, index the ID number, fill the same columns
of the same table. They write as the owner, whom no policy concerns.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import orjson
from pydantic import BaseModel, Field, field_validator
from sqlalchemy import CHAR, Column, LargeBinary, MetaData, Table, Text, Uuid

from bihuan.sample.county import COUNTY_CODE
from services.warning_api.models import METADATA
from shared.db.identifiers import new_id
from shared.identifiers.id_number import check_id_number, normalise_id_number
from shared.sealing import PURPOSES, Keyring, KeyringSealer, WrappedKey

WARNING = METADATA.tables["warning.warning"]

#: Guards nothing: the keys live as long as the measurement.
KEK = bytes(32)

#: The registry in the same database; ``bare_copy`` writes the same rows with one statement.
PERSON = Table(
    "bench_person",
    MetaData(schema="warning"),
    Column("county_code", CHAR(6), primary_key=True),
    Column("id_index", LargeBinary, primary_key=True),
    Column("person_id", Uuid),
    Column("household_id", Uuid),
    Column("household_type", Text),
)

MAKE_REGISTRY = """
DROP TABLE IF EXISTS warning.bench_person;
CREATE TABLE warning.bench_person (
    county_code char(6) COLLATE "C", id_index bytea, person_id uuid, household_id uuid, household_type text,
    monitoring_type text, region_code varchar(12) COLLATE "C", PRIMARY KEY (county_code, id_index))"""


class PushedRecord(BaseModel):
    """A record as the contract describes it."""

    source_record_id: str = Field(min_length=1, max_length=100)
    id_number: str
    name: str = Field(min_length=1, max_length=60)
    region_code: str
    indicator: str
    occurred_on: date
    amount: Decimal = Field(ge=0, decimal_places=2)
    phone: str | None = None
    detail: str | None = Field(default=None, max_length=2000)

    @field_validator("id_number")
    @classmethod
    def valid(cls, value: str) -> str:
        number = normalise_id_number(value)
        check_id_number(number, datetime.now(UTC).date())
        return number


@cache
def keys_of_the_rivals() -> tuple[WrappedKey, ...]:
    """Keys of their own, as a service of this county has them (SM4-GCM); the same in every process of a run."""
    keyring = Keyring("warning", KEK)
    now = datetime.now(UTC)
    return tuple(keyring.next_row(COUNTY_CODE, purpose, now) for purpose in PURPOSES)


def sealer_with(keys: Iterable[WrappedKey]) -> KeyringSealer:
    return KeyringSealer(Keyring("warning", KEK, keys))


@cache
def make_sealer() -> KeyringSealer:
    """The sealer of this process."""
    return sealer_with(keys_of_the_rivals())


def read_records(path: Path) -> Iterator[PushedRecord]:
    """The records of an NDJSON file."""
    with path.open("rb") as file:
        for line in file:
            yield PushedRecord.model_validate(orjson.loads(line))


def row_of(
    record: PushedRecord, sealer: KeyringSealer, batch_id: UUID, cycle: str, number: int
) -> dict[str, Any]:
    """The columns of one warning."""
    id_ = new_id()
    personal = record.model_dump_json(include={"name", "id_number", "phone", "detail"}).encode()
    (sealed,) = sealer.seal_many("warning", "sealed", COUNTY_CODE, [(id_.bytes, personal)])
    (index,) = sealer.mac_many(COUNTY_CODE, [record.id_number.encode()])
    return {
        "county_code": COUNTY_CODE,
        "cycle": cycle,
        "id": id_,
        "batch_id": batch_id,
        "org_code": "YB",
        "source_record_id": record.source_record_id,
        "filing_seq": number,
        "line": number,
        "indicator": record.indicator,
        "occurred_on": record.occurred_on,
        "amount": record.amount,
        "region_code": record.region_code,
        "id_index": index,
        "sealed": sealed,
        "filed_at": datetime.now(UTC),
        "state": "filed",
        "matched_region_code": record.region_code,
    }


async def make_registry(owner_url: str, path: Path) -> None:
    """A registry that knows every person of the file."""
    records = list(read_records(path))
    indexes = make_sealer().mac_many(COUNTY_CODE, [record.id_number.encode() for record in records])
    rows = [
        (COUNTY_CODE, index, new_id(), new_id(), "ordinary", None, record.region_code)
        for record, index in zip(records, indexes, strict=True)
    ]
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute(MAKE_REGISTRY)
        await connection.copy_records_to_table("bench_person", schema_name="warning", records=rows)
        await connection.execute("ANALYZE warning.bench_person")
    finally:
        await connection.close()
