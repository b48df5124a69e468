"""What departments read of their warnings, and who answers: the one that is needed, or another (policy.md, 6 and 7)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.cycles.indicators import catalogue
from services.warning_api.cycles.service import departments
from services.warning_api.feedback import outcome_repository as repository
from services.warning_api.feedback.errors import NotDeclined, NotNeeded, OutcomeNotFound
from services.warning_api.feedback.outcome_repository import OutcomeFilter
from services.warning_api.feedback.receipts import receipts_of
from services.warning_api.filing.rules import filing_no
from services.warning_api.filing.staging import open_personal_data
from services.warning_api.verification.service import opened_answers
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import FieldError, Unprocessable
from shared.identifiers.id_number import mask_id_number
from shared.identifiers.masking import mask_phone_cell
from shared.pagination.cursors import Paging
from shared.pagination.snapshots import Poll, Snapshot
from shared.parameters import parameter
from shared.regions import regions_to_show
from shared.runtime.preconditions import IfMatch
from shared.sealing.texts import open_texts, seal

#: As many rows as one sheet of outcomes shows.
MOST_SHEET_ROWS = 100_000


async def list_outcomes(
    tx: Transaction,
    cycle: str | None,
    state: str | None,
    paging: Paging,
    updated_after: Snapshot | datetime | None,
) -> dict[str, Any]:
    """The outcome of each of the department's warnings, decided or not; since a poll before what has changed, each
    change once."""
    poll = Poll(paging, updated_after, cycle)
    await poll.begin(tx)
    after = updated_after if isinstance(updated_after, datetime) else None
    rows = await repository.outcomes(tx, OutcomeFilter(cycle, state, after), poll, paging.limit + 1)
    shown = rows[: paging.limit]
    return poll.page(await _described(tx, shown), shown[-1] if len(rows) > len(shown) else None)


async def sheet_rows(tx: Transaction, cycle: str | None, state: str | None) -> list[dict[str, Any]]:
    """All of them, for a sheet in which the department writes what it did."""
    poll = Poll(Paging(), None, cycle)
    await poll.begin(tx)
    rows = await repository.outcomes(tx, OutcomeFilter(cycle, state), poll, MOST_SHEET_ROWS)
    referred = await _all_referred(tx, [row for row in rows if _is_referred(tx, row)])
    return [{**row, **_in_sheet(referred.get(row["id"]))} for row in await _described(tx, rows)]


def _in_sheet(referred: Mapping[str, Any] | None) -> dict[str, Any]:
    """``note`` is a column that the department fills in."""
    if referred is None:
        return {}
    return {**{name: referred[name] for name in ("name", "address")}, "said": referred["note"]}


async def read_outcome(tx: Transaction, warning_id: UUID) -> dict[str, Any]:
    """One outcome, with what was referred and why."""
    row = await repository.outcome(tx, warning_id)
    if row is None:
        raise OutcomeNotFound()
    referrals = await repository.referrals(tx, row["cycle"], warning_id)
    reasons = await open_texts(tx, "referral", "sealed", [(one["id"], one["sealed"]) for one in referrals])
    (outcome,) = await _described(tx, [row])
    outcome["referrals"] = [{**one, "reason": reason} for one, reason in zip(referrals, reasons, strict=True)]
    outcome["referred"] = await _referred(tx, row)
    outcome["receipts"] = await receipts_of(tx, [warning_id])
    return outcome


def _is_referred(tx: Transaction, row: RowMapping) -> bool:
    """Whether the call's department is waited for, and another has pushed the warning."""
    return (
        row["outcome"] == "needs_department"
        and row["waits_for"] == tx.reach.org
        and row["org_code"] != tx.reach.org
        and row["task_id"] is not None
    )


async def _referred(tx: Transaction, row: RowMapping) -> dict[str, Any] | None:
    """Whom the department is needed for, and what the township has seen."""
    return (await _all_referred(tx, [row])).get(row["id"]) if _is_referred(tx, row) else None


async def _all_referred(tx: Transaction, rows: Sequence[RowMapping]) -> dict[UUID, dict[str, Any]]:
    """The same of many, by warning. That it was read is recorded."""
    if not rows:
        return {}
    told = await repository.told_of(tx, [row["id"] for row in rows])
    persons = open_personal_data(await tx.sealer(), tx.county, [(one["id"], one["sealed"]) for one in told])
    tasks = {row["id"]: row["task_id"] for row in rows}
    answers = await opened_answers(tx, list(tasks.values()))
    regions = await regions_to_show(tx)
    await audit.record_many(tx, "warning.referred_read", [(f"warning/{one['id']}", None) for one in told])
    found = {}
    for one, person in zip(told, persons, strict=True):
        answer = answers.get(tasks[one["id"]])
        found[one["id"]] = {
            "name": person.name,
            "id_number": mask_id_number(person.id_number) if person.id_number else None,
            "phone": mask_phone_cell(person.phone) if person.phone else None,
            "region_code": one["matched_region_code"],
            "address": regions.full_name(one["matched_region_code"]),
            "note": answer["note"] if answer else "",
        }
    return found


async def decline(tx: Transaction, warning_id: UUID, reason: str, expected: IfMatch) -> dict[str, Any]:
    """The department that is needed says that it is not the one; its clock stops until the county redirects."""
    row = await _held(tx, warning_id, expected)
    awaited = (
        row["waits_for"] if row["outcome"] == "needs_department" and row["declined_on"] is None else None
    )
    if awaited is None or tx.reach.org not in (awaited, "*"):
        raise NotNeeded()
    await _refer(tx, row, "declined", None, reason)
    await repository.decline(tx, row)
    return await read_outcome(tx, warning_id)


async def redirect(
    tx: Transaction, warning_id: UUID, to_org: str, reason: str, expected: IfMatch
) -> dict[str, Any]:
    """The county names the department that is to answer, another one or the same; its clock begins anew."""
    if to_org not in await departments(tx):
        raise Unprocessable(errors=[FieldError("/needs_org", "unknown_department", "本县没有这个部门代码")])
    row = await _held(tx, warning_id, expected)
    if row["outcome"] != "needs_department" or row["state"] != "fed_back":
        raise NotDeclined()
    days = (await parameter(tx, "needs_department_days")).value
    await _refer(tx, row, "redirected", to_org, reason)
    await repository.redirect(tx, row, to_org, tx.today + timedelta(days=days))
    return await read_outcome(tx, warning_id)


async def _held(tx: Transaction, warning_id: UUID, expected: IfMatch) -> RowMapping:
    row = await repository.outcome(tx, warning_id, lock=True)
    if row is None:
        raise OutcomeNotFound()
    expected.check(row["version"])
    return row


async def _refer(tx: Transaction, row: RowMapping, kind: str, to_org: str | None, reason: str) -> None:
    referral_id = new_id()
    sealed = await seal(tx, "referral", "sealed", referral_id, reason)
    await repository.add_referral(tx, row, referral_id, kind, to_org, sealed or b"")
    await audit.record(
        tx, f"warning.{kind}", f"warning/{row['id']}", {"from": row["needs_org"], "to": to_org}
    )


async def _described(tx: Transaction, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    indicators = await catalogue(tx)
    return [
        {
            **row,
            "filing_no": filing_no(tx.county, row["cycle"], row["org_code"], row["filing_seq"]),
            "indicator_name": known.name if (known := indicators.get(row["indicator"])) else row["indicator"],
        }
        for row in rows
    ]
