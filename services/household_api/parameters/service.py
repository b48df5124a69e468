"""Setting a rule with a number: a new version with its source; the other services copy it by event."""

from datetime import timedelta
from typing import Any

from sqlalchemy.engine import RowMapping

from services.household_api.parameters import repository
from services.household_api.parameters.errors import InvalidParameter, UnknownParameter
from services.household_api.parameters.rules import EXPLANATIONS, SHAPES, problem
from services.household_api.parameters.schemas import NewVersion
from shared import audit
from shared.contracts.events import PARAMETER_CHANGED
from shared.db import Transaction
from shared.errors import FieldError
from shared.outbox import Event, emit
from shared.runtime.route import in_reach


def shown(row: RowMapping) -> dict[str, Any]:
    """A version with its period and what the parameter is for. Who set it is told by the audit log."""
    followed_from = row["followed_from"]
    shape = SHAPES.get(row["name"])
    return {
        **{name: row[name] for name in ("name", "version", "valid_from", "value", "source", "set_at")},
        "valid_until": None if followed_from is None else followed_from - timedelta(days=1),
        "replaced_by": row["newest"] if row["newest"] > row["version"] else None,
        "explanation": EXPLANATIONS.get(row["name"], ""),
        "shape": {} if shape is None else shape.schema,
    }


async def versions_of(tx: Transaction, name: str, before: int | None, limit: int) -> list[dict[str, Any]]:
    """``limit + 1`` versions of a known parameter, the newest first. Raises ``UnknownParameter``."""
    if name not in SHAPES:
        raise UnknownParameter()
    return [shown(row) for row in await repository.versions_of(tx, name, before, limit)]


async def set_parameter(tx: Transaction, wanted: NewVersion) -> dict[str, Any]:
    """Add the next version of a known parameter. Raises ``UnknownParameter``, ``InvalidParameter``.

    A version for the first day of another takes its place, which the answer tells; no two are in force on one
    day.
    """
    if wanted.name not in SHAPES:
        raise UnknownParameter(errors=[FieldError("/name", "parameter_unknown", "没有这个参数，请核对名称")])
    found = problem(wanted.name, wanted.value)
    if found:
        raise InvalidParameter(errors=[FieldError("/value", "parameter_invalid", found)])
    in_reach(tx, tx.county)
    await repository.take_turns(tx)
    replaces = await repository.newest_from(tx, wanted.name, wanted.valid_from)
    row = await repository.add_version(tx, wanted.name, wanted.value, wanted.valid_from, wanted.source)
    event = Event(f"parameter/{row['name']}", row["version"], dict(row))
    await emit(tx, PARAMETER_CHANGED, [event])
    detail = {"version": row["version"], "value": row["value"], "replaces": replaces}
    await audit.record(tx, "parameter.set", event.subject, detail)
    set_version = await repository.version(tx, row["name"], row["version"])
    return {**shown(set_version), "replaces": replaces}
