"""Taking in a registry file: read, staged, compared; applied at once, by the worker, or after a review."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.imports import repository
from services.household_api.imports.errors import NotInReview, SamePerson
from services.household_api.imports.reading import open_records, seal_records, staged_rows
from services.household_api.imports.rules import approved_state, first_state
from services.household_api.registry.masking import View
from services.household_api.registry.merging import Counts, compare, merge, preview
from services.household_api.registry.particulars import Particulars, Vault, vault_of
from services.household_api.registry.rules import RowCheck
from services.household_api.registry.staging import begin_staging, mark_conflicts, stage
from shared import audit, jobs
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import NotFound
from shared.parameters import parameter
from shared.regions import regions_of
from shared.runtime.preconditions import IfMatch
from shared.runtime.route import in_reach
from shared.tables.decoding import Spooled

APPLY: Final = "apply_import"
SHOWN_IN_DRY_RUN: Final = 100
REJECTS_AT_ONCE: Final = 2_000

NOTE_WORDS: Final = {
    "household_incomplete": "这些户有成员行被退回，其余成员已接收；请改正后重新导入退回的行",
    "head_deceased": "这些户的户主已故，尚未确定新户主；已按原户主登记",
}


async def take_in(tx: Transaction, body: Spooled, content_type: str) -> UUID:
    """Import a table; answers the import's id. Raises TableError, ``ParameterMissing``."""
    vault, received = await _stage_table(tx, body, content_type)
    review_above = (await parameter(tx, "import_review_rows")).value
    state = first_state(received, review_above)
    import_id = new_id()
    if state != "applied":
        await repository.keep_rows(tx, import_id)
    await mark_conflicts(tx)
    counts = await compare(tx, vault)
    applied_at = tx.now if state == "applied" else None
    values = {"id": import_id, "state": state, "content_sha256": body.sha256, "applied_at": applied_at}
    await repository.add_import(tx, {**values, **asdict(counts), "notes": await _notes(tx)})
    await _keep_rejects(tx, vault, import_id)
    if state == "applied":
        await merge(tx)
    elif state == "received":
        await jobs.enqueue(tx, APPLY, {"county": tx.county, "import_id": str(import_id)})
    await audit.record(tx, f"import.{state}", f"import/{import_id}", asdict(counts))
    return import_id


async def try_out(tx: Transaction, body: Spooled, content_type: str) -> dict[str, Any]:
    """What importing a table would do, as ``schemas.DryRun``; nothing of it stays."""
    vault, received = await _stage_table(tx, body, content_type)
    review_above = (await parameter(tx, "import_review_rows")).value
    await mark_conflicts(tx)
    counts = await compare(tx, vault)
    conflicting = await repository.conflicting_rows(tx, 0, SHOWN_IN_DRY_RUN)
    unreadable = await repository.staged_rejects(tx, SHOWN_IN_DRY_RUN)
    view = View(tx, in_full=False)
    rejects = [
        *_shown(view, unreadable, open_records(vault, [(row["id"], row["sealed"]) for row in unreadable])),
        *_shown(view, conflicting, _records(vault, conflicting)),
    ]
    return {
        "state": first_state(received, review_above),
        **asdict(counts),
        "notes": await _notes(tx),
        "changes": await preview(tx, SHOWN_IN_DRY_RUN),
        "rejects": sorted(rejects, key=lambda reject: reject["line"])[:SHOWN_IN_DRY_RUN],
    }


async def describe(tx: Transaction, import_id: UUID) -> RowMapping:
    row = await repository.registry_import(tx, import_id)
    if row is None:
        raise NotFound()
    return row


async def approve(tx: Transaction, import_id: UUID, expected: IfMatch) -> None:
    """Let an import that waits in review be applied. Raises ``NotFound``, ``NotInReview``, ``SamePerson``."""
    row = await repository.registry_import(tx, import_id, lock=True)
    if row is None:
        raise NotFound()
    expected.check(row["version"])
    if row["state"] != "review":
        raise NotInReview()
    if row["imported_by"] == str(tx.actor):
        raise SamePerson()
    state = approved_state(row["received"])
    await audit.record(tx, "import.approved", f"import/{import_id}", {"state": state})
    await repository.change_import(tx, import_id, {"state": state, "approved_by": str(tx.actor)})
    if state == "applied":
        await apply(tx, import_id)
    else:
        await jobs.enqueue(tx, APPLY, {"county": tx.county, "import_id": str(import_id)})


async def apply(tx: Transaction, import_id: UUID) -> None:
    """Carry out an import whose rows were kept. The registry may have changed since, so all is compared anew."""
    vault = await vault_of(tx)
    await begin_staging(tx)
    await repository.stage_kept_rows(tx, import_id)
    await mark_conflicts(tx)
    counts: Counts = await compare(tx, vault)
    await repository.drop_rejects(tx, import_id)
    await _keep_rejects(tx, vault, import_id)
    notes = await _notes(tx)
    await merge(tx)
    await repository.drop_kept_rows(tx, import_id)
    changes = {name: value for name, value in asdict(counts).items() if name != "received"}
    await repository.change_import(
        tx, import_id, {**changes, "state": "applied", "applied_at": tx.now, "notes": notes}
    )
    await audit.record(tx, "import.applied", f"import/{import_id}", asdict(counts))


async def rejects(
    tx: Transaction, import_id: UUID, after: int, limit: int, purpose: str | None
) -> list[dict[str, Any]]:
    """``limit + 1`` rejected rows as ``schemas.Reject``, masked unless a purpose is stated."""
    await describe(tx, import_id)
    rows = await repository.rejects(tx, import_id, after, limit + 1)
    if purpose is not None:
        await audit.record(tx, "import.rejects_disclosed", f"import/{import_id}", {"purpose": purpose})
    opened = open_records(await vault_of(tx), [(row["id"], row["sealed"]) for row in rows])
    return _shown(View(tx, in_full=purpose is not None), rows, opened)


async def _stage_table(tx: Transaction, body: Spooled, content_type: str) -> tuple[Vault, int]:
    """Stage every row. The whole county must be in reach: a file may name any household of it."""
    in_reach(tx, tx.county)
    vault = await vault_of(tx)
    check = RowCheck(await regions_of(tx), tx.reach.covers, tx.today)
    await begin_staging(tx)
    chunks = staged_rows(body, content_type, check, vault)
    received = 0
    try:
        while chunk := await asyncio.to_thread(next, chunks, None):
            received += len(chunk)
            await stage(tx, chunk)
    finally:
        await asyncio.to_thread(chunks.close)  # type: ignore[attr-defined]
    return vault, received


async def _notes(tx: Transaction) -> list[dict[str, Any]]:
    found = await repository.counted_notes(tx)
    counts = {"household_incomplete": found["incomplete"], "head_deceased": found["headless"]}
    return [
        {"code": code, "households": count, "message": NOTE_WORDS[code]}
        for code, count in counts.items()
        if count
    ]


async def _keep_rejects(tx: Transaction, vault: Vault, import_id: UUID) -> None:
    await repository.add_unreadable_rejects(tx, import_id)
    after = 0
    while rows := await repository.conflicting_rows(tx, after, REJECTS_AT_ONCE):
        after = rows[-1]["line"]
        ids = [row["id"] for row in rows]
        sealed = seal_records(vault, list(zip(ids, _records(vault, rows), strict=True)))
        await repository.add_rejects(tx, import_id, rows, [blob for _, blob in sealed])


def _records(vault: Vault, rows: Sequence[RowMapping]) -> list[Mapping[str, object]]:
    """Rows that were staged, as the records that they came from."""
    persons = vault.open_many([(row["id"], row["sealed"]) for row in rows])
    return [_record(row, person) for row, person in zip(rows, persons, strict=True)]


def _record(row: RowMapping, person: Particulars) -> dict[str, object]:
    told = {
        **{name: row[name] for name in row if name not in ("line", "id", "sealed", "errors")},
        "annual_income": None if row["annual_income"] is None else str(row["annual_income"]),
        "name": person.name,
        "id_number": person.id_number,
        "phone": person.phone,
        "birth_date": person.birth_date and person.birth_date.isoformat(),
        "address": person.address,
    }
    return {name: value for name, value in told.items() if value is not None}


def _shown(
    view: View, rows: Sequence[RowMapping], records: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    return [
        {"line": row["line"], "errors": row["errors"], "record": view.record(record)}
        for row, record in zip(rows, records, strict=True)
    ]
