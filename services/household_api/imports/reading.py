"""From a received table to rows ready to be staged, some thousand at a time."""

from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import IO, Any, Final
from uuid import UUID

import msgspec

from services.household_api.imports.columns import EXPORT_COLUMNS
from services.household_api.imports.interpretation import Interpreter
from services.household_api.imports.layouts import Layout
from services.household_api.imports.places import Places
from services.household_api.registry.cells import read_household_no, read_relationship
from services.household_api.registry.particulars import Vault
from services.household_api.registry.rules import RegistryRow, RowCheck, RowError
from services.household_api.registry.staging import Refused, refused_to_stage, to_stage
from shared.auth import Reach
from shared.db.identifiers import new_id, new_row_ids
from shared.regions import Regions
from shared.runtime.companion import PROCESSES, Companions, Share
from shared.tables.cells import CellError
from shared.tables.columns import Row
from shared.tables.decoding import Spooled
from shared.tables.reading import read_table

ROWS_AT_ONCE: Final = 2_000

Staged = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """What the rows of one file are read, checked, sealed and indexed by. ``most``: parameter
    ``income_per_head_limit``."""

    content_type: str
    layout: Layout
    regions: Regions
    reach: Reach
    today: date
    as_of: date | None
    most: Decimal
    vault: Vault


def chunks(companions: Companions, terms: Terms, body: Spooled) -> AsyncGenerator[list[Staged], None]:
    """Every row of the table as ``stage`` takes it, the refused ones with their errors. Raises TableError."""
    # A cell of a national export may be merged with those above it: one reader sees all rows.
    shares = 1 if terms.layout.national else PROCESSES
    return companions.shared_results(staged_rows, terms, body, shares)


def staged_rows(share: Share[Terms], file: IO[bytes]) -> Generator[list[Staged], None, None]:
    """The share of the chunks that is wanted; runs beside the event loop (``shared.runtime.companion``)."""
    terms = share.whole
    preparing = _Preparing(
        Interpreter(terms.layout, Places(terms.regions), terms.today, terms.as_of, terms.most),
        RowCheck(terms.regions, terms.reach.covers, terms.today, terms.most),
        terms.vault,
    )
    with closing(read_table(file, terms.content_type, terms.layout.sheet())) as rows:
        for batch in share.of(iter(lambda: list(islice(rows, ROWS_AT_ONCE)), [])):
            yield preparing.staged(batch)


@dataclass(frozen=True, slots=True)
class _Preparing:
    interpreter: Interpreter
    check: RowCheck
    vault: Vault

    def staged(self, batch: list[Row]) -> list[Staged]:
        good: list[tuple[int, RegistryRow, str | None]] = []
        bad: list[tuple[Row, list[RowError]]] = []
        said_by = [self.interpreter.read(row.values) for row in batch]
        checked = self.check.check_many([said.values for said in said_by])
        for row, said, found in zip(batch, said_by, checked, strict=True):
            if isinstance(found, RegistryRow) and not said.errors and not row.flaw:
                good.append((row.line, found, said.facts))
            else:
                errors = _all_errors(said.errors, [] if isinstance(found, RegistryRow) else found)
                bad.append((row, [*errors, *_flaw(row)]))
        numbers = dict.fromkeys(accepted.household_no for _, accepted, _ in good)
        households = dict(zip(numbers, new_row_ids(len(numbers)), strict=True))
        staged = to_stage(self.vault, good, households)
        sealed = seal_records(self.vault, [(new_id(), row.values) for row, _ in bad])
        for (row, errors), (record_id, record) in zip(bad, sealed, strict=True):
            refused = Refused(
                _readable(row.values.get("household_no"), read_household_no),
                _readable(row.values.get("relationship"), read_relationship),
                errors,
                record_id,
                record,
            )
            staged.append(refused_to_stage(self.vault.county, row.line, refused))
        return staged


def _flaw(row: Row) -> list[RowError]:
    return [RowError("row", *row.flaw)] if row.flaw else []


def _all_errors(said: list[RowError], found: list[RowError]) -> list[RowError]:
    """Of a place that was looked for by name, what was wrong with the name."""
    named = any(error.code.startswith("region_") for error in said)
    return [*said, *(error for error in found if not (named and error.field == "region_code"))]


def seal_records(vault: Vault, records: list[tuple[UUID, Mapping[str, object]]]) -> list[tuple[UUID, bytes]]:
    """Rejected records as they were sent, for ``import_reject``."""
    plain = [
        (
            record_id.bytes,
            msgspec.json.encode({c.name: record[c.name] for c in EXPORT_COLUMNS if c.name in record}),
        )
        for record_id, record in records
    ]
    sealed = vault.sealer.seal_many("import_reject", "sealed", vault.county, plain)
    return [(record_id, blob) for (record_id, _), blob in zip(records, sealed, strict=True)]


def open_records(vault: Vault, rows: list[tuple[UUID, bytes]]) -> list[dict[str, Any]]:
    plain = [(row_id.bytes, sealed) for row_id, sealed in rows]
    opened = vault.sealer.open_many("import_reject", "sealed", vault.county, plain)
    return [msgspec.json.decode(record, type=dict[str, Any]) for record in opened]


def _readable(value: object, read: Any) -> str | None:
    """What can be made out of a cell of a row that is refused."""
    try:
        found: str | None = read(value)
    except CellError:
        return None
    return found
