"""Issuing cards, appeals, lifting: the system proposes with reasons, people decide (policy.md, Funds)."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.engine import RowMapping

from services.funds_api.cards import repository
from services.funds_api.cards.errors import CardStands, IllegalCardTransition, SamePerson
from services.funds_api.cards.rules import GRAVER, TRANSITIONS, Kind, State
from shared import audit
from shared.contracts.events import CARD_ISSUED
from shared.db import Transaction
from shared.db.identifiers import new_id
from shared.errors import NotFound
from shared.outbox import Event, emit
from shared.pagination.cursors import Paging, page
from shared.runtime.preconditions import IfMatch


async def issued_cards(tx: Transaction, year: int) -> dict[tuple[str, str, UUID | None], Kind]:
    """The gravest card that stands, by county, unit and source; with source None that of the unit as a whole."""
    found: dict[tuple[str, str, UUID | None], Kind] = {}
    for row in await repository.standing(tx, year):
        key = row["county_code"], row["region_code"], row["source_id"]
        if GRAVER[row["kind"]] > GRAVER[found.get(key, "none")]:
            found[key] = row["kind"]
    return found


async def issue(
    tx: Transaction,
    *,
    region: str,
    year: int,
    source_id: UUID | None,
    kind: Kind,
    reasons: list[dict[str, Any]],
    note: str,
) -> dict[str, Any]:
    """Raises ``CardStands`` where one of the kind was not lifted."""
    card_id = new_id()
    values = {
        "id": card_id,
        "region": region,
        "year": year,
        "source": source_id,
        "kind": kind,
        "reasons": orjson.dumps(reasons).decode(),
        "note": note,
    }
    if not await repository.add(tx, values):
        raise CardStands()
    data = {"card_id": card_id, "region_code": region, "year": year, "source_id": source_id, "kind": kind}
    await emit(tx, CARD_ISSUED, [Event(f"card/{card_id}", 1, data)])
    await audit.record(tx, "card.issued", f"card/{card_id}", {"kind": kind, "region": region})
    return await find(tx, card_id)


async def find(tx: Transaction, card_id: UUID) -> dict[str, Any]:
    """Raises ``NotFound`` also for a card outside the reach."""
    row = await repository.card(tx, card_id)
    if row is None:
        raise NotFound()
    return _shown(row)


async def list_cards(
    tx: Transaction, paging: Paging, *, year: int | None, state: State | None
) -> dict[str, Any]:
    rows = await repository.cards(tx, year, state, paging.after_id(), paging.limit + 1)
    return page([_shown(row) for row in rows], paging, lambda row: [row["id"]])


async def appeal(tx: Transaction, card_id: UUID, reason: str, expected: IfMatch) -> dict[str, Any]:
    """The unit's, as finance or the county takes it down."""
    await _held(tx, card_id, expected, "appealed")
    said = {"state": "appealed", "appeal": reason, "appealed_by": str(tx.actor), "appealed_at": tx.now}
    return await _changed(tx, card_id, "card.appealed", said)


async def decide(tx: Transaction, card_id: UUID, to: State, reason: str, expected: IfMatch) -> dict[str, Any]:
    """Lift a card, or uphold it after an appeal, which another decides on than has issued it."""
    row = await _held(tx, card_id, expected, to)
    if row["state"] == "appealed" and row["issued_by"] == str(tx.actor):
        raise SamePerson()
    said = {"state": to, "decision": reason, "decided_by": str(tx.actor), "decided_at": tx.now}
    return await _changed(tx, card_id, f"card.{to}", said)


async def _held(tx: Transaction, card_id: UUID, expected: IfMatch, to: State) -> RowMapping:
    row = await repository.card(tx, card_id, lock=True)
    if row is None:
        raise NotFound()
    expected.check(row["version"])
    following = TRANSITIONS[row["state"]]
    if to not in following:
        raise IllegalCardTransition(
            f"当前为 {row['state']}，可转为：{'、'.join(following) or '无'}",
            f"From {row['state']} only: {', '.join(following) or 'nothing'}",
            members={"allowed": list(following)},
        )
    return row


async def _changed(tx: Transaction, card_id: UUID, action: str, values: Mapping[str, Any]) -> dict[str, Any]:
    await repository.change(tx, card_id, values)
    await audit.record(tx, action, f"card/{card_id}")
    return await find(tx, card_id)


def _shown(row: RowMapping) -> dict[str, Any]:
    return {**row, "allowed": list(TRANSITIONS[row["state"]])}
