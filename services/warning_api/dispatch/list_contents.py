"""What stands in a list that is pulled to be filled in: the tasks, what is new about them, what was answered."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.cycles.service import departments
from services.warning_api.dispatch import list_pulls, list_repository
from services.warning_api.dispatch.list_repository import TaskFilter
from services.warning_api.dispatch.presentation import present
from services.warning_api.dispatch.row_keys import RowKey, keys_of, new_sheet
from services.warning_api.dispatch.rules import TO_BE_VERIFIED, change_since, is_due_soon, township_of
from services.warning_api.verification.service import answers_shown
from shared import audit
from shared.clock import SHANGHAI
from shared.db import Transaction
from shared.pagination.cursors import Paging
from shared.pagination.snapshots import Poll
from shared.parameters import parameter
from shared.sealing.texts import open_texts

#: As many tasks as one list shows; a township has some hundred.
MOST_LIST_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class ListRow:
    """``task`` as ``schemas.Task`` has it; ``change``: what is new since the last pull (rules.CHANGE_WORDS), with the
    ``reason`` of a return; ``answer``: what stands as answered, by the names of the sheet's columns."""

    task: Mapping[str, Any]
    key: str
    change: str | None
    reason: str | None
    due_soon: bool
    answer: Mapping[str, Any]

    @property
    def dispatched_on(self) -> date:
        day: date = self.task["dispatched_at"].astimezone(SHANGHAI).date()
        return day


@dataclass(frozen=True, slots=True)
class ListContents:
    """``summary`` as ``schemas.VerificationList`` has it; ``departments``: names by code."""

    summary: Mapping[str, Any]
    departments: Mapping[str, str]
    today: date
    rows: Sequence[ListRow]

    @property
    def first_dispatch(self) -> date:
        return min((row.dispatched_on for row in self.rows), default=self.today)


async def changes_since_last_pull(
    tx: Transaction, cycle: str, region: str, pull: RowMapping | None
) -> dict[str, int] | None:
    """How many tasks of a list are new, returned, changed, withdrawn since; None where nobody has pulled it."""
    if pull is None:
        return None
    rows = await list_pulls.changed_tasks(tx, cycle, region, pull)
    kinds = Counter(change_since(row, pull["pulled_at"]) for row in rows)
    return {kind: kinds[kind] for kind in ("new", "returned", "changed", "withdrawn")}


async def pulled_list(
    tx: Transaction, summary: Mapping[str, Any], state: str | None = None, assignee: str | None = None
) -> ListContents:
    """The list of ``summary``, or what of it is in one state or one official's; urgent ones on top, then by village.

    Where the township or village pulls the whole of it itself, that is kept, so that the next pull can tell what has
    changed.
    """
    cycle, region = summary["cycle"], summary["region_code"]
    pull = await list_pulls.last_pull(tx, cycle, region)
    if tx.roles & {"township", "village"} and state is None and assignee is None:
        await list_pulls.note_pull(tx, cycle, region)
        await audit.record(tx, "list.pulled", f"list/{cycle}/{region}", {"tasks": summary["total"]})
    rows = await list_repository.tasks(
        tx,
        TaskFilter(cycle, region, state, assignee=assignee, dispatched_only=True),
        Poll(Paging(), cycle=cycle),
        MOST_LIST_ROWS,
        pull,
    )
    changed = {row["id"] for row in rows if row["changed_since_last_pull"]}
    tasks = await present(tx, rows)
    # What was sent back is answered anew: the refused answer would be sent again with the rest of the sheet.
    answers = await answers_shown(tx, [task["id"] for task in tasks if task["state"] not in TO_BE_VERIFIED])
    reasons = await _reasons(tx, cycle, [task["id"] for task in tasks if task["state"] == "returned"])
    sheet = new_sheet()
    keys = keys_of(
        await tx.sealer(),
        tx.county,
        [
            RowKey(sheet, cycle, str(township_of(region)), UUID(bytes=task["id"].bytes), task["version"])
            for task in tasks
        ],
    )
    reminder = (await parameter(tx, "escalation_days")).value["reminder"]
    shown = [
        ListRow(
            task,
            key,
            change_since(task, pull["pulled_at"]) if pull is not None and task["id"] in changed else None,
            reasons.get(task["id"]),
            is_due_soon(task["state"], task["due_on"], tx.today, reminder),
            answers.get(task["id"], {}),
        )
        for task, key in zip(tasks, keys, strict=True)
    ]
    shown.sort(key=lambda row: (not row.task["urgent"], row.task["region_code"], str(row.task["id"])))
    return ListContents(summary, await departments(tx), tx.today, shown)


async def _reasons(tx: Transaction, cycle: str, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Why tasks were returned last."""
    rows = await list_repository.last_returns(tx, cycle, ids) if ids else []
    texts = await open_texts(tx, "task_entry", "sealed", [(row["id"], row["sealed"]) for row in rows])
    return {row["task_id"]: text for row, text in zip(rows, texts, strict=True)}
