"""What a caller sees of a person (contract.md, Everywhere)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.engine import RowMapping

from services.household_api.registry.fields import PERSON
from services.household_api.registry.particulars import Particulars, Vault
from shared.db import Transaction
from shared.identifiers.id_number import mask_id_number
from shared.identifiers.masking import mask_id_cell, mask_numbers, mask_phone_cell
from shared.identifiers.names import mask_name
from shared.identifiers.phone import mask_phone

#: Whose own people these are; row-level security has seen to the region.
AT_HOME = frozenset({"village", "township", "county"})


class View:
    """How one call sees persons: in full where a purpose is stated, otherwise masked."""

    def __init__(self, tx: Transaction, *, in_full: bool) -> None:
        self.in_full = in_full
        self._names = in_full or bool(tx.roles & AT_HOME)

    def name(self, person: Particulars) -> str:
        return person.name if self._names else mask_name(person.name)

    def id_number(self, person: Particulars) -> str | None:
        if person.id_number is None or self.in_full:
            return person.id_number
        return mask_id_number(person.id_number)

    def persons(self, vault: Vault, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
        """Rows of ``person`` as ``schemas.Member`` has them."""
        opened = vault.open_many([(row["id"], row["sealed"]) for row in rows])
        return [self._person(row, person) for row, person in zip(rows, opened, strict=True)]

    def record(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """A record of a table, as it was sent, with what it tells of the person masked."""
        if self.in_full:
            return dict(record)
        told = {
            # A file whose columns have shifted tells them anywhere.
            name: mask_numbers(value, with_birth_only=name == "household_no")
            for name, value in record.items()
            if name not in ("birth_date", "address")
        }
        for name, mask in (("id_number", mask_id_cell), ("phone", mask_phone_cell)):
            if record.get(name):
                told[name] = mask(record[name])
        if told.get("name") and not self._names:
            told["name"] = mask_name(str(told["name"]))
        return told

    def _person(self, row: RowMapping, person: Particulars) -> dict[str, Any]:
        phone = person.phone
        if phone is not None and not self.in_full:
            phone = mask_phone(phone)
        return {
            "id": row["id"],
            "name": self.name(person),
            "id_number": self.id_number(person),
            "phone": phone,
            "birth_date": person.born if self.in_full else None,
            "address": person.address if self.in_full else None,
            **{name: None if row[name] == "" else row[name] for name in PERSON},
            **{name: row[name] for name in ("version", "valid_from", "changed_by", "reason")},
        }
