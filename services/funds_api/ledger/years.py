"""Budget years and their closing: one asks, another approves; then nothing dated in the year is booked.

Money that is left in a closed year is carried over (结转) and used in the next; what goes back from a project is
dated on the day on which it goes back.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from services.funds_api.ledger import repository
from services.funds_api.ledger.errors import (
    ClosingNotRequested,
    ClosingRequested,
    SamePerson,
    YearClosed,
    YearNotBegun,
)
from shared.audit import record
from shared.db.transaction import Transaction
from shared.errors import NotFound, PreconditionFailed
from shared.runtime.preconditions import IfMatch
from shared.runtime.route import in_reach

CLOSED = "closed"


async def hold(tx: Transaction, years: Collection[int]) -> frozenset[int]:
    """Those of ``years`` that are closed; no other of them is closed before the transaction ends.

    Comes before any row of money is locked: whoever carries over or closes takes the years first as well.
    """
    states = await repository.hold_years(tx, sorted(years))
    if missing := [year for year in sorted(years) if year not in states]:
        for year in missing:
            await repository.add_year(tx, year)
        states |= await repository.hold_years(tx, missing)
    return frozenset(year for year, state in states.items() if state == CLOSED)


async def require_open(tx: Transaction, *years: int) -> None:
    """As ``hold``; raises ``YearClosed`` where one of them is."""
    if closed := await hold(tx, set(years)):
        raise YearClosed(closed)


async def hold_all(tx: Transaction, on: date) -> frozenset[int]:
    """All years that are open, before money is used that may have come in any of them. ``on``: the day of what is to
    be booked; raises ``YearClosed`` where that lies in a closed year."""
    is_open = await repository.hold_open_years(tx)
    if on.year not in is_open:
        await require_open(tx, on.year)
    return is_open


async def take(tx: Transaction, *years: int) -> frozenset[int]:
    """As ``hold``, and nobody else books in them meanwhile: for what touches all money of a year."""
    for year in sorted(years):
        await repository.add_year(tx, year)
    states = await repository.take_years(tx, sorted(years))
    return frozenset(year for year, state in states.items() if state == CLOSED)


async def find_year(tx: Transaction, year: int) -> dict[str, Any]:
    """A year in which money has come or been used."""
    row = await repository.year(tx, year)
    if row is None:
        raise NotFound()
    return dict(row)


async def list_years(tx: Transaction) -> dict[str, Any]:
    """The latest first; above one county also by county."""
    return {"items": [dict(row) for row in await repository.years(tx)], "next_cursor": None}


async def request_closing(tx: Transaction, year: int, document_no: str | None) -> dict[str, Any]:
    """Ask for a year to be closed; booking goes on until another person approves.

    Raises ``YearNotBegun``, ``YearClosed``, ``ClosingRequested``.
    """
    in_reach(tx, tx.county)
    if year > tx.today.year:
        raise YearNotBegun()
    await repository.add_year(tx, year)
    found = await find_year(tx, year)
    if found["state"] == CLOSED:
        raise YearClosed([year])
    if found["state"] != "open":
        raise ClosingRequested()
    values = {
        "state": "closing",
        "document_no": document_no,
        "requested_by": str(tx.actor),
        "requested_at": tx.now,
    }
    return await _change(tx, found, values, "year.closing_requested")


async def approve_closing(tx: Transaction, year: int, if_match: IfMatch) -> dict[str, Any]:
    """Close the year. Waits for what is being booked in it. Raises ``SamePerson``, ``ClosingNotRequested``."""
    found = await _requested(tx, year, if_match)
    if found["requested_by"] == str(tx.actor):
        raise SamePerson()
    kept = {name: found[name] for name in ("document_no", "requested_by", "requested_at")}
    values = {**kept, "state": CLOSED, "closed_by": str(tx.actor), "closed_at": tx.now}
    return await _change(tx, found, values, "year.closed")


async def refuse_closing(tx: Transaction, year: int, if_match: IfMatch) -> dict[str, Any]:
    """The year stays open, and its closing can be asked for again."""
    found = await _requested(tx, year, if_match)
    return await _change(tx, found, {"state": "open"}, "year.closing_refused")


async def _requested(tx: Transaction, year: int, if_match: IfMatch) -> dict[str, Any]:
    in_reach(tx, tx.county)
    found = await find_year(tx, year)
    if_match.check(found["version"])
    if found["state"] == CLOSED:
        raise YearClosed([year])
    if found["state"] != "closing":
        raise ClosingNotRequested()
    return found


async def _change(
    tx: Transaction, found: dict[str, Any], values: dict[str, Any], action: str
) -> dict[str, Any]:
    if not await repository.change_year(tx, found["year"], found["version"], values):
        raise PreconditionFailed()
    await record(tx, action, f"year/{found['year']}", {})
    return await find_year(tx, found["year"])
