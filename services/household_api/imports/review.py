"""The second officer's part of a large import: what it changes, approval, refusal."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.imports import repository, review_repository
from services.household_api.imports.errors import NotInReview, SamePerson
from services.household_api.imports.rules import COUNTED, approved_state
from services.household_api.imports.service import apply, describe, hand_to_worker
from services.household_api.registry.fields import DECIDED, PERSON
from services.household_api.registry.masking import View
from services.household_api.registry.particulars import Particulars, vault_of
from shared import audit
from shared.db import Transaction
from shared.errors import NotFound
from shared.runtime.preconditions import IfMatch

PARTICULARS: Final = ("name", "id_number", "phone", "birth_date", "address")


async def changes(
    tx: Transaction, import_id: UUID, after: int, limit: int, purpose: str | None
) -> list[dict[str, Any]]:
    """``limit + 1`` rows as ``schemas.RowChange``, masked unless a purpose is stated. Raises ``NotInReview``."""
    found = await describe(tx, import_id)
    if found["state"] not in ("review", "received"):
        raise NotInReview("已写入或已退回的导入不再列出变化，写入的变化见各户的历史")
    rows = await review_repository.changes(tx, import_id, after, limit + 1)
    if purpose is not None:
        await audit.record(tx, "import.changes_disclosed", f"import/{import_id}", {"purpose": purpose})
    vault = await vault_of(tx)
    view = View(tx, in_full=purpose is not None)
    stated = vault.open_many([(row["id"], row["sealed"]) for row in rows])
    known = [row for row in rows if row["former_sealed"] is not None]
    opened = vault.open_many([(row["person_id"], row["former_sealed"]) for row in known])
    former = {row["line"]: person for row, person in zip(known, opened, strict=True)}
    return [
        {
            "line": row["line"],
            "household_no": row["household_no"],
            "household_id": row["former_household_id"],
            "name": view.name(person),
            "change": row["change"],
            "fields": [
                *_particulars(view, person, former.get(row["line"])),
                *_plain(dict(row)),
                *_facts(row["facts"]),
            ],
        }
        for row, person in zip(rows, stated, strict=True)
    ]


async def approve(tx: Transaction, import_id: UUID, expected: IfMatch) -> None:
    """Let an import that waits in review be applied. Raises ``NotFound``, ``NotInReview``, ``SamePerson``."""
    row = await _waiting(tx, import_id, expected)
    state = approved_state(row["received"])
    await audit.record(tx, "import.approved", f"import/{import_id}", {"state": state})
    await repository.change_import(
        tx,
        import_id,
        {"state": state, "approved_by": str(tx.actor), "reviewed": {name: row[name] for name in COUNTED}},
    )
    if state == "applied":
        await apply(tx, import_id)
    else:
        await hand_to_worker(tx, import_id)


async def refuse(tx: Transaction, import_id: UUID, expected: IfMatch, reason: str) -> None:
    """Nothing of an import that waits in review comes into the registry. Raises as ``approve``."""
    await _waiting(tx, import_id, expected)
    sealer = await tx.sealer()
    (sealed,) = sealer.seal_many(
        "registry_import", "refusal", tx.county, [(import_id.bytes, reason.encode())]
    )
    await repository.drop_kept_rows(tx, import_id)
    await review_repository.drop_changes(tx, import_id)
    await repository.change_import(
        tx, import_id, {"state": "refused", "approved_by": str(tx.actor), "refusal": sealed}
    )
    await audit.record(tx, "import.refused", f"import/{import_id}", {})


async def _waiting(tx: Transaction, import_id: UUID, expected: IfMatch) -> RowMapping:
    row = await repository.registry_import(tx, import_id, lock=True)
    if row is None:
        raise NotFound()
    expected.check(row["version"])
    if row["state"] != "review":
        raise NotInReview()
    if row["imported_by"] == str(tx.actor):
        raise SamePerson()
    return row


def _particulars(view: View, person: Particulars, former: Particulars | None) -> list[dict[str, Any]]:
    before = _told(view, former) if former is not None else {}
    after = _told(view, person if former is None else person.over(former))
    # Where masks hide it, that something differs is told all the same.
    differs = [
        name
        for name in PARTICULARS
        if former is None or getattr(person.over(former), name) != getattr(former, name)
    ]
    return [
        {"name": name, "source": "registry", "before": before.get(name), "after": after.get(name)}
        for name in differs
        if former is not None or after.get(name) is not None
    ]


def _told(view: View, person: Particulars) -> dict[str, Any]:
    stated = {name: getattr(person, name) for name in PARTICULARS}
    return view.record({name: _shown(value) for name, value in stated.items() if value is not None})


def _plain(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the registry keeps in plain fields and the row states otherwise."""
    new_household = row["former_household_id"] is None
    household = [
        name
        for name in review_repository.STANDING
        if not (name in DECIDED and row["monitoring_case_id"] is not None)
    ]
    return [
        {
            "name": name,
            "source": "registry",
            "before": _shown(row[f"former_{name}"]),
            "after": _shown(row[name]),
        }
        for names, new in ((household, new_household), (tuple(PERSON), row["person_id"] is None))
        for name in names
        if row[name] is not None and (row[name] != "" if new else row[name] != row[f"former_{name}"])
    ]


def _facts(facts: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Incomes and the national record are added beside what is there; what they were is not shown."""
    return [
        {"name": name, "source": kind, "before": None, "after": value}
        for kind in ("income", "national")
        for name, value in ((facts or {}).get(kind) or {}).items()
        if value not in (None, "", [])
    ]


def _shown(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value
