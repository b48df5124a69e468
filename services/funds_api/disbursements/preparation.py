"""From a received body to items ready for COPY: read, checked as a whole, sealed some thousand at a time.

It runs beside the event loop (``shared.runtime.companion``), for a large body in another process.
"""

import struct
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any, Final
from uuid import UUID

from services.funds_api.disbursements import payees
from services.funds_api.disbursements.errors import InvalidDisbursement
from services.funds_api.disbursements.rules import MOST_ITEMS, Errors, Item, read_amount, read_items
from services.funds_api.disbursements.sheet import DisbursementIn, read_json, read_rows, too_many
from shared.contracts.household_checks import MOST_HOUSEHOLDS, HouseholdToCheck
from shared.db.binary_copy import COPY_BEGIN, COPY_END, NULL, bytes_field, text_field
from shared.db.identifiers import new_row_ids
from shared.sealing import Sealer
from shared.tables.content_types import table_kind

#: Items of one chunk: it has no more households than are asked for at once.
CHUNK: Final = MOST_HOUSEHOLDS

#: Columns of the rows in ``Chunk``. ``asked``: which of the households asked for, those of all chunks counted from 0.
COLUMNS: Final = (
    "id",
    "position",
    "asked",
    "household_id",
    "purpose",
    "period",
    "amount",
    "sealed",
    "account_index",
    "corrects",
)

#: How a row begins: number of fields, ``id``, ``position``, ``asked``, ``household_id``.
_row_start = struct.Struct(">hi16siiiii16s").pack


@dataclass(frozen=True, slots=True)
class Terms:
    """``said``: the query parameters of a table, which has only the items. ``sealer`` has the county's keys alone."""

    content_type: str
    said: DisbursementIn
    county: str
    sealer: Sealer


@dataclass(frozen=True, slots=True)
class Head:
    """Of a batch without errors. ``origin_id``: the project that pays, or the allocation."""

    of_project: bool
    origin_id: UUID
    count: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class Chunk:
    """``rows`` as binary COPY takes them; of each item the household (as in ``COLUMNS``) and its purpose.
    ``households``: those that no chunk before has asked for."""

    head: Head
    rows: bytes
    asked: list[int]
    purposes: list[str]
    households: list[HouseholdToCheck]


def prepared(terms: Terms, file: IO[bytes]) -> Generator[Chunk, None, None]:
    """The items of a batch that was checked as a whole. Raises ``InvalidDisbursement`` with all that is wrong,
    ``Malformed``, ``TooLarge``, ``TableError``."""
    head, items = _checked(_sent(terms, file))
    asked: dict[tuple[UUID, str], int] = {}
    for start in range(0, len(items), CHUNK):
        yield _chunk(terms, head, start, items[start : start + CHUNK], asked)


def _sent(terms: Terms, file: IO[bytes]) -> DisbursementIn:
    if table_kind(terms.content_type) == "json":
        return read_json(file)
    terms.said.items = read_rows(file, terms.content_type)
    return terms.said


def _checked(sent: DisbursementIn) -> tuple[Head, list[Item]]:
    errors = Errors()
    project_id = _id(sent.project_id, "/project_id", errors)
    allocation_id = _id(sent.allocation_id, "/allocation_id", errors)
    origin_id = project_id or allocation_id
    if (sent.project_id is None) == (sent.allocation_id is None):
        errors.add("/project_id", "one_origin_needed", "请填 project_id 或 allocation_id 之一")
    count = sent.count
    if isinstance(count, bool) or not isinstance(count, int):
        errors.add("/count", "not_a_number", "请申报笔数 count，为整数")
        count = None
    total = None
    try:
        total = read_amount(sent.total)
    except ValueError as error:
        errors.add("/total", *error.args)
    items = sent.items or []
    if not items:
        errors.add("/items", "missing", "批次里没有一笔")
    if len(items) > MOST_ITEMS:
        raise too_many()
    read = read_items(items, count, total, errors)
    if origin_id is None or total is None or errors.count:
        raise InvalidDisbursement.of(errors)
    return Head(project_id is not None, origin_id, len(read), total), read


def _id(value: Any, pointer: str, errors: Errors) -> UUID | None:
    try:
        return None if value is None else UUID(value)
    except (ValueError, AttributeError, TypeError):
        errors.add(pointer, "not_an_id", "应为 id")
        return None


def _chunk(
    terms: Terms, head: Head, start: int, items: Sequence[Item], asked: dict[tuple[UUID, str], int]
) -> Chunk:
    """``asked``: the households that chunks before have; those of this one are added."""
    known = len(asked)
    places = [asked.setdefault((item.household_id, item.payee), len(asked)) for item in items]
    new = [HouseholdToCheck(*each) for each in list(asked)[known:]]
    purposes = [item.purpose for item in items]
    return Chunk(head, _rows(terms, start, items, places), places, purposes, new)


def _rows(terms: Terms, start: int, items: Sequence[Item], places: Sequence[int]) -> bytes:
    """The amount goes as text: PostgreSQL reads it several times faster than anybody here encodes a Decimal."""
    ids = new_row_ids(len(items))
    sealed = payees.seal(
        terms.sealer,
        terms.county,
        [(id_, payees.Payee(item.payee, item.account)) for id_, item in zip(ids, items, strict=True)],
    )
    indexes = payees.account_indexes(terms.sealer, terms.county, [item.account for item in items])
    few: dict[str, bytes] = {}  # Purposes, periods and amounts are few, each many times.
    rows = [COPY_BEGIN]
    columns = zip(ids, items, places, sealed, indexes, strict=True)
    for position, (id_, item, place, blob, index) in enumerate(columns, start + 1):
        amount = str(item.amount)
        rows += (
            _row_start(len(COLUMNS), 16, id_.bytes, 4, position, 4, place, 16, item.household_id.bytes),
            few.get(item.purpose) or few.setdefault(item.purpose, text_field(item.purpose)),
            few.get(item.period) or few.setdefault(item.period, text_field(item.period)),
            few.get(amount) or few.setdefault(amount, text_field(amount)),
            bytes_field(blob),
            bytes_field(index),
            NULL if item.corrects is None else bytes_field(item.corrects.bytes),
        )
    rows.append(COPY_END)
    return b"".join(rows)
