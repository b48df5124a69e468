"""Findings: showing them, answering them, counting them. Screening itself: screening.py."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.household_api.quality import repository
from services.household_api.quality.errors import (
    CountyDecides,
    IllegalTransition,
    ReasonRequired,
    SamePerson,
    TooManyFindings,
    UnknownRule,
    UnknownState,
)
from services.household_api.quality.repository import By, Filters
from services.household_api.quality.rules import RULES
from services.household_api.quality.rules.course import (
    COUNTY_DECIDES,
    NEEDS_REASON,
    PLACE_LENGTHS,
    STATES,
    TRANSITIONS,
    due_dates,
    is_overdue,
)
from services.household_api.quality.rules.evidence import told
from services.household_api.quality.rules.rule import Rule
from services.household_api.quality.schemas import NewState
from services.household_api.registry.masking import View
from services.household_api.registry.particulars import vault_of
from shared import audit
from shared.db import Transaction
from shared.errors import FieldError, NotFound
from shared.parameters import parameter
from shared.regions import regions_of
from shared.runtime.preconditions import IfMatch
from shared.sealing.texts import open_texts, seal

#: What a township works through in one sheet.
MOST_IN_SHEET = 50_000

SEVERITY_WORDS = {"error": "错误", "warning": "存疑", "hint": "提示"}


async def households_moved(tx: Transaction, moved: Mapping[UUID, str]) -> None:
    """Take the findings of households (id -> new region) along."""
    await repository.follow_households(tx, moved)


async def places_recoded(tx: Transaction, codes: Mapping[str, str]) -> None:
    """Take running findings about no household along with their place (ended code -> present one)."""
    await repository.follow_places(tx, codes)


def rule_shown(rule: Rule) -> dict[str, Any]:
    names = ("code", "severity", "title", "explanation", "reference", "responsible", "subject", "parameters")
    return {name: getattr(rule, name) for name in names}


def rules_after(code: str | None, limit: int) -> list[dict[str, Any]]:
    """``limit + 1`` rules by code."""
    codes = sorted(known for known in RULES if code is None or known > code)
    return [rule_shown(RULES[known]) for known in codes[: limit + 1]]


async def list_findings(
    tx: Transaction, filters: Filters, after: tuple[str | None, UUID | None], limit: int
) -> list[dict[str, Any]]:
    """``limit + 1`` findings as ``schemas.Finding``. Raises ``UnknownRule``, ``UnknownState``."""
    if filters.rule is not None and filters.rule not in RULES:
        raise UnknownRule()
    if filters.state is not None and filters.state not in STATES:
        raise UnknownState(f"状态应为 {'、'.join(TRANSITIONS)} 之一")
    return await _shown(tx, await repository.list_findings(tx, filters, after, limit))


async def findings_for_sheet(tx: Transaction, filters: Filters) -> list[dict[str, Any]]:
    """All findings that pass the filters. Raises ``TooManyFindings``."""
    found = await list_findings(tx, filters, (None, None), MOST_IN_SHEET)
    if len(found) > MOST_IN_SHEET:
        raise TooManyFindings(f"一次最多导出 {MOST_IN_SHEET} 条")
    return found


async def _shown(tx: Transaction, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    names = await _names(tx, rows)
    regions = await regions_of(tx)
    found = []
    for row in rows:
        rule = RULES.get(row["rule"])
        code = row["region_code"][: PLACE_LENGTHS[row["responsible"]]]
        about = row["person_id"] or row["household_id"]
        found.append(
            {
                **{name: row[name] for name in row if name != "answered_by"},
                # A rule of an earlier version of the software is called by its code.
                "title": rule.title if rule else row["rule"],
                "place": {"code": code, "name": regions.full_name(code)},
                "name": None if about is None else names.get(about),
                "message": told(row["evidence"], rule.evidence if rule else ()),
                "overdue": is_overdue(row["state"], row["due_on"], tx.today),
            }
        )
    return found


async def _names(tx: Transaction, rows: Sequence[RowMapping]) -> dict[UUID, str]:
    """The name to show for each person, and for each household that of its head."""
    persons = [row["person_id"] for row in rows if row["person_id"]]
    households = [row["household_id"] for row in rows if row["household_id"] and not row["person_id"]]
    if not (persons or households):
        return {}
    found = await repository.named(tx, persons, households)
    opened = (await vault_of(tx)).open_many([(row["id"], row["sealed"]) for row in found])
    view = View(tx, in_full=False)
    return {row["about"]: view.name(person) for row, person in zip(found, opened, strict=True)}


async def describe(tx: Transaction, finding_id: UUID) -> dict[str, Any]:
    """A finding with its rule and every step, as ``schemas.FindingInFull``."""
    row = await repository.finding(tx, finding_id)
    if row is None:
        raise NotFound()
    (shown,) = await _shown(tx, [row])
    rule = RULES.get(row["rule"])
    steps = await repository.steps(tx, finding_id)
    reasons = await open_texts(
        tx, "quality_finding_step", "reason", [(finding_id, step["reason"]) for step in steps]
    )
    history = [
        {"state": step["state"], "reason": reason, "made_by": step["made_by"], "made_at": step["made_at"]}
        for step, reason in zip(steps, reasons, strict=True)
    ]
    return {
        **shown,
        "explanation": rule.explanation if rule else "",
        "reference": rule.reference if rule else "",
        "allowed": list(TRANSITIONS[row["state"]]),
        "history": history,
    }


async def move(tx: Transaction, finding_id: UUID, wanted: NewState, expected: IfMatch) -> None:
    """Take a finding to its next state: corrected or explained by the place responsible; what is explained is
    accepted by another person of the county.

    Raises ``IllegalTransition``, ``CountyDecides``, ``ReasonRequired``, ``SamePerson``.
    """
    if wanted.to not in STATES:
        raise UnknownState(errors=[FieldError("/to", "state_unknown", f"应为 {'、'.join(TRANSITIONS)} 之一")])
    row = await repository.finding(tx, finding_id, lock=True)
    if row is None:
        raise NotFound()
    expected.check(row["version"])
    _allowed(tx, row, wanted)
    changes: dict[str, Any] = {"state": wanted.to}
    if wanted.to == "open":
        days = (await parameter(tx, "quality_correction_days")).value
        changes |= {"due_on": due_dates(tx.today, days)[row["severity"]], "reopened": row["reopened"] + 1}
    elif wanted.to in ("corrected", "explained"):
        changes["answered_by"] = str(tx.actor)
    await repository.change_finding(tx, finding_id, changes)
    reason = await seal(tx, "quality_finding_step", "reason", finding_id, wanted.reason)
    await repository.add_step(tx, row, wanted.to, reason)
    await audit.record(
        tx, f"quality.{wanted.to}", f"finding/{finding_id}", {"from": row["state"], "rule": row["rule"]}
    )


def _allowed(tx: Transaction, row: RowMapping, wanted: NewState) -> None:
    ways = TRANSITIONS[row["state"]]
    if wanted.to not in ways:
        onward = "、".join(ways) or "无（已结案；再次筛查出时另立一条）"
        raise IllegalTransition(f"当前为 {row['state']}，可转为：{onward}", members={"allowed": list(ways)})
    if "county" not in tx.roles and (wanted.to in COUNTY_DECIDES or row["responsible"] == "county"):
        raise CountyDecides()
    if wanted.to in NEEDS_REASON and not wanted.reason.strip():
        raise ReasonRequired(errors=[FieldError("/reason", "reason_required", "请写明理由")])
    if wanted.to == "accepted" and row["answered_by"] == str(tx.actor):
        raise SamePerson()


async def statistics(
    tx: Transaction, by: By, region: str | None, after: str | None, limit: int
) -> list[dict[str, Any]]:
    """``limit + 1`` rows as ``schemas.StatisticsRow``."""
    regions = await regions_of(tx)
    rows = await repository.statistics(tx, by, region, after, limit)
    return [{**row, "name": _key_name(regions.name, by, row["key"])} for row in rows]


def _key_name(region_name: Any, by: By, key: str) -> str:
    if by == "rule":
        return RULES[key].title if key in RULES else key
    return SEVERITY_WORDS[key] if by == "severity" else str(region_name(key))
