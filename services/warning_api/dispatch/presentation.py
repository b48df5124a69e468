"""Tasks as their readers may see them: names masked for those who are not responsible for the household."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.cycles.indicators import catalogue
from services.warning_api.dispatch import list_repository
from services.warning_api.dispatch.rules import is_overdue
from services.warning_api.dispatch.service import decode_subject
from services.warning_api.filing.entries import corrected, entries_of, is_withdrawn, shown_changes
from services.warning_api.filing.staging import open_personal_data
from shared.db import Transaction
from shared.identifiers.id_number import mask_id_number
from shared.identifiers.names import mask_name
from shared.regions import regions_to_show
from shared.sealing import Sealer

#: Whose names are shown in full: those who visit the household or answer for it.
RESPONSIBLE = frozenset({"county", "township", "village", "service"})


NOT_SHOWN = ("sealed", "changed_in", "changed_since_last_pull")

#: Some 25 MB.
MOST_DETAILS = 50_000


class _Details:
    """The details of clues, opened once: the same pages are polled again and again, and opening was most of their
    cost. Nothing else that was sealed with them is kept."""

    def __init__(self) -> None:
        self._opened: dict[tuple[UUID, bytes], str | None] = {}

    def of(self, sealer: Sealer, county: str, rows: Sequence[Any]) -> list[str | None]:
        """For each of ``rows``, which have ``id`` and ``sealed``."""
        keys = [(row["id"], row["sealed"]) for row in rows]
        opened = self._opened
        missing = [key for key in keys if key not in opened]
        for key, person in zip(missing, open_personal_data(sealer, county, missing), strict=True):
            opened[key] = person.detail
        details = [opened[key] for key in keys]
        if len(opened) > MOST_DETAILS:
            opened.clear()
        return details


_DETAILS = _Details()


async def present(tx: Transaction, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    """The tasks of ``rows`` with subject and clues, as ``schemas.Task`` has them."""
    if not rows:
        return []
    sealer = await tx.sealer()
    subjects = sealer.open_many(
        "verification_task", "sealed", tx.county, [(row["id"].bytes, row["sealed"]) for row in rows]
    )
    regions = await regions_to_show(tx)
    clues = await _clues(tx, sorted({row["cycle"] for row in rows}), [row["id"] for row in rows])
    in_full = bool(tx.roles & RESPONSIBLE)
    shown = []
    for row, blob in zip(rows, subjects, strict=True):
        subject = decode_subject(blob)
        task = dict(row)
        for name in NOT_SHOWN:
            task.pop(name, None)
        task["subject"] = {
            "name": subject.name if in_full else mask_name(subject.name),
            "id_number": mask_id_number(subject.id_number) if subject.id_number else None,
            "address": regions.full_name(row["region_code"]),
        }
        task["clues"] = clues.get(row["id"], [])
        task["overdue"] = is_overdue(row["state"], row["due_on"], tx.today)
        shown.append(task)
    return shown


async def _clues(
    tx: Transaction, cycles: Sequence[str], task_ids: Sequence[UUID]
) -> Mapping[UUID, list[dict[str, Any]]]:
    rows = await list_repository.clues(tx, cycles, task_ids)
    indicators = await catalogue(tx)
    # What somebody suffers from is for those who visit, not for every system that may count tasks.
    in_full = bool(tx.roles & RESPONSIBLE)
    details = _DETAILS.of(await tx.sealer(), tx.county, rows) if in_full else [None] * len(rows)
    changed = [row for row in rows if row["entries"]]
    entries = await entries_of(tx, [row["cycle"] for row in changed], [row["id"] for row in changed])
    grouped: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for row, detail in zip(rows, details, strict=True):
        indicator = indicators.get(row["indicator"])
        grouped[row["task_id"]].append(
            {
                "warning_id": row["id"],
                "org_code": row["org_code"],
                "indicator": row["indicator"],
                "indicator_name": indicator.name if indicator else row["indicator"],
                "occurred_on": row["occurred_on"],
                "amount": row["amount"],
                "detail": detail,
                "below_threshold": row["below_threshold"],
                "outcome": row["outcome"],
                "corrected": shown_changes(corrected(entries.get(row["id"], ())), in_full=in_full),
                "withdrawn": is_withdrawn(entries.get(row["id"], ())),
            }
        )
    return grouped
