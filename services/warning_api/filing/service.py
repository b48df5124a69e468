"""Filed warnings for those who may see them."""

from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.filing import repository
from services.warning_api.filing.entries import entries_of, shown_changes
from services.warning_api.filing.errors import WarningNotFound
from services.warning_api.filing.repository import WarningFilter
from services.warning_api.filing.rules import filing_no
from services.warning_api.filing.staging import PersonalData, open_personal_data
from shared.db import Transaction
from shared.identifiers.id_number import mask_id_number
from shared.identifiers.names import mask_name
from shared.pagination.cursors import Paging, page

#: Those who are responsible for the household. Who sent the record knows the name too.
RESPONSIBLE = frozenset({"county", "township", "village"})


async def list_warnings(tx: Transaction, wanted: WarningFilter, paging: Paging) -> dict[str, Any]:
    rows = await repository.warnings(tx, wanted, paging.after_id(), paging.limit + 1)
    persons = open_personal_data(await tx.sealer(), tx.county, [(row["id"], row["sealed"]) for row in rows])
    items = [_shown(tx, row, person) for row, person in zip(rows, persons, strict=True)]
    return page(items, paging, lambda item: [item["id"]])


async def read_warning(tx: Transaction, warning_id: UUID) -> dict[str, Any]:
    """A warning with its corrections and withdrawals. Raises ``WarningNotFound``."""
    rows = await repository.warnings(tx, WarningFilter(id=warning_id), None, 1)
    if not rows:
        raise WarningNotFound()
    (row,) = rows
    (person,) = open_personal_data(await tx.sealer(), tx.county, [(row["id"], row["sealed"])])
    entries = (await entries_of(tx, [row["cycle"]], [warning_id])).get(warning_id, [])
    in_full = _in_full(tx, row)
    return {
        **_shown(tx, row, person),
        "entries": [
            {
                "id": entry.id,
                "kind": entry.kind,
                "reason": entry.content.reason if in_full else None,
                "corrected": shown_changes(entry.content.changes(), in_full=in_full),
                "entered_by": entry.entered_by,
                "entered_at": entry.entered_at,
            }
            for entry in entries
        ],
    }


def _in_full(tx: Transaction, row: RowMapping) -> bool:
    return bool(tx.roles & RESPONSIBLE) or row["org_code"] == tx.reach.org


def _shown(tx: Transaction, row: RowMapping, person: PersonalData) -> dict[str, Any]:
    in_full = _in_full(tx, row)
    return {
        **{name: row[name] for name in row if name not in ("sealed", "amount")},
        "filing_no": filing_no(tx.county, row["cycle"], row["org_code"], row["filing_seq"]),
        "amount": None if row["amount"] is None else f"{row['amount']:.2f}",
        "subject": {
            "name": person.name if in_full else mask_name(person.name),
            "id_number": mask_id_number(person.id_number) if person.id_number else None,
        },
        "earlier": {"cycle": row["earlier_cycle"], "warning_id": row["earlier_id"]}
        if row["earlier_id"]
        else None,
    }
