"""Taking in a registry file: read, staged, compared; applied at once, by the worker, or after a review."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.imports import repository, review_repository
from services.household_api.imports.errors import AsOfInFuture
from services.household_api.imports.layout_service import layout_for, read_layout
from services.household_api.imports.layouts import Layout
from services.household_api.imports.reading import Terms, chunks, open_records, seal_records
from services.household_api.imports.rules import State, compared_state, differences, first_state
from services.household_api.registry.masking import View
from services.household_api.registry.merging import compare, merge, preview
from services.household_api.registry.particulars import Particulars, Vault, vault_of
from services.household_api.registry.rules import INCOME_LIMIT
from services.household_api.registry.staging import begin_staging, mark_conflicts, stage
from shared import audit, jobs
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import NotFound
from shared.parameters import parameter
from shared.regions import regions_of
from shared.runtime.route import in_reach
from shared.tables.columns import Column
from shared.tables.decoding import Spooled

APPLY: Final = "apply_import"
SHOWN_IN_DRY_RUN: Final = 100
REJECTS_AT_ONCE: Final = 2_000

NOTE_WORDS: Final = {
    "household_incomplete": "这些户有成员行被退回，其余成员已接收；请改正后重新导入退回的行",
    "head_deceased": "这些户的户主已故，尚未确定新户主；已按原户主登记",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A table with what its sender said of it: the layout's name, until when its incomes were earned."""

    body: Spooled
    content_type: str
    layout: str | None = None
    as_of: date | None = None


async def take_in(tx: Transaction, sent: Sent) -> UUID:
    """Import a table; answers the import's id. Raises TableError, ``LayoutUnknown``, ``ParameterMissing``.

    A very large one that nobody reviews is compared by the worker: until then nothing is counted as changed.
    """
    vault, received, layout = await _stage_table(tx, sent)
    review_above = (await parameter(tx, "import_review_rows")).value
    state = first_state(received, review_above)
    import_id = new_id()
    if state != "applied":
        await repository.keep_rows(tx, import_id)
    if state == "received":
        counts, notes = await repository.counts_so_far(tx), []
    else:
        await mark_conflicts(tx)
        counts = asdict(await compare(tx, vault))
        notes = await _notes(tx)
        state = compared_state(state, counts["accepted"])
        if state == "applied":
            await repository.drop_kept_rows(tx, import_id)
    values = {
        "id": import_id,
        "state": state,
        "content_sha256": sent.body.sha256,
        "layout": layout.name,
        "layout_version": layout.version,
        "as_of": sent.as_of,
        "applied_at": tx.now if state == "applied" else None,
        "notes": notes,
    }
    await repository.add_import(tx, values | counts)
    await _keep_rejects(tx, vault, import_id)
    if state == "applied":
        await merge(tx, _reason(import_id))
        await repository.refresh_statistics(tx)
    elif state == "review":
        await review_repository.keep_changes(tx, import_id)
    else:
        await hand_to_worker(tx, import_id)
    await audit.record(tx, f"import.{state}", f"import/{import_id}", counts)
    return import_id


async def try_out(tx: Transaction, sent: Sent, purpose: str | None) -> dict[str, Any]:
    """What importing a table would do, as ``schemas.DryRun``; nothing of it stays. Rejected rows are masked unless a
    purpose is stated."""
    vault, received, layout = await _stage_table(tx, sent)
    review_above = (await parameter(tx, "import_review_rows")).value
    await mark_conflicts(tx)
    counts = await compare(tx, vault)
    conflicting = await repository.conflicting_rows(tx, 0, SHOWN_IN_DRY_RUN)
    unreadable = await repository.staged_rejects(tx, SHOWN_IN_DRY_RUN)
    view = View(tx, in_full=purpose is not None)
    rejects = [
        *_shown(view, unreadable, open_records(vault, [(row["id"], row["sealed"]) for row in unreadable])),
        *_shown(view, conflicting, _records(vault, conflicting)),
    ]
    if purpose is not None:
        await audit.record(tx, "import.rejects_disclosed", "import/dry-run", {"purpose": purpose})
    return {
        "state": compared_state(first_state(received, review_above), counts.accepted),
        "layout": layout.name,
        "layout_version": layout.version,
        **asdict(counts),
        "notes": await _notes(tx),
        "changes": await preview(tx, SHOWN_IN_DRY_RUN),
        "rejects": sorted(rejects, key=lambda reject: reject["line"])[:SHOWN_IN_DRY_RUN],
    }


async def describe(tx: Transaction, import_id: UUID) -> dict[str, Any]:
    """As ``schemas.Import``. Raises ``NotFound``."""
    row = await repository.registry_import(tx, import_id)
    if row is None:
        raise NotFound()
    (found,) = await _described(tx, [row])
    return found


async def list_imports(
    tx: Transaction, state: State | None, before: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """``limit + 1`` imports as ``schemas.Import``, the newest first."""
    return await _described(tx, await repository.registry_imports(tx, state, before, limit))


async def _described(tx: Transaction, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    sealed = [(row["id"].bytes, row["refusal"]) for row in rows if row["refusal"] is not None]
    opened: dict[bytes, str] = {}
    if sealed:
        sealer = await tx.sealer()
        reasons = sealer.open_many("registry_import", "refusal", tx.county, sealed)
        opened = {key: reason.decode() for (key, _), reason in zip(sealed, reasons, strict=True)}
    return [
        {
            **row,
            "refusal": opened.get(row["id"].bytes),
            "differences": differences(row["reviewed"], dict(row))
            if row["reviewed"] is not None and row["state"] == "applied"
            else [],
        }
        for row in rows
    ]


async def hand_to_worker(tx: Transaction, import_id: UUID) -> None:
    await jobs.enqueue(tx, APPLY, {"county": tx.county, "import_id": str(import_id)})


async def apply(tx: Transaction, import_id: UUID) -> None:
    """Carry out an import whose rows were kept. The registry may have changed since, so all is compared anew."""
    vault = await vault_of(tx)
    await begin_staging(tx)
    await repository.stage_kept_rows(tx, import_id)
    await mark_conflicts(tx)
    counts = asdict(await compare(tx, vault))
    await repository.drop_rejects(tx, import_id)
    await _keep_rejects(tx, vault, import_id)
    notes = await _notes(tx)
    await merge(tx, _reason(import_id))
    await repository.drop_kept_rows(tx, import_id)
    await review_repository.drop_changes(tx, import_id)
    await repository.refresh_statistics(tx)
    changes = {name: value for name, value in counts.items() if name != "received"}
    await repository.change_import(
        tx, import_id, {**changes, "state": "applied", "applied_at": tx.now, "notes": notes}
    )
    await audit.record(tx, "import.applied", f"import/{import_id}", counts)


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


async def reject_columns(tx: Transaction, import_id: UUID) -> tuple[Column, ...]:
    """The columns of the import's own layout: what was rejected is corrected and sent as it came."""
    found = await describe(tx, import_id)
    return (await read_layout(tx, found["layout"], found["layout_version"])).out_columns()


async def _stage_table(tx: Transaction, sent: Sent) -> tuple[Vault, int, Layout]:
    """Stage every row. The whole county must be in reach: a file may name any household of it."""
    in_reach(tx, tx.county)
    if sent.as_of is not None and sent.as_of > tx.today:
        raise AsOfInFuture()
    vault = await vault_of(tx)
    layout = await layout_for(tx, sent.layout, sent.body, sent.content_type)
    terms = Terms(
        sent.content_type,
        layout,
        await regions_of(tx),
        tx.reach,
        tx.today,
        sent.as_of,
        Decimal((await parameter(tx, INCOME_LIMIT)).value),
        vault.narrowed(),
    )
    await begin_staging(tx)
    received = 0
    async with aclosing(chunks(tx.service.companions, terms, sent.body)) as staged:
        async for chunk in staged:
            received += len(chunk)
            await stage(tx, chunk)
    return vault, received, layout


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


def _reason(import_id: UUID) -> str:
    """Why the registry's new versions were made."""
    return f"导入 {import_id}"


def _records(vault: Vault, rows: Sequence[RowMapping]) -> list[Mapping[str, object]]:
    """Rows that were staged, as the records that they came from."""
    persons = vault.open_many([(row["id"], row["sealed"]) for row in rows])
    return [_record(row, person) for row, person in zip(rows, persons, strict=True)]


def _record(row: RowMapping, person: Particulars) -> dict[str, object]:
    facts = row["facts"] or {}
    national = dict(facts.get("national") or {})
    risks = {f"risk_{place}": risk for place, risk in enumerate(national.pop("risk_types", []), 1)}
    told: dict[str, object] = {
        **{name: row[name] for name in row if name not in ("line", "id", "sealed", "errors", "facts")},
        **national,
        **risks,
        **(facts.get("income") or {}),
        "name": person.name,
        "id_number": person.id_number,
        "phone": person.phone,
        "birth_date": person.birth_date,
        "address": person.address,
    }
    return {name: _plain(value) for name, value in told.items() if value is not None}


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def _shown(
    view: View, rows: Sequence[RowMapping], records: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    return [
        {"line": row["line"], "errors": row["errors"], "record": view.record(record)}
        for row, record in zip(rows, records, strict=True)
    ]


async def places_recoded(tx: Transaction, codes: Mapping[str, str]) -> None:
    """The rows of imports that wait for review go with their place, so that their approval writes present codes."""
    await repository.move_places(tx, codes)
