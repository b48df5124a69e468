"""The measures of a plan: entered, carried out, stopped, with their effect."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.assistance import repository
from services.household_api.assistance.errors import (
    IllegalMeasureState,
    InvalidMeasure,
    PeriodEnded,
    PlanBeforeApproval,
)
from services.household_api.assistance.people import organisations
from services.household_api.assistance.rules import (
    AFTER_APPROVAL,
    MEASURE_STATES,
    MeasureKind,
    measure_errors,
    read_kinds,
)
from services.household_api.assistance.schemas import MeasureChange, NewMeasure
from services.household_api.monitoring import service as monitoring
from services.household_api.monitoring.rules import ENDED
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import FieldError, NotFound
from shared.parameters import parameter
from shared.runtime.preconditions import IfMatch
from shared.sealing.texts import open_documents, seal_document

#: What two measures of one plan are the same by.
SAME_BY = ("kind", "org_code", "starts_on", "ends_on", "amount")


async def kinds_of(tx: Transaction) -> dict[str, MeasureKind]:
    return read_kinds((await parameter(tx, "measure_kinds")).value)


async def case_to_assist(tx: Transaction, case_id: UUID) -> RowMapping:
    """The case, locked, if plans and measures may be made in its running period.

    Raises ``NotFound``, ``PlanBeforeApproval``, ``PeriodEnded``.
    """
    case = await monitoring.case_now(tx, case_id, lock=True)
    if case["state"] in ENDED:
        raise PeriodEnded()
    if case["state"] not in AFTER_APPROVAL and not case["green_channel"]:
        raise PlanBeforeApproval(f"案件现处于 {case['state']}", f"the case is {case['state']}")
    return case


async def list_measures(tx: Transaction, case_id: UUID, period: int | None = None) -> list[dict[str, Any]]:
    """The measures of a case (in one period), the oldest first. Raises ``NotFound``."""
    await monitoring.case_now(tx, case_id)
    return await shown(tx, await repository.measures(tx, [case_id], period), await kinds_of(tx))


async def describe(tx: Transaction, case_id: UUID, measure_id: UUID) -> dict[str, Any]:
    row = await repository.measure(tx, case_id, measure_id)
    if row is None:
        raise NotFound()
    (found,) = await shown(tx, [row], await kinds_of(tx))
    return found


async def shown(
    tx: Transaction, rows: Sequence[RowMapping], kinds: Mapping[str, MeasureKind]
) -> list[dict[str, Any]]:
    """Rows as ``schemas.Measure``."""
    texts = await _opened(tx, rows)
    found = []
    for row, told in zip(rows, texts, strict=True):
        kind = kinds.get(row["kind"])
        found.append(
            {
                **{name: row[name] for name in ("id", "period", "kind", "org_code", "starts_on", "ends_on")},
                **{name: row[name] for name in ("amount", "state", "made_by", "made_at", "version")},
                "kind_name": kind.name if kind else row["kind"],
                "category": kind.category if kind else None,
                "risk_types": list(kind.risk_types) if kind else [],
                "effect": row["effect"] or None,
                "description": told.get("description", ""),
                "note": told.get("note", ""),
                "allowed": list(MEASURE_STATES[row["state"]]),
            }
        )
    return found


async def _opened(tx: Transaction, rows: Sequence[RowMapping]) -> list[dict[str, str]]:
    sealed = [(row["id"], row["sealed"]) for row in rows]
    return [told or {} for told in await open_documents(tx, "assistance_measure", "sealed", sealed)]


async def _sealed(tx: Transaction, measure_id: UUID, description: str, note: str) -> bytes | None:
    told = {"description": description, "note": note} if description or note else None
    return await seal_document(tx, "assistance_measure", "sealed", measure_id, told)


async def enter(tx: Transaction, case_id: UUID, wanted: NewMeasure) -> UUID:
    """Add a measure. Raises ``NotFound``, ``PlanBeforeApproval``, ``PeriodEnded``, ``InvalidMeasure``."""
    case = await case_to_assist(tx, case_id)
    (measure_id,) = await add_to(tx, case, [wanted])
    return measure_id


async def add_to(
    tx: Transaction, case: RowMapping, wanted: Sequence[NewMeasure], pointer: str = ""
) -> list[UUID]:
    """Add measures to a locked case; those that its period has already are left out.

    ``pointer``: where in the body they stand; with it they are a list there.
    """
    kinds = await kinds_of(tx)
    known = await organisations(tx)
    held = await repository.measures(tx, [case["id"]], case["period"]) if pointer else []
    present = {tuple(row[name] for name in SAME_BY) for row in held}
    errors: list[FieldError] = []
    made = []
    for place, measure in enumerate(wanted):
        values = {
            **{name: getattr(measure, name) for name in ("kind", "ends_on", "amount", "state")},
            "org_code": measure.org_code or case["region_code"][:9],
            "starts_on": measure.starts_on or tx.today,
            "effect": measure.effect or "",
        }
        where = f"{pointer}/{place}" if pointer else ""
        wrong = measure_errors(**_judged(values), kinds=kinds, today=tx.today) + known.errors(
            values["org_code"]
        )
        errors += [FieldError(where + error.pointer, error.code, error.message) for error in wrong]
        if tuple(values[name] for name in SAME_BY) not in present:
            made.append((new_id(), values, measure.description))
    if errors:
        raise InvalidMeasure(errors=errors)
    for measure_id, values, description in made:
        sealed = await _sealed(tx, measure_id, description, "")
        await _add_version(tx, case, measure_id, 1, {**values, "sealed": sealed})
        await audit.record(
            tx, "measure.entered", f"measure/{measure_id}", {"case_id": case["id"], "kind": values["kind"]}
        )
    return [measure_id for measure_id, _, _ in made]


def _judged(values: Mapping[str, Any]) -> dict[str, Any]:
    return {n: values[n] for n in ("kind", "starts_on", "ends_on", "amount", "state", "effect")}


async def _add_version(
    tx: Transaction, case: RowMapping, measure_id: UUID, version: int, values: Mapping[str, Any]
) -> None:
    of_case = {name: case[name] for name in ("region_code", "household_id", "period")}
    made = {"made_by": str(tx.actor), "made_at": tx.now}
    row = {"id": measure_id, "version": version, "case_id": case["id"], **of_case, **values, **made}
    await repository.add(tx, "assistance_measure", row)


async def change(
    tx: Transaction, case_id: UUID, measure_id: UUID, wanted: MeasureChange, expected: IfMatch
) -> None:
    """The next version of a measure.

    Raises ``NotFound``, ``PreconditionFailed``, ``PlanBeforeApproval``, ``PeriodEnded``, ``IllegalMeasureState``,
    ``InvalidMeasure``.
    """
    await monitoring.case_now(tx, case_id, lock=True)
    row = await repository.measure(tx, case_id, measure_id)
    if row is None:
        raise NotFound("该案件没有这项措施", "The case has no such measure")
    expected.check(row["version"])
    case = await case_to_assist(tx, case_id)
    if row["period"] != case["period"]:
        raise PeriodEnded()
    # Only these two may be taken back by a null.
    stated = {
        name: value
        for name in wanted.model_fields_set - {"description", "note", "effect"}
        if (value := getattr(wanted, name)) is not None or name in ("ends_on", "amount")
    }
    if "effect" in wanted.model_fields_set:
        stated["effect"] = wanted.effect or ""
    values = {
        name: row[name] for name in ("kind", "org_code", "starts_on", "ends_on", "amount", "state", "effect")
    }
    values |= stated
    if values["state"] != row["state"] and values["state"] not in MEASURE_STATES[row["state"]]:
        possible = MEASURE_STATES[row["state"]]
        raise IllegalMeasureState(
            f"从 {row['state']} 可改为：{'、'.join(possible) or '无'}", members={"allowed": list(possible)}
        )
    if values["state"] == "done" and values["ends_on"] is None:
        values["ends_on"] = max(tx.today, values["starts_on"])
    (told,) = await _opened(tx, [row])
    description = told.get("description", "") if wanted.description is None else wanted.description
    note = told.get("note", "") if wanted.note is None else wanted.note
    errors = measure_errors(**_judged(values), kinds=await kinds_of(tx), today=tx.today)
    errors += (await organisations(tx)).errors(values["org_code"])
    if values["state"] == "stopped" and not note:
        errors.append(FieldError("/note", "stop_without_reason", "中止的措施应写明原因 note"))
    if errors:
        raise InvalidMeasure(errors=errors)
    sealed = await _sealed(tx, measure_id, description, note)
    await _add_version(tx, case, measure_id, row["version"] + 1, {**values, "sealed": sealed})
    await audit.record(
        tx, "measure.changed", f"measure/{measure_id}", {"state": values["state"], "effect": values["effect"]}
    )
