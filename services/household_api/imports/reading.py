"""From a received table to rows ready to be staged, some thousand at a time. Blocks: run it in a thread."""

from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import islice
from typing import Any, Final, cast
from uuid import UUID

import msgspec

from services.household_api.registry.particulars import Vault
from services.household_api.registry.rules import (
    RegistryRow,
    RowCheck,
    RowError,
    read_household_no,
    read_relationship,
)
from services.household_api.registry.staging import Refused, refused_to_stage, to_stage
from shared.db.identifiers import new_id
from shared.tables.cells import CellError
from shared.tables.columns import Row, Sheet
from shared.tables.decoding import Spooled
from shared.tables.reading import read_table
from shared.tables.words import IMPORT_COLUMNS

ROWS_AT_ONCE: Final = 5_000
SHEET: Final = Sheet(IMPORT_COLUMNS)

Staged = tuple[Any, ...]


def staged_rows(body: Spooled, content_type: str, check: RowCheck, vault: Vault) -> Iterator[list[Staged]]:
    """Every row of the table as ``stage`` takes it, the refused ones with their errors. Raises TableError."""
    with closing(cast("Any", read_table(body.file, content_type, SHEET))) as rows:
        while batch := list(islice(rows, ROWS_AT_ONCE)):
            yield _prepare(batch, check, vault)


def _prepare(batch: list[Row], check: RowCheck, vault: Vault) -> list[Staged]:
    good: list[tuple[int, RegistryRow]] = []
    bad: list[tuple[Row, list[RowError]]] = []
    for row in batch:
        found = check.check(row.values)
        if isinstance(found, RegistryRow):
            good.append((row.line, found))
        else:
            bad.append((row, found))
    households: dict[str, UUID] = {}
    for _, accepted in good:
        if accepted.household_no not in households:
            households[accepted.household_no] = new_id()
    staged = to_stage(vault, good, households)
    sealed = seal_records(vault, [(new_id(), row.values) for row, _ in bad])
    for (row, errors), (record_id, record) in zip(bad, sealed, strict=True):
        refused = Refused(
            _readable(row.values.get("household_no"), read_household_no),
            _readable(row.values.get("relationship"), read_relationship),
            errors,
            record_id,
            record,
        )
        staged.append(refused_to_stage(vault.county, row.line, refused))
    return staged


def seal_records(vault: Vault, records: list[tuple[UUID, Mapping[str, object]]]) -> list[tuple[UUID, bytes]]:
    """Rejected records as they were sent, for ``import_reject``."""
    plain = [
        (
            record_id.bytes,
            msgspec.json.encode({c.name: record[c.name] for c in IMPORT_COLUMNS if c.name in record}),
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
