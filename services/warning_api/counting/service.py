"""Keeping the counts of the loop: whoever writes a warning or a task says so, in the same transaction.

Counts are entries that are added up later (tasks.py), so that nobody waits for anybody. What a row counts for is
taken off before it is written and added at the end of the transaction, as it stands then.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from services.warning_api.counting import repository
from services.warning_api.counting.rules import Standing, entries
from shared.db import Transaction

_AT_COMMIT: Final = "counting"


@dataclass(slots=True)
class _Taken:
    """Of one month, what is to be added at the end of the transaction."""

    tasks: set[UUID] = field(default_factory=set)
    warnings: set[UUID] = field(default_factory=set)


class _AtCommit:
    """Adds, before the commit, what is counted anew."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.months: defaultdict[str, _Taken] = defaultdict(_Taken)

    async def __call__(self) -> None:
        for cycle, taken in self.months.items():
            await repository.count(self._tx, cycle, 1, taken.tasks, taken.warnings)


def _taken(tx: Transaction, cycle: str) -> _Taken:
    waiting = tx.before_commit.get(_AT_COMMIT)
    if not isinstance(waiting, _AtCommit):
        tx.before_commit[_AT_COMMIT] = waiting = _AtCommit(tx)
    return waiting.months[cycle]


async def touch(
    tx: Transaction, cycle: str, *, tasks: Iterable[UUID] = (), warnings: Iterable[UUID] = ()
) -> None:
    """Call before tasks (then with all their warnings, whichever department's) or warnings are written.

    Holds them, tasks before warnings and each by id as everywhere, and takes off what they count for; what they
    count for then is added at the end of the transaction. The same again costs nothing.
    """
    taken = _taken(tx, cycle)
    new_tasks, new_warnings = set(tasks) - taken.tasks, set(warnings) - taken.warnings
    if not new_tasks and not new_warnings:
        return
    found_tasks, found_warnings = await repository.count(
        tx, cycle, -1, new_tasks, new_warnings, taken.warnings
    )
    taken.tasks.update(found_tasks)
    taken.warnings.update(found_warnings)


async def made(
    tx: Transaction, cycle: str, *, tasks: Iterable[UUID] = (), warnings: Iterable[UUID] = ()
) -> None:
    """Call after tasks or warnings were inserted that were not there before."""
    taken = _taken(tx, cycle)
    taken.tasks.update(tasks)
    taken.warnings.update(warnings)


async def add(tx: Transaction, cycle: str, standings: Counter[Standing]) -> None:
    """Add so many of each standing (negative: take off), where the writer of many rows has them at hand: neither is
    read again. Rows that are counted here are not to be touched before in the same transaction."""
    found = list(entries(standings, tx.county))
    if found:
        await repository.add(tx, cycle, found)
