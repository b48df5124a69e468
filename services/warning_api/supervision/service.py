"""The loop in numbers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from services.warning_api.counting.columns import OUTCOMES
from services.warning_api.counting.rules import median
from services.warning_api.cycles.indicators import catalogue
from services.warning_api.cycles.rules import CYCLE, next_cycle, previous_cycles
from services.warning_api.cycles.service import checked_cycle, departments
from services.warning_api.filing.rules import DEPARTMENT, OTHER_ORIGINS
from services.warning_api.supervision import repository
from services.warning_api.supervision.errors import NotByTask, RegionTooSmall, TooFine, TooManyMonths
from services.warning_api.supervision.repository import Cells
from services.warning_api.supervision.rules import (
    compared_rows,
    hide_small_cells,
    same_month_last_year,
)
from shared.auth.caller import EVERY_ORGANISATION
from shared.db import Transaction
from shared.identifiers.regions import region_range
from shared.pagination.cursors import Paging, page
from shared.regions import regions_of
from shared.tables.words import HOUSEHOLD_TYPE, RISKS

#: Columns of warnings and, at the end, of visits.
COUNTS: Final = (
    "pushed",
    "filed",
    "rejected",
    "compared",
    "dispatched",
    "tasks",
    "received",
    "verified",
    "risk_confirmed",
    "fed_back",
    "closed",
    "overdue",
    "on_time",
    "answer_overdue",
    "withdrawn",
    *(name for name in OUTCOMES if name != "risk_confirmed"),
    "tasks_verified",
    "tasks_closed",
    "tasks_overdue",
)
_OF_TASKS: Final = {
    "tasks": "dispatched",
    "tasks_verified": "verified",
    "tasks_closed": "closed",
    "tasks_overdue": "overdue",
}

#: Groupings in which each visit stands in one row.
WITH_TASKS: Final = frozenset({"township", "village", "household_type", "month"})

#: Who sees no cell that could be somebody.
SMALL_CELLS_HIDDEN = frozenset({"supervisor", "system"})

MOST_MONTHS: Final = 60

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which numbers: ``region`` (with all below), ``org`` and ``origin`` narrow them; by ``month`` those from ``since``
    to ``until``, otherwise of ``cycle``. ``of`` warnings or tasks."""

    by: str = "township"
    region: str | None = None
    org: str | None = None
    origin: str = DEPARTMENT
    of: str = "warnings"
    since: str | None = None
    until: str | None = None


async def loop(
    tx: Transaction, cycle: str, by: str, paging: Paging, asked: Asked | None = None
) -> dict[str, Any]:
    """A page of rows, by key."""
    rows = await loop_rows(tx, cycle, replace(asked or Asked(), by=by))
    (after,) = paging.after_text()
    shown = [row for row in rows if after is None or row["key"] > after]
    return page(shown[: paging.limit + 1], paging, lambda row: [row["key"]])


async def loop_rows(tx: Transaction, cycle: str, asked: Asked) -> list[Row]:
    """Every row, by key, as the caller may see it. Raises ``CycleNotFound`` (404) and the refusals of errors.py."""
    cycle = checked_cycle(tx, cycle)
    watched = bool(tx.roles & SMALL_CELLS_HIDDEN)
    _check(asked, watched=watched)
    cells = _cells(cycle, asked)
    counted = await _counted(tx, cells, asked)
    names = await _names(tx, asked.by, counted)
    rows = [_row(key, found, names) for key, found in sorted(counted.items())]
    for row in rows:
        row["rows_url"] = row["tasks_url"] = None
    if watched:
        return await _hidden(tx, cycle, asked, rows)
    for row in rows:
        row.update(_urls(tx, cycle, asked, row["key"]))
    return rows


async def comparison(tx: Transaction, cycle: str, by: str, earlier: str, region: str | None) -> list[Row]:
    """The rows of a month beside those of the ``previous`` one, or of the same month of ``last_year``."""
    cycle = checked_cycle(tx, cycle)
    before_cycle = same_month_last_year(cycle) if earlier == "last_year" else previous_cycles(cycle, 1)[0]
    asked = Asked(by, region)
    now, before = [await loop_rows(tx, month, asked) for month in (cycle, before_cycle)]
    return [{**row, "cycle": cycle, "before_cycle": before_cycle} for row in compared_rows(now, before)]


def _check(asked: Asked, *, watched: bool) -> None:
    """What cannot be told, or could tell somebody: small cells are hidden in one table, not across several."""
    region = asked.region or ""
    if watched and (len(region) > 6 or asked.org is not None or asked.by in ("village", "risk_type")):
        raise TooFine()
    if len(region) > 9 and asked.by != "village":
        raise RegionTooSmall()
    if asked.of == "tasks" and (
        asked.by not in WITH_TASKS or asked.org is not None or asked.origin != DEPARTMENT
    ):
        raise NotByTask()


def _cells(cycle: str, asked: Asked) -> Cells:
    cycles = [cycle]
    if asked.by == "month":
        cycles = _months(asked.since or cycle, asked.until or cycle)
    return Cells(
        cycles,
        region_range(asked.region) if asked.region else None,
        asked.org,
        None if asked.origin == DEPARTMENT else [asked.origin],
        OTHER_ORIGINS if asked.origin == DEPARTMENT else (),
    )


def _months(since: str, until: str) -> list[str]:
    months = [since]
    while months[-1] < until and len(months) <= MOST_MONTHS:
        months.append(next_cycle(months[-1]))
    if since > until or len(months) > MOST_MONTHS or not CYCLE.fullmatch(since):
        raise TooManyMonths()
    return months


async def _counted(tx: Transaction, cells: Cells, asked: Asked) -> dict[str, Row]:
    """The sums by key: of warnings, with those of tasks and pushes beside them."""
    by = "indicator" if asked.by == "risk_type" else asked.by
    of = {"warning": {}, "task": {}}  # type: dict[str, dict[str, Row]]
    for row in await repository.loop_counts(tx, by, cells):
        of[row["counted"]][row["key"]] = dict(row)
    if asked.of == "tasks":
        return {key: {**row, **_visits(row)} for key, row in of["task"].items() if row["filed"]}
    found = of["warning"]
    if asked.by == "risk_type":
        found = _merged(found, await _risk_types(tx))
    if asked.by in WITH_TASKS and asked.org is None and tx.reach.org == EVERY_ORGANISATION:
        for key in {key for key, row in of["task"].items() if row["filed"]} | found.keys():
            found.setdefault(key, {}).update(_visits(of["task"].get(key, {})))
    if asked.by in ("department", "month") and asked.region is None and asked.origin == DEPARTMENT:
        for pushed in await repository.pushed_counts(tx, asked.by, cells):
            found.setdefault(pushed["key"], {}).update(pushed)
    return {key: row for key, row in found.items() if any(row.get(name) for name in COUNTS)}


def _visits(row: Mapping[str, Any]) -> Row:
    return {name: row.get(column) or 0 for name, column in _OF_TASKS.items()}


def _merged(rows: Mapping[str, Row], group_of: Mapping[str, str]) -> dict[str, Row]:
    """Rows with the same group added up."""
    found: dict[str, Row] = {}
    for key, row in rows.items():
        group = group_of.get(key, key)
        known = found.get(group)
        if known is None:
            found[group] = dict(row)
            continue
        for name, value in row.items():
            if isinstance(value, int):
                known[name] += value
        known["took"] = [one + other for one, other in zip(known["took"], row["took"], strict=True)]
    return found


def _row(key: str, row: Mapping[str, Any], names: Mapping[str, str]) -> Row:
    counts = {name: row.get(name, None if name in _OF_TASKS else 0) for name in COUNTS}
    counts["pushed"] = row.get("pushed", counts["filed"])
    days, verified = median(row.get("took") or ()), counts["verified"]
    return {
        "key": key,
        "name": names.get(key, key or "未定区划"),
        "org_code": row.get("org_code"),
        **counts,
        "median_days": None if days is None else round(days, 2),
        "on_time_share": round(counts["on_time"] / verified, 4) if verified else None,
    }


async def _hidden(tx: Transaction, cycle: str, asked: Asked, rows: list[Row]) -> list[Row]:
    """The rows without small cells. A total is told by other tables too: a county's townships make up its number, a
    department's indicators make up the department's, so that they are hidden where that is."""
    if asked.by == "township":
        return hide_small_cells(rows, COUNTS, lambda row: "" if tx.reach.county else row["key"][:6])
    if asked.by != "indicator":
        return hide_small_cells(rows, COUNTS)
    shown = hide_small_cells(rows, COUNTS, lambda row: row["org_code"])
    orgs = {row["key"]: row for row in await loop_rows(tx, cycle, replace(asked, by="department"))}
    for row in shown:
        whole = orgs.get(row["org_code"], {})
        for name in (*COUNTS, "median_days", "on_time_share"):
            if name in whole and whole[name] is None:
                row[name] = None
    return shown


async def _risk_types(tx: Transaction) -> dict[str, str]:
    """The kind of risk that each indicator warns of; other origins name the risk itself."""
    if tx.reach.county is None:
        return {}
    return {indicator.code: indicator.risk_type for indicator in (await catalogue(tx)).indicators}


#: The filter of ``GET /v1/warnings`` that a key is.
_FILTER: Final = {
    "township": "region",
    "village": "region",
    "department": "org",
    "indicator": "indicator",
    "household_type": "household_type",
    "risk_type": "risk_type",
    "month": "cycle",
}


def _urls(tx: Transaction, cycle: str, asked: Asked, key: str) -> Row:
    """Where the rows of a number are: the filters of the question, and the row's key."""
    wanted: dict[str, str] = {"cycle": cycle}
    if tx.reach.county is not None:
        wanted["county"] = tx.reach.county
    if asked.region:
        wanted["region"] = asked.region
    of_tasks = dict(wanted)
    if key:
        wanted[_FILTER[asked.by]] = key
    else:
        wanted["unplaced"] = "true"
    if org := asked.org or (tx.reach.org if tx.reach.org != EVERY_ORGANISATION else None):
        wanted["org"] = org
    wanted["origin"] = asked.origin
    visits = None
    if key and asked.by in ("township", "village", "month"):
        of_tasks[_FILTER[asked.by]] = key
        visits = f"/v1/tasks?{urlencode(of_tasks)}"
    rows = None if asked.of == "tasks" else f"/v1/warnings?{urlencode(wanted)}"
    return {"rows_url": rows, "tasks_url": None if asked.org or "department" in tx.roles else visits}


async def _names(tx: Transaction, by: str, keys: Iterable[str]) -> dict[str, str]:
    """What people call the keys; above a county codes stand for themselves."""
    if by == "household_type":
        return {**HOUSEHOLD_TYPE.words, "unregistered": "未登记"}
    if by == "risk_type":
        return dict(RISKS.words)
    if tx.reach.county is None or by == "month":
        return {}
    if by in ("township", "village"):
        regions = await regions_of(tx)
        return {code: regions.full_name(code) for code in keys if code}
    if by == "department":
        return await departments(tx)
    return {indicator.code: indicator.name for indicator in (await catalogue(tx)).indicators}
