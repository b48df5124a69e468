"""Corrections and withdrawals: entries that refer to a filed warning, which never changes itself
(policy.md, The loop, 4)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import msgspec

from services.warning_api.filing import entry_repository
from shared.db import Transaction
from shared.db.identifiers import new_row_ids
from shared.identifiers.names import mask_name
from shared.identifiers.phone import mask_phone

Kind = Literal["correction", "withdrawal"]

#: What of a filed record may be corrected. Whom it is about is no correction: that is another record.
CORRECTABLE = ("amount", "occurred_on", "indicator", "detail", "phone", "region_code", "name")


class EntryContent(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is sealed of an entry. Of a correction only the fields that it changes."""

    reason: str
    amount: Decimal | None = None
    occurred_on: date | None = None
    indicator: str | None = None
    detail: str | None = None
    phone: str | None = None
    region_code: str | None = None
    name: str | None = None

    def changes(self) -> dict[str, Any]:
        found = {field: getattr(self, field) for field in CORRECTABLE}
        return {field: value for field, value in found.items() if value is not None}


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(EntryContent).decode


@dataclass(frozen=True, slots=True)
class Entry:
    id: UUID
    kind: str
    entered_by: str
    entered_at: datetime
    content: EntryContent


async def add_entries(
    tx: Transaction, cycle: str, org: str, kind: Kind, contents: Sequence[tuple[UUID, EntryContent]]
) -> None:
    """New entries of ``org``, given as (warning id, content)."""
    ids = new_row_ids(len(contents))
    sealed = (await tx.sealer()).seal_many(
        "warning_entry",
        "sealed",
        tx.county,
        [(id_.bytes, _encode(content)) for id_, (_, content) in zip(ids, contents, strict=True)],
    )
    await entry_repository.add(tx, cycle, org, kind, ids, [warning for warning, _ in contents], sealed)


async def withdraw_together(
    tx: Transaction, cycle: str, org: str, warnings: Sequence[UUID], reason: str
) -> None:
    """Withdraw warnings of ``org`` that have no outcome, and close them. Callers have counted them off and see to
    their tasks."""
    content = EntryContent(reason)
    await add_entries(tx, cycle, org, "withdrawal", [(warning, content) for warning in warnings])
    await entry_repository.close_withdrawn(tx, cycle, warnings)


async def entries_of(
    tx: Transaction, cycles: Sequence[str], warnings: Sequence[UUID]
) -> Mapping[UUID, list[Entry]]:
    """The entries of warnings of these cycles, by warning id, in the order of entering."""
    found: defaultdict[UUID, list[Entry]] = defaultdict(list)
    if not warnings:
        return found
    rows = await entry_repository.entries(tx, cycles, warnings)
    opened = (await tx.sealer()).open_many(
        "warning_entry", "sealed", tx.county, [(row["id"].bytes, row["sealed"]) for row in rows]
    )
    for row, blob in zip(rows, opened, strict=True):
        found[row["warning_id"]].append(
            Entry(row["id"], row["kind"], row["entered_by"], row["entered_at"], _decode(blob))
        )
    return found


def is_withdrawn(entries: Sequence[Entry]) -> bool:
    return any(entry.kind == "withdrawal" for entry in entries)


def corrected(entries: Sequence[Entry]) -> dict[str, Any]:
    """Every field that was corrected, as it was corrected last."""
    merged: dict[str, Any] = {}
    for entry in entries:
        merged |= entry.content.changes()
    return merged


def shown_changes(changes: Mapping[str, Any], *, in_full: bool) -> dict[str, Any] | None:
    """Corrected fields as ``schemas.Correction`` has them; None where there are none.

    ``in_full``: for those who are responsible for the household, and for who filed it.
    """
    if not changes:
        return None
    shown = dict.fromkeys(CORRECTABLE) | dict(changes)
    if "amount" in changes:
        shown["amount"] = f"{changes['amount']:.2f}"
    if "phone" in changes:
        shown["phone"] = mask_phone(changes["phone"])
    if not in_full:
        shown["detail"] = None
        if "name" in changes:
            shown["name"] = mask_name(changes["name"])
    return shown
