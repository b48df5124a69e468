"""Which cards the rules propose: of each unit, with every reason (policy.md, Funds; X task 16)."""

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from services.funds_api.cards import repository
from services.funds_api.cards.errors import NothingProposed
from services.funds_api.cards.rules import GRAVER, Kind, Reason, SlowProjects, gravest, late_projects
from services.funds_api.cards.service import issue
from services.funds_api.progress.service import rows_of
from services.funds_api.units import check_region
from shared.db import Transaction
from shared.parameters import parameter


async def proposals(tx: Transaction, year: int, as_of: date) -> list[dict[str, Any]]:
    """As ``schemas.Proposal``, the gravest first: units for which a rule proposes a card."""
    rules = (await parameter(tx, "card_project_rules")).value
    slow = {
        row["region_code"]: SlowProjects(row["reserve"], row["unfinished"])
        for row in await repository.slow_projects(tx, year)
    }
    units = {row["region_code"]: row for row in await rows_of(tx, "unit", year, as_of)}
    found = []
    for region in sorted(units.keys() | slow.keys()):
        unit = units.get(region)
        reasons = late_projects(slow.get(region, SlowProjects(0, 0)), year, as_of, rules)
        if unit is not None and unit["proposed"] != "none":
            said = (Reason("behind_milestone", each["message"], unit["proposed"]) for each in unit["reasons"])
            reasons = [*said, *reasons]
        if reasons:
            found.append(
                {
                    "region_code": region,
                    "year": year,
                    "as_of": as_of,
                    "proposed": gravest(reasons),
                    "reasons": [asdict(reason) for reason in reasons],
                    "card": unit["card"] if unit is not None else "none",
                }
            )
    return sorted(found, key=lambda each: -GRAVER[each["proposed"]])


async def issue_card(
    tx: Transaction, region: str, year: int, source_id: UUID | None, kind: Kind, note: str | None
) -> dict[str, Any]:
    """With the reasons that the rules have today. Raises ``NothingProposed`` where they have none, or none so grave,
    and nobody says why in words."""
    await check_region(tx, region)
    reasons: list[dict[str, Any]]
    if source_id is None:
        reasons = next(
            (
                each["reasons"]
                for each in await proposals(tx, year, tx.today)
                if each["region_code"] == region
            ),
            [],
        )
    else:
        rows = await rows_of(tx, "unit_source", year, tx.today)
        reasons = [
            {**reason, "proposes": row["proposed"]}
            for row in rows
            if (row["region_code"], row["source_id"]) == (region, source_id)
            for reason in row["reasons"]
        ]
    grave_enough = any(GRAVER[reason["proposes"]] >= GRAVER[kind] for reason in reasons)
    if not grave_enough and not note:
        raise NothingProposed()
    return await issue(
        tx, region=region, year=year, source_id=source_id, kind=kind, reasons=reasons, note=note or ""
    )
