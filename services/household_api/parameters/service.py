"""Setting a rule with a number: a new version with its source; the other services copy it by event."""

from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy.engine import RowMapping

from services.household_api.parameters import repository
from services.household_api.parameters.errors import InvalidParameter, UnknownParameter
from services.household_api.parameters.rules import EXPLANATIONS, SHAPES, problem, unknown
from services.household_api.parameters.schemas import NewVersion
from shared import audit
from shared.contracts.events import PARAMETER_CHANGED
from shared.db import Transaction
from shared.errors import FieldError
from shared.outbox import Event, emit
from shared.runtime.route import in_reach

#: Of a version, what is shown as it is.
_AS_IT_IS: Final = ("version", "valid_from", "value", "source", "set_at")
_NOT_SET: Final = dict.fromkeys((*_AS_IT_IS, "valid_until", "replaced_by"))


def shown(row: RowMapping) -> dict[str, Any]:
    """A version with its period and what the parameter is for. Who set it is told by the audit log."""
    followed_from = row["followed_from"]
    return {
        **_explained(row["name"]),
        **{name: row[name] for name in _AS_IT_IS},
        "valid_until": None if followed_from is None else followed_from - timedelta(days=1),
        "replaced_by": row["newest"] if row["newest"] > row["version"] else None,
    }


def _explained(name: str) -> dict[str, Any]:
    shape = SHAPES.get(name)
    return {
        "name": name,
        "explanation": EXPLANATIONS.get(name, ""),
        "shape": {} if shape is None else shape.schema,
    }


async def in_force(tx: Transaction, on: date, after: str | None, limit: int) -> list[dict[str, Any]]:
    """``limit + 1`` parameters after a name, as ``schemas.ParameterInForce``: also those that are not set on the day.

    There are some dozens of them.
    """
    found = {row["name"]: shown(row) for row in await repository.in_force(tx, on)}
    names = sorted(name for name in SHAPES.keys() | found if after is None or name > after)
    return [found.get(name) or {**_NOT_SET, **_explained(name)} for name in names[: limit + 1]]


async def versions_of(tx: Transaction, name: str, before: int | None, limit: int) -> list[dict[str, Any]]:
    """``limit + 1`` versions of a known parameter, the newest first. Raises ``UnknownParameter``."""
    if name not in SHAPES:
        raise UnknownParameter(unknown(name))
    return [shown(row) for row in await repository.versions_of(tx, name, before, limit)]


async def set_parameter(tx: Transaction, wanted: NewVersion) -> dict[str, Any]:
    """Add the next version of a known parameter. Raises ``UnknownParameter``, ``InvalidParameter``.

    A version for the first day of another takes its place, which the answer tells; no two are in force on one
    day.
    """
    if wanted.name not in SHAPES:
        raise UnknownParameter(errors=[FieldError("/name", "parameter_unknown", unknown(wanted.name))])
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
