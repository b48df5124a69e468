"""The numbers of a bulletin or a conference, asked of the domains that keep them, as they are now."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from services.warning_api.bulletins.figures import KEPT, RECHECKED
from services.warning_api.cycles.service import departments, describe, since_the_beginning
from services.warning_api.escalation import service as escalation
from services.warning_api.petitions import service as petitions
from services.warning_api.progress_reports import service as progress_reports
from services.warning_api.ranking import service as rankings
from services.warning_api.rechecks import counts as rechecks
from services.warning_api.rectification import counts as rectification
from services.warning_api.supervision.service import Asked, loop_rows
from services.warning_api.surveys import service as surveys
from shared.db import Transaction
from shared.regions import regions_of

#: The steps of the loop that have a clock, as people call them.
_STEPS: Final = {
    "receipt": "乡镇签收",
    "verification": "乡镇核查",
    "extension": "延期审批",
    "assignment": "指定乡镇",
    "acceptance": "反馈审核",
    "answer": "部门落实反馈",
    "needs_department": "部门处置",
    "redirection": "改派部门",
}


async def loop_of(
    tx: Transaction, groupings: Sequence[str], whole: Sequence[str], in_total: Sequence[str]
) -> dict[str, Any]:
    """``{cycle: {by: rows}}``: the cycles of ``whole`` in the groupings, those ``in_total`` by the first alone."""
    found: dict[str, Any] = {}
    for cycle in dict.fromkeys([*whole, *in_total]):
        wanted = groupings if cycle in whole else groupings[:1]
        found[cycle] = {by: await _rows(tx, cycle, by) for by in wanted}
    return found


async def _rows(tx: Transaction, cycle: str, by: str) -> list[dict[str, Any]]:
    rows = await loop_rows(tx, cycle, Asked(by=by))
    return [{name: row[name] for name in KEPT} for row in rows]


async def pushes_of(tx: Transaction, cycles: Sequence[str]) -> dict[str, Any]:
    """``{cycle: who has pushed}`` as ``GET /v1/cycles/{cycle}`` shows departments; ``awaited``: whoever has not, while
    the window is open. Months to come are left out, and those before the county began."""
    found = {}
    for cycle in await since_the_beginning(tx, cycles):
        described = await describe(tx, cycle)
        if described["state"] == "upcoming":
            continue
        silent = "awaited" if described["state"] == "open" else "missing"
        found[cycle] = [
            {
                "org_code": line["org_code"],
                "name": line["name"],
                "state": silent if line["state"] == "missing" else line["state"],
                "late": line["late"],
            }
            for line in described["departments"]
        ]
    return found


async def problems_of(tx: Transaction, quarter: str | None) -> dict[str, Any] | None:
    """Problems of inspections by department and township: those found in ``quarter``, or all; None if none."""
    found = {
        "department": await rectification.counts(tx, "department", quarter),
        "township": await rectification.counts(tx, "township", quarter),
    }
    return found if any(found.values()) else None


async def rechecks_of(tx: Transaction, cycles: Sequence[str]) -> list[dict[str, Any]]:
    """Re-checks by sample of what was answered in these months, by township."""
    regions = await regions_of(tx)
    return [
        {
            "key": row["township_code"],
            "name": regions.name(row["township_code"]),
            **{name: row[name] for name in RECHECKED},
        }
        for row in await rechecks.by_township(tx, cycles)
    ]


async def steps_of(tx: Transaction) -> list[dict[str, Any]]:
    """Kinds of steps with how many are late now, and who is waited for."""
    regions, names = await regions_of(tx), await departments(tx)
    found = {step: {"key": step, "name": word, "late": 0, "who": []} for step, word in _STEPS.items()}
    for row in await escalation.counts(tx):
        if row["level"] == "reminder":
            continue
        step: dict[str, Any] = found[row["step"]]
        step["late"] += row["steps"]
        who = names.get(row["org_code"]) or regions.name(row["township_code"] or tx.county)
        if who not in step["who"]:
            step["who"].append(who)
    return [step for step in found.values() if step["late"]]


async def survey_of(tx: Transaction, quarter: str) -> dict[str, Any] | None:
    """Calls of the quarter; None if nobody was called."""
    found = await surveys.counts(tx, quarter)
    return found if any(found.values()) else None


async def petitions_of(tx: Transaction, first: date, last: date) -> dict[str, Any] | None:
    """Petitions received in these days, all townships together; None if there were none."""
    rows = await petitions.counts(tx, first, last)
    names = ("received", "closed", "closed_in_time", "overdue")
    return {name: sum(row[name] for row in rows) for name in names} if rows else None


async def progress_of(tx: Transaction, cycles: Sequence[str]) -> dict[str, Any] | None:
    """Who has reported progress of these months; months whose day is to come are left out, None if all are. So are
    those before the county began."""
    months = await since_the_beginning(tx, cycles)
    lines = [line for line in await progress_reports.lines(tx, months) if line["state"] != "due"]
    if not lines:
        return None
    named = {
        state: [f"{line['name']}（{int(line['cycle'][5:])}月）" for line in lines if line["state"] == state]
        for state in ("late", "missing")
    }
    return {"due": len(lines), "reported": sum(line["state"] == "reported" for line in lines), **named}


async def ranking_of(tx: Transaction, quarter: str) -> dict[str, Any] | None:
    """The published ranking with the consequences that were decided; None if none is published."""
    found = await rankings.latest_published(tx, quarter)
    if found is None:
        return None
    lines = sorted(
        found["lines"], key=lambda line: (line["rank"] is None, line["rank"], line["township_code"])
    )
    return {
        "complete": found["complete"],
        "lines": [{name: line[name] for name in ("rank", "name", "score", "last")} for line in lines],
        "consequences": [
            {"name": proposal["name"], "kind": proposal["kind"]}
            for proposal in found["proposals"]
            if proposal["state"] == "issued"
        ],
    }
