"""Setting a rule with a number: a new version with its source; the other services copy it by event."""

from typing import Any

from sqlalchemy.engine import RowMapping

from services.household_api.parameters import repository
from services.household_api.parameters.errors import InvalidParameter, UnknownParameter
from services.household_api.parameters.rules import EXPLANATIONS, KINDS, problem
from services.household_api.parameters.schemas import NewVersion
from shared import audit
from shared.contracts.events import PARAMETER_CHANGED
from shared.db import Transaction
from shared.errors import FieldError
from shared.outbox import Event, emit
from shared.runtime.route import in_reach


def shown(row: RowMapping) -> dict[str, Any]:
    """A version with what the parameter is for. Who set it is told by the audit log."""
    found = {name: row[name] for name in row if name != "set_by"}
    return {**found, "explanation": EXPLANATIONS.get(row["name"], "")}


async def set_parameter(tx: Transaction, wanted: NewVersion) -> dict[str, Any]:
    """Add the next version of a known parameter. Raises ``UnknownParameter``, ``InvalidParameter``."""
    if wanted.name not in KINDS:
        raise UnknownParameter(errors=[FieldError("/name", "parameter_unknown", "没有这个参数，请核对名称")])
    found = problem(wanted.name, wanted.value)
    if found:
        raise InvalidParameter(errors=[FieldError("/value", "parameter_invalid", found)])
    in_reach(tx, tx.county)
    row = await repository.add_version(tx, wanted.name, wanted.value, wanted.valid_from, wanted.source)
    event = Event(f"parameter/{row['name']}", row["version"], dict(row))
    await emit(tx, PARAMETER_CHANGED, [event])
    await audit.record(tx, "parameter.set", event.subject, {"version": row["version"], "value": row["value"]})
    return shown(row)
