"""Filed warnings for those who may see them."""

from typing import Any

from sqlalchemy.engine import RowMapping

from services.warning_api.filing import repository
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


def _shown(tx: Transaction, row: RowMapping, person: PersonalData) -> dict[str, Any]:
    in_full = tx.roles & RESPONSIBLE or row["org_code"] == tx.reach.org
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
