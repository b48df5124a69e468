"""Trying the rules on the registry: asked for, or by the schedule; at once, or by the worker."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from services.household_api.quality import repository
from services.household_api.quality.errors import RegionRequired, ScreeningRunning, UnknownRule
from services.household_api.quality.preparation import prepare
from services.household_api.quality.reconciling import begin, find, reconcile
from services.household_api.quality.rules import RULES
from services.household_api.quality.rules.course import due_dates, flattened, period_of
from services.household_api.quality.rules.rule import SEVERITIES, Rule
from shared import audit, jobs
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.db.narrowing import within
from shared.errors import FieldError, NotFound
from shared.identifiers.regions import region_range
from shared.parameters import ParameterMissing, income_line, parameter
from shared.runtime.route import in_reach

SCREEN: Final = "screen_quality"

#: A region with more persons than this is screened by the worker: it takes longer than a caller waits.
MOST_AT_ONCE: Final = 60_000


async def ask(tx: Transaction, region: str | None, codes: Sequence[str]) -> UUID:
    """Screen a region (all that the caller reaches) by some rules or all; answers the screening's id.

    Raises ``UnknownRule``, ``RegionRequired``, ``ScreeningRunning``.
    """
    for place, code in enumerate(codes):
        if code not in RULES:
            raise UnknownRule(errors=[FieldError(f"/rules/{place}", "rule_unknown", "没有这条规则")])
    region = region or _whole_reach(tx)
    in_reach(tx, region)
    screening_id = new_id()
    await repository.add_screening(tx, screening_id, region, _chosen(codes), None)
    await audit.record(tx, "quality.asked", f"screening/{screening_id}", {"region": region})
    if await repository.persons(tx, region, MOST_AT_ONCE + 1) > MOST_AT_ONCE:
        await _hand_over(tx, screening_id)
    else:
        await screen(tx, screening_id)
    return screening_id


async def ask_for_period(tx: Transaction) -> None:
    """The county's screening of the running period, once (policy.md, Data quality: quarterly)."""
    months = (await parameter(tx, "quality_screening_months")).value
    screening_id = new_id()
    period = period_of(tx.today, months)
    if await repository.add_screening(tx, screening_id, tx.county, list(RULES), period):
        await _hand_over(tx, screening_id)


async def _hand_over(tx: Transaction, screening_id: UUID) -> None:
    await jobs.enqueue(tx, SCREEN, {"county": tx.county, "screening_id": str(screening_id)})


def _whole_reach(tx: Transaction) -> str:
    """The one region that the call reaches."""
    if tx.reach.covers(tx.county):
        return tx.county
    if len(tx.reach.ranges) != 1:
        raise RegionRequired()
    return tx.reach.ranges[0][0]


def _chosen(codes: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(codes)) or list(RULES)


async def screen(tx: Transaction, screening_id: UUID) -> None:
    """Carry out a screening that was asked for; nothing where it is done already."""
    row = await repository.screening(tx, screening_id, lock=True)
    if row is None or row["state"] != "received":
        return
    if not await repository.take_turn(tx):
        raise ScreeningRunning()
    values, used = await _parameters(tx)
    chosen = [RULES[code] for code in row["rules"] if code in RULES]
    rules, skipped = _ready(chosen, values, whole_county=tx.reach.covers(tx.county))
    days = await parameter(tx, "quality_correction_days")
    kinds = await parameter(tx, "measure_kinds")
    await prepare(tx, kinds.value, births=any(rule.needs_births for rule in rules))
    await begin(tx, rules, due_dates(tx.today, days.value))
    region = region_range(row["region_code"])
    for rule in rules:
        reach = within(tx, rule.source.alias)
        alias = rule.source.alias
        narrowed = f"{reach.sql} AND {alias}.region_code >= :region_from AND {alias}.region_code < :region_to"
        bounds = {"region_from": region[0], "region_to": region[1]}
        await find(tx, rule, narrowed, {**values, **reach.parameters, **bounds})
    outcome = await reconcile(tx, screening_id, region)
    read = {name for rule in rules for name in (*rule.parameters, *(rule.named & {"income_line"}))}
    changes = {
        "state": "done",
        "rules": [rule.code for rule in rules],
        "findings": outcome.findings,
        "by_severity": {severity: outcome.by_severity.get(severity, 0) for severity in SEVERITIES},
        "opened": outcome.opened,
        "reopened": outcome.reopened,
        "closed": outcome.closed,
        "skipped": skipped,
        "parameters_used": [*(used[name] for name in sorted(read)), days.used, kinds.used],
        "finished_at": tx.service.clock.now(),
    }
    await repository.change_screening(tx, screening_id, changes)
    await audit.record(tx, "quality.screened", f"screening/{screening_id}", {"findings": outcome.findings})


async def _parameters(tx: Transaction) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the statements of all rules may name, and for each parameter what is kept of it."""
    values: dict[str, Any] = {"county": tx.county, "today": tx.today, "provisional": False}
    used: dict[str, Any] = {}
    for name in sorted({name for rule in RULES.values() for name in rule.parameters}):
        try:
            found = await parameter(tx, name)
        except ParameterMissing:
            continue
        values |= flattened(name, found.value)
        used[name] = found.used
    line = await income_line(tx)
    if line is not None:
        values |= {"income_line": f"{line.amount:.2f}", "provisional": line.provisional}
        used["income_line"] = line.used
    return values, used


def _ready(
    rules: Sequence[Rule], values: Mapping[str, Any], *, whole_county: bool
) -> tuple[list[Rule], list[dict[str, str]]]:
    """The rules that can be tried, and those that cannot: because the county has not set what they read, or
    because they hold households of the whole county against each other and the caller sees a part."""
    ready, skipped = [], []
    for rule in rules:
        missing = sorted(rule.named - values.keys())
        if missing:
            reason = f"参数 {'、'.join(missing)} 尚未设置，见 PUT /v1/parameters"
            skipped.append({"rule": rule.code, "code": "parameter_missing", "reason": reason})
        elif rule.across and not whole_county:
            reason = "须在全县范围内比对，由县级筛查"
            skipped.append({"rule": rule.code, "code": "county_only", "reason": reason})
        else:
            ready.append(rule)
    return ready, skipped


async def describe(tx: Transaction, screening_id: UUID) -> dict[str, Any]:
    """As ``schemas.Screening``."""
    row = await repository.screening(tx, screening_id)
    if row is None:
        raise NotFound()
    return dict(row)
