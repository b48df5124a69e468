"""How spending and the industry share stand, for whoever may read them (policy.md, Funds)."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from pydantic import TypeAdapter
from sqlalchemy.engine import RowMapping

from services.funds_api.cards.service import issued_cards
from services.funds_api.progress import repository
from services.funds_api.progress.ready_answers import ready_answers
from services.funds_api.progress.rules import (
    SpendingRule,
    a_year_before,
    compared,
    judge,
    judge_industry,
    rounded,
)
from services.funds_api.progress.schemas import By, ProgressOut
from shared.db.transaction import Transaction
from shared.pagination.cursors import Page, Paging, page
from shared.parameters import ParameterMissing, parameter
from shared.runtime.packed import Packed

SPENDING = ("spending_milestones", "card_yellow_points", "card_red_points")
INDUSTRY_SHARE = "industry_share"

_answer: Final = TypeAdapter(Page[ProgressOut])

#: Rows of these are about the same in every year, so that they can be compared with the year before.
YEAR_ON_YEAR: Final = frozenset({"unit", "level", "total"})
#: Rows of these may have a card.
CARDED: Final = frozenset({"unit", "unit_source"})
#: As many rows as a county has.
MOST_ROWS: Final = 100_000
#: The special fund of which a part is for settlement areas (parameter ``fund_names``).
RELOCATION: Final = "relocation"
NOT_TOLD: Final = dict.fromkeys(
    ("region_code", "region_name", "source_id", "level", "document_no", "project_id", "project_name")
)


async def progress(tx: Transaction, paging: Paging, by: By, year: int, as_of: date) -> dict[str, Any]:
    """Row by row of ``by``; what has no money (all withdrawn) has no row."""
    (after,) = paging.after_text()
    items = await rows_of(tx, by, year, as_of, after, paging.limit + 1)
    return page(items, paging, lambda item: [item["key"]])


async def progress_text(tx: Transaction, paging: Paging, by: By, year: int, as_of: date) -> Packed:
    """The same as JSON (``Page[ProgressOut]``), from what stands ready where nothing has changed."""
    if tx.reach.county is None or by == "project":
        return _packed(await progress(tx, paging, by, year, as_of))
    ready = ready_answers(tx.service)
    key = tx.reach, by, year, as_of, paging.limit, *paging.after_text()
    state = await repository.state(tx, SPENDING)
    text = ready.get(key, state)
    if text is None:
        text = _packed(await progress(tx, paging, by, year, as_of))
        ready.keep(key, state, text)
    return text


def _packed(found: dict[str, Any]) -> Packed:
    return Packed.of(_answer.dump_json(_answer.validate_python(found)))


async def rows_of(
    tx: Transaction, by: By, year: int, as_of: date, after: str | None = None, limit: int = MOST_ROWS
) -> list[dict[str, Any]]:
    """As ``schemas.ProgressOut``, by key. Above one county the keys are the county's and the row's."""
    rows = await _read(tx, by, year, as_of, after, limit)
    counties = {row["county_code"] for row in rows}
    values = await _values(tx, counties, SPENDING, year, as_of)
    rules = {county: SpendingRule.of(*(values[county, name] for name in SPENDING)) for county in counties}
    former = await _a_year_before(tx, by, year, as_of)
    cards = await issued_cards(tx, year)
    items = []
    for row in rows:
        verdict = judge(row["allocated"], row["paid"], year, as_of, rules[row["county_code"]])
        before = former.get((row["county_code"], row["key"]))
        items.append(
            {
                **NOT_TOLD,
                **row,
                **asdict(verdict),
                **compared(row["allocated"], row["paid"], before),
                "as_of": as_of,
                "card": cards.get((row["county_code"], row["region_code"], row.get("source_id")), "none")
                if by in CARDED
                else "none",
            }
        )
    return items


async def _read(
    tx: Transaction, by: By, year: int, as_of: date, after: str | None, limit: int
) -> Sequence[RowMapping]:
    if by == "project":
        return await repository.projects(tx, year, as_of, after, limit)
    return await repository.progress(tx, by, year, as_of, after, limit)


async def _a_year_before(
    tx: Transaction, by: By, year: int, as_of: date
) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
    """Allocated and paid on the same day of the year before, of what goes on from year to year."""
    if by not in YEAR_ON_YEAR:
        return {}
    rows = await repository.progress(tx, by, year - 1, a_year_before(as_of), None, MOST_ROWS)
    return {(row["county_code"], row["key"]): (row["allocated"], row["paid"]) for row in rows}


async def industry_share(tx: Transaction, year: int) -> dict[str, Any]:
    """By level of the sources; above one county also by county."""
    rows = await repository.industry(tx, year)
    values = await _values(tx, {row["county_code"] for row in rows}, (INDUSTRY_SHARE,), year, tx.today)
    items = []
    for row in rows:
        required = values[row["county_code"], INDUSTRY_SHARE]
        verdict = judge_industry(row["industry"], row["total"], row["level"], required)
        key = row["level"] if tx.reach.county else f"{row['county_code']}:{row['level']}"
        items.append({**row, **asdict(verdict), "key": key})
    return {"items": items, "next_cursor": None}


async def fund_shares(tx: Transaction, year: int) -> dict[str, Any]:
    """What of each fund goes to management (at most so much), and of the relocation fund to settlement areas (at
    least so much)."""
    areas = (await parameter(tx, "settlement_areas")).value
    most = Fraction((await parameter(tx, "management_fee_share")).value)
    least = Fraction((await parameter(tx, "relocation_share")).value)
    items = []
    for row in await repository.shares(tx, year, areas):
        items.append(_share(row, "management", row["management"], most, at_most=True))
        if row["fund"] == RELOCATION:
            items.append(_share(row, "settlement", row["settlement"], least, at_most=False))
    return {"items": items, "next_cursor": None}


def _share(row: RowMapping, kind: str, amount: Decimal, limit: Fraction, *, at_most: bool) -> dict[str, Any]:
    share = Fraction(amount) / Fraction(row["total"])
    return {
        "key": f"{row['fund']}:{kind}",
        "county_code": row["county_code"],
        "fund": row["fund"],
        "kind": kind,
        "amount": amount,
        "total": row["total"],
        "share": rounded(share, 4),
        "required": rounded(limit, 4),
        "at_most": at_most,
        "met": share <= limit if at_most else share >= limit,
    }


async def _values(
    tx: Transaction, counties: Collection[str], names: Collection[str], year: int, as_of: date
) -> dict[tuple[str, str], Any]:
    """Parameters of a budget year: as they are on the day, or were at the year's end."""
    values = await repository.parameters(tx, counties, names, min(as_of, date(year, 12, 31)))
    for county in counties:
        for name in names:
            if (county, name) not in values:
                raise ParameterMissing(f"参数 {name} 尚未设置", f"parameter {name} is not set")
    return values
