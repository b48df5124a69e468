"""From validated records to filed warnings: sealed in bulk, staged by COPY, filed a chunk at a time.

COPY into a table with row-level security is refused, so rows go to a temporary table and from there,
under the policies, into ``warning``. PostgreSQL files a chunk while the next one is being sealed; all chunks
are one transaction. Nothing is done a row at a time in SQL.
"""

import struct
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import asyncpg
import msgspec

from services.warning_api.counting import service as counting
from services.warning_api.counting.rules import UNREGISTERED, Standing
from services.warning_api.filing.duplicates import keep_duplicates, note_duplicates
from services.warning_api.intake.validation import ValidRecord
from shared.db import Transaction
from shared.db.binary_copy import COPY_BEGIN, COPY_END, NULL, bytes_field, date_field, text_field
from shared.db.identifiers import new_row_ids
from shared.sealing import Sealer

STAGED_COLUMNS = (
    "id",
    "line",
    "number",
    "source_record_id",
    "indicator",
    "occurred_on",
    "amount",
    "region_code",
    "id_index",
    "sealed",
)

# Made once for each connection, empty after every transaction. Other columns need other names: behind a pooler a
# connection may outlive the process. ``number``: of the row in its chunk, from 1 on.
CREATE_STAGE = """
CREATE TEMP TABLE IF NOT EXISTS staged_record (
    id uuid, line integer, number integer, source_record_id text, indicator text, occurred_on date, amount text,
    region_code text, id_index bytea, sealed bytea) ON COMMIT DELETE ROWS;
CREATE TEMP TABLE IF NOT EXISTS staged_reject (
    line integer, id uuid, errors text, sealed bytea) ON COMMIT DELETE ROWS"""

#: ``org`` and ``count``: their parameters; the county is the first one and the month the second.
TAKE_NUMBERS = """
INSERT INTO filing_counter (county_code, cycle, org_code, last) VALUES ($1, $2, {org}, {count})
ON CONFLICT (county_code, cycle, org_code) DO UPDATE SET last = filing_counter.last + excluded.last
RETURNING last - {count} AS before"""

#: Where the household is found, as long as nobody has compared: the region as filed, or the county.
PLACE = "CASE WHEN left(region_code, 6) = $1::bpchar::text THEN region_code ELSE $1::bpchar::text END"

INSERT = f"""
INSERT INTO warning (
    county_code, cycle, id, batch_id, org_code, source_record_id, filing_seq, line, indicator, occurred_on,
    amount, region_code, id_index, sealed, filed_at, state, matched_region_code)
SELECT $1, $2, id, $3, $4, source_record_id, numbers.before + number, line, indicator, occurred_on,
       amount::numeric(18,2), region_code, id_index, sealed, $5, 'filed', {PLACE}
FROM numbers, staged_record"""

NUMBERS = f"WITH numbers AS ({TAKE_NUMBERS.format(org='$4', count='$6')})"

#: Numbers and rows in one statement: a batch of a few thousand records is mostly round trips. The chunks before this
#: one, up to the line, are filed and still staged.
FILE = f"{NUMBERS} {INSERT} WHERE line > $7"

#: Of two records of one number the first one counts.
FILE_NEW_ONLY = f"""{NUMBERS} {INSERT} ORDER BY number
ON CONFLICT (county_code, cycle, org_code, source_record_id) WHERE withdrawn_at IS NULL DO NOTHING"""

COUNT_NEW = f"""
SELECT {PLACE} AS place, indicator, count(*) FROM staged_record s
WHERE NOT EXISTS (SELECT FROM staged_duplicate d WHERE d.id = s.id) GROUP BY 1, 2"""


#: Whatever the chunks of a group have done can be taken back, also their COPY: then they come again.
FIRST_GROUP = f"{CREATE_STAGE}; SAVEPOINT chunks"
NEXT_GROUP = "RELEASE SAVEPOINT chunks; TRUNCATE staged_record; SAVEPOINT chunks"
GROUP_AGAIN = "ROLLBACK TO SAVEPOINT chunks; RELEASE SAVEPOINT chunks"
NEXT_SLOW_CHUNK = "TRUNCATE staged_record"

#: A group is full with so many records, rejects among them: to begin one costs as much as filing a hundred.
GROUP = 2000

LEDGER = """
INSERT INTO batch_reject (county_code, cycle, batch_id, line, id, org_code, errors, sealed)
SELECT $1, $2, $3, line, id, $4, errors::jsonb, sealed FROM staged_reject"""

FIRST_REJECTS = "SELECT line, id, errors, sealed FROM staged_reject ORDER BY line LIMIT $1"


@dataclass(frozen=True, slots=True)
class Reject:
    """A record that cannot be filed: where it stands, why, and as it was sent."""

    line: int
    errors: list[dict[str, str]]
    record: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Staged:
    """One chunk: rows for ``staged_record``, how many there are of each place and indicator, up to which line, and
    rows for ``staged_reject``. ``ignored``: headings of the first record that are no column."""

    warnings: bytes
    counts: Counter[tuple[str, str]]
    last_line: int
    rejects: list[tuple[Any, ...]]
    ignored: Sequence[str] = ()

    @property
    def count(self) -> int:
        return self.counts.total()

    @property
    def size(self) -> int:
        """With the rejects."""
        return self.count + len(self.rejects)


def staged(
    sealer: Sealer,
    county: str,
    records: Sequence[tuple[int, ValidRecord]],
    rejects: Sequence[Reject] = (),
    ignored: Sequence[str] = (),
) -> Staged:
    """A chunk of records, given as (line, record) by line, and of rejects."""
    return Staged(
        _seal_records(sealer, county, records),
        _counted(county, records),
        records[-1][0] if records else 0,
        _seal_rejects(sealer, county, rejects),
        ignored,
    )


def _counted(county: str, records: Sequence[tuple[int, ValidRecord]]) -> Counter[tuple[str, str]]:
    """How many records there are of each place, as ``PLACE`` has it, and indicator."""
    given = Counter((record.region_code, record.indicator) for _, record in records)
    counts: Counter[tuple[str, str]] = Counter()
    for (region, indicator), number in given.items():
        counts[region if region and region.startswith(county) else county, indicator] += number
    return counts


class PersonalData(msgspec.Struct, omit_defaults=True):
    """What is sealed of a warning. ``name_as_sent`` only where it differs from ``name``; ``region_as_sent`` and
    ``certificate`` where a former code, or a disability certificate, was sent."""

    name: str
    id_number: str | None = None
    phone: str | None = None
    detail: str | None = None
    name_as_sent: str | None = None
    region_as_sent: str | None = None
    certificate: str | None = None


#: How a row of ``staged_record`` begins: number of fields, ``id``, ``line``, ``number``, length of
#: ``source_record_id``.
_row_start = struct.Struct(">hi16siiiii").pack

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(PersonalData).decode


def open_personal_data(sealer: Sealer, county: str, rows: Sequence[tuple[UUID, bytes]]) -> list[PersonalData]:
    """The personal data of warnings, given as (id, sealed)."""
    opened = sealer.open_many("warning", "sealed", county, [(id_.bytes, blob) for id_, blob in rows])
    return [_decode(blob) for blob in opened]


def _seal_records(sealer: Sealer, county: str, records: Sequence[tuple[int, ValidRecord]]) -> bytes:
    """Rows for ``staged_record`` as binary COPY takes them, in the order of ``STAGED_COLUMNS``; without a region the
    county's code.

    The amount goes as text: PostgreSQL reads it several times faster than anybody here encodes a Decimal.
    """
    ids = new_row_ids(len(records))
    blobs = [
        _encode(
            PersonalData(
                record.name,
                record.id_number,
                record.phone,
                record.detail,
                record.name_as_sent if record.name_as_sent != record.name else None,
                record.region_as_sent,
                record.certificate,
            )
        )
        for _, record in records
    ]
    sealed = sealer.seal_many(
        "warning", "sealed", county, [(id_.bytes, blob) for id_, blob in zip(ids, blobs, strict=True)]
    )
    numbers = [record.id_number for _, record in records]
    indexes = iter(sealer.mac_many(county, [number.encode() for number in numbers if number]))
    few: dict[Any, bytes] = {None: NULL}  # Indicators, days and regions are few, each many times.
    rows = [COPY_BEGIN]
    for place, (id_, (line, record), blob) in enumerate(zip(ids, records, sealed, strict=True), 1):
        record_id = record.source_record_id.encode()
        region = record.region_code or county
        rows += (
            _row_start(len(STAGED_COLUMNS), 16, id_.bytes, 4, line, 4, place, len(record_id)),
            record_id,
            few.get(record.indicator) or few.setdefault(record.indicator, text_field(record.indicator)),
            few.get(record.occurred_on) or few.setdefault(record.occurred_on, date_field(record.occurred_on)),
            NULL if record.amount is None else text_field(str(record.amount)),
            few.get(region) or few.setdefault(region, text_field(region)),
            bytes_field(next(indexes)) if record.id_number else NULL,
            bytes_field(blob),
        )
    rows.append(COPY_END)
    return b"".join(rows)


def _seal_rejects(sealer: Sealer, county: str, rejects: Sequence[Reject]) -> list[tuple[Any, ...]]:
    """Rows for ``staged_reject``: line, id, errors as JSON, the record sealed."""
    ids = new_row_ids(len(rejects))
    sealed = sealer.seal_many(
        "batch_reject",
        "sealed",
        county,
        [(id_.bytes, _encode(reject.record)) for id_, reject in zip(ids, rejects, strict=True)],
    )
    return [
        (reject.line, id_, _encode(reject.errors).decode(), blob)
        for id_, reject, blob in zip(ids, rejects, sealed, strict=True)
    ]


class Stage:
    """The staging tables of one batch inside its transaction, and how many records went through them.

    Numbers are taken a chunk at a time and the counter's row stays locked until the end of the transaction:
    batches of one department and month are filed one after another, so that they cannot block each other
    over the same records in another order.
    """

    def __init__(
        self, driver: asyncpg.Connection, tx: Transaction, cycle: str, batch_id: UUID, org: str
    ) -> None:
        self._driver = driver
        self._tx = tx
        self._filed: Counter[Standing] = Counter()
        self._batch = (tx.county, cycle, batch_id, org)
        self._has_duplicates = False
        self._group: list[Staged] = []
        self._last_line = -1
        self.ignored: list[str] = []
        self.staged = 0
        self.accepted = 0
        self.rejected = 0

    @classmethod
    async def open(cls, tx: Transaction, cycle: str, batch_id: UUID, org: str) -> "Stage":
        driver = await tx.driver()
        await driver.execute(FIRST_GROUP)
        return cls(driver, tx, cycle, batch_id, org)

    async def file(self, chunk: Staged) -> None:
        """One chunk; its lines come after those of all before. What was filed is known after ``settle``."""
        self.ignored += chunk.ignored
        if self._has_duplicates:
            await self._file_new_only(chunk)
            return
        if sum(each.size for each in self._group) >= GROUP:
            await self.settle()
            await self._driver.execute(NEXT_GROUP)
        self._group.append(chunk)
        try:
            await self._file_all(chunk)
        except asyncpg.UniqueViolationError:
            # A record that was filed before in this cycle: the batch goes the slower way from this group on.
            await self._driver.execute(GROUP_AGAIN)
            self._has_duplicates = True
            group, self._group = self._group, []
            for each in group:
                await self._file_new_only(each)

    async def settle(self) -> None:
        """Count what was filed so far, and keep its rejects: nothing takes them back any more."""
        group, self._group = self._group, []
        for chunk in group:
            await self._settle(chunk, chunk.counts)

    async def _settle(self, chunk: Staged, filed: Counter[tuple[str, str]]) -> None:
        self.staged += chunk.count
        self.accepted += filed.total()
        for (place, indicator), number in filed.items():
            self._filed[Standing("warning", place, self._batch[3], indicator, UNREGISTERED, None)] += number
        if chunk.rejects:
            await self._driver.copy_records_to_table("staged_reject", records=chunk.rejects)
            self.rejected += len(chunk.rejects)

    async def _file_all(self, chunk: Staged) -> None:
        if not chunk.count:
            return
        await self._copy(chunk)
        done = await self._driver.execute(FILE, *self._batch, self._tx.now, chunk.count, self._last_line)
        if _rows(done) != chunk.count:
            raise RuntimeError(f"{_rows(done)} of {chunk.count} records were filed")
        self._last_line = chunk.last_line

    async def _file_new_only(self, chunk: Staged) -> None:
        """File those of the chunk that are new."""
        filed = chunk.counts
        if chunk.count:
            await self._driver.execute(NEXT_SLOW_CHUNK)
            await self._copy(chunk)
            done = await self._driver.execute(FILE_NEW_ONLY, *self._batch, self._tx.now, chunk.count)
            if _rows(done) < chunk.count:
                county, cycle, _, org = self._batch
                await note_duplicates(self._driver, county, cycle, org)
                rows = await self._driver.fetch(COUNT_NEW, county)
                filed = Counter({(row["place"], row["indicator"]): row["count"] for row in rows})
        await self._settle(chunk, filed)

    async def _copy(self, chunk: Staged) -> None:
        await self._driver.copy_to_table(
            # The driver takes bytes for a path, and does not say that it takes a view.
            "staged_record",
            source=cast("Any", memoryview(chunk.warnings)),
            columns=STAGED_COLUMNS,
            format="binary",
        )

    async def first_rejects(self, most: int) -> list[dict[str, Any]]:
        """``line``, ``id``, ``errors``, ``sealed`` of the first rejects by line, as the ledger would have them."""
        rows = await self._driver.fetch(FIRST_REJECTS, most)
        return [{**row, "errors": msgspec.json.decode(row["errors"])} for row in rows]

    async def write_counts(self) -> None:
        """Count what was filed; by itself where nobody asks for a ledger."""
        await counting.add(self._tx, self._batch[1], self._filed)

    async def write_ledger(self) -> None:
        """Keep the rejects, the duplicates and the counts; the batch stands in its table by now."""
        await self.write_counts()
        if self.rejected:
            await self._driver.execute(LEDGER, *self._batch)
        if self.accepted < self.staged:
            await keep_duplicates(self._driver, *self._batch)


def _rows(status: str) -> int:
    """How many rows a statement has written, by what PostgreSQL says of it (``INSERT 0 450``)."""
    return int(status.rpartition(" ")[2])
