"""What happens in a household is noted on its open case, for whoever decides next (policy.md, Registry)."""

from typing import Final
from uuid import UUID

from services.household_api.monitoring import repository
from services.household_api.monitoring.course import touch
from services.household_api.monitoring.errors import MonitoredHouseholdEnds
from services.household_api.monitoring.service import under_monitoring
from services.household_api.registry import service as registry
from services.household_api.registry.life_events import Kind, LifeEvent
from shared import audit
from shared.db import Transaction
from shared.sealing.texts import seal

#: Where people left the other household for this one: its case must know as well.
_FROM_ANOTHER: Final[frozenset[Kind]] = frozenset({"merged", "joined"})


async def household_changed(tx: Transaction, event: LifeEvent) -> None:
    """The open cases of the household, and of the one that people came from, stay in their state and tell of it.

    Raises ``MonitoredHouseholdEnds``.
    """
    here, other = event.household_id, event.other_household_id
    await _note(tx, here, event, other)
    if event.kind in _FROM_ANOTHER and other is not None:
        await _check_nobody_is_lost(tx, here, other)
        await _note(tx, other, event, here)


async def _check_nobody_is_lost(tx: Transaction, here: UUID, other: UUID) -> None:
    """Whoever is under monitoring is so in the household that they now live in."""
    home, left = await registry.household_now(tx, here), await registry.household_now(tx, other)
    if home is None or left is None or left["ended_on"] is None:
        return
    if await under_monitoring(tx, left) and not await under_monitoring(tx, home):
        raise MonitoredHouseholdEnds()


async def _note(tx: Transaction, household_id: UUID, event: LifeEvent, other: UUID | None) -> None:
    case_id = await repository.open_case_of(tx, household_id)
    case = None if case_id is None else await repository.case(tx, case_id, lock=True)
    household = await registry.household_now(tx, household_id)
    if case_id is None or case is None or household is None:
        return
    version = await touch(tx, case)
    basis = {
        "life_event": event.kind,
        "happened_on": event.happened_on.isoformat(),
        "other_household_id": None if other is None else str(other),
        "household_ended": household["ended_on"] is not None,
    }
    reason = await seal(tx, "case_transition", "reason", case_id, event.story)
    step = {"version": version, "state": case["state"], "reason": reason, "basis": basis}
    await repository.add_step(tx, case_id, case["region_code"], step)
    await audit.record(tx, "case.household_changed", f"case/{case_id}", {"kind": event.kind})
