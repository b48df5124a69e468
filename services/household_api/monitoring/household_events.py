"""What happens in a household is noted on its open case, for whoever decides next (policy.md, Registry)."""

from uuid import UUID

from services.household_api.monitoring import repository
from services.household_api.monitoring.course import touch
from services.household_api.monitoring.sealed_texts import seal
from services.household_api.registry.life_events import LifeEvent
from shared import audit
from shared.db import Transaction


async def household_changed(tx: Transaction, event: LifeEvent) -> None:
    """The open cases of the household, and of the one that joined it, stay in their state and tell of it."""
    concerned = [event.household_id]
    if event.kind == "merged" and event.other_household_id is not None:
        concerned.append(event.other_household_id)
    for household_id in concerned:
        case_id = await repository.open_case_of(tx, household_id)
        if case_id is not None:
            await _note(tx, case_id, event)


async def _note(tx: Transaction, case_id: UUID, event: LifeEvent) -> None:
    case = await repository.case(tx, case_id, lock=True)
    if case is None:
        return
    version = await touch(tx, case)
    other = event.other_household_id
    basis = {
        "life_event": event.kind,
        "happened_on": event.happened_on.isoformat(),
        "other_household_id": None if other is None else str(other),
        "household_ended": event.ended,
    }
    reason = await seal(tx, "case_transition", "reason", case_id, event.story)
    step = {"version": version, "state": case["state"], "reason": reason, "basis": basis}
    await repository.add_step(tx, case_id, case["region_code"], step)
    await audit.record(tx, "case.household_changed", f"case/{case_id}", {"kind": event.kind})
