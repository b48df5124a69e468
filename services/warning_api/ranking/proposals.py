"""What is proposed for the last places, and what people decide (policy.md, Supervision)."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy.engine import RowMapping

from services.warning_api.cycles.quarters import previous_quarters
from services.warning_api.ranking import proposal_repository as repository
from services.warning_api.ranking.errors import ProposalNotFound, SamePerson, TransitionNotAllowed
from services.warning_api.ranking.rules import (
    PROPOSAL_TRANSITIONS,
    consequence,
    earlier_quarters,
    standing_before,
)
from services.warning_api.ranking.schemas import DecisionIn
from shared import audit
from shared.contracts.events import RANKING_PROPOSAL_ISSUED
from shared.db import Transaction
from shared.db.identifiers import new_ids
from shared.outbox import Event, emit
from shared.pagination.cursors import Paging, page
from shared.regions import regions_to_show
from shared.runtime.preconditions import IfMatch
from shared.sealing.texts import open_texts, seal

_STATES: Final = {"issue": "issued", "dismiss": "dismissed"}


async def propose(tx: Transaction, ranking: RowMapping, last: Sequence[str]) -> None:
    """Propose for each of the last places of a complete quarter what the county's parameters say, by how often the
    township was there before. What people have decided for this quarter stands; what they have not makes room."""
    await repository.supersede(tx, ranking["quarter"])
    if not ranking["complete"]:
        return
    used = {each["name"]: each["value"] for each in ranking["used"]}
    counting = used["ranking_counting"]
    earlier = earlier_quarters(ranking["quarter"], previous_quarters, counting)
    issued: dict[str, dict[str, str]] = defaultdict(dict)
    for row in await repository.issued(tx, earlier):
        issued[row["township_code"]][row["quarter"]] = str(row["id"])
    decided = await repository.decided(tx, ranking["quarter"])
    townships = [township for township in last if township not in decided]
    proposals = []
    for id_, township in zip(new_ids(len(townships)), townships, strict=True):
        before = standing_before(earlier, issued[township], counting)
        proposals.append(
            {
                "id": id_,
                "ranking": ranking["id"],
                "quarter": ranking["quarter"],
                "township": township,
                "kind": consequence(len(before) + 1, used["ranking_consequences"]),
                "occurrence": len(before) + 1,
                "earlier": [UUID(each) for each in before],
            }
        )
    if proposals:
        await repository.add(tx, proposals)


async def listed(tx: Transaction, ranking_id: UUID) -> list[dict[str, Any]]:
    """The proposals of a ranking, as ``schemas.Proposal``: all for the county; what was issued for the others, with
    its reason for the township alone."""
    county = "county" in tx.roles
    rows = await repository.proposals(tx, ranking_id, issued_only=not county)
    shown = await _shown(tx, rows)
    if not tx.roles & {"county", "township"}:
        shown = [{**proposal, "reason": ""} for proposal in shown]
    return shown


async def page_of(tx: Transaction, ranking_id: UUID, paging: Paging) -> dict[str, Any]:
    """The same as a page, by township."""
    (after,) = paging.after_text()
    rows = [row for row in await listed(tx, ranking_id) if after is None or row["township_code"] > after]
    return page(rows[: paging.limit + 1], paging, lambda row: [row["township_code"]])


async def decide(
    tx: Transaction, ranking: RowMapping, proposal_id: UUID, wanted: DecisionIn, expected: IfMatch
) -> dict[str, Any]:
    """Issue or dismiss a proposal; never by who made the ranking.

    Raises ``ProposalNotFound``, what If-Match is refused for, ``TransitionNotAllowed``, ``SamePerson``.
    """
    row = await repository.proposal(tx, ranking["id"], proposal_id)
    if row is None:
        raise ProposalNotFound()
    expected.check(row["version"])
    state = _STATES[wanted.decision]
    ways = PROPOSAL_TRANSITIONS[row["state"]]
    if state not in ways:
        raise TransitionNotAllowed(f"当前为 {row['state']}，不能再作决定", members={"allowed": list(ways)})
    if ranking["made_by"] == str(tx.actor):
        raise SamePerson()
    sealed = await seal(tx, "ranking_proposal", "sealed", proposal_id, wanted.reason)
    await repository.decide(tx, proposal_id, state, sealed)
    detail = {"township_code": row["township_code"], "quarter": row["quarter"], "kind": row["kind"]}
    await audit.record(tx, f"ranking_proposal.{state}", f"ranking_proposal/{proposal_id}", detail)
    if state == "issued":
        data = {"proposal_id": proposal_id, "occurrence": row["occurrence"], **detail}
        event = Event(f"ranking_proposal/{proposal_id}", row["version"] + 1, data)
        await emit(tx, RANKING_PROPOSAL_ISSUED, [event])
    after = await repository.proposal(tx, ranking["id"], proposal_id)
    (shown,) = await _shown(tx, [after] if after is not None else [])
    return shown


async def _shown(tx: Transaction, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    if not rows:
        return []
    names = {}
    reasons = [""] * len(rows)
    if tx.reach.county is not None:
        names = {township.code: township.name for township in (await regions_to_show(tx)).townships()}
        sealed = [(row["id"], row["sealed"]) for row in rows]
        reasons = await open_texts(tx, "ranking_proposal", "sealed", sealed)
    return [
        {**row, "name": names.get(row["township_code"], row["township_code"]), "reason": reason}
        for row, reason in zip(rows, reasons, strict=True)
    ]
