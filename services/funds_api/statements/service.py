"""Statements of the bank against what was to be paid: a lost answer is found here, and is never paid twice."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.engine import RowMapping

from services.funds_api.disbursements import receipts
from services.funds_api.disbursements.payees import account_indexes
from services.funds_api.payments.payees import SEEN_IN_FULL_BY
from services.funds_api.statements import repository
from services.funds_api.statements.errors import ItemNotFitting, NotDoubtful
from services.funds_api.statements.rules import Candidate, Finding, judge
from services.funds_api.statements.sheet import Line
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_id, new_row_ids
from shared.errors import NotFound
from shared.identifiers.bank_account import mask_account
from shared.identifiers.names import mask_name
from shared.pagination.cursors import Paging, page
from shared.runtime.preconditions import IfMatch
from shared.runtime.route import in_reach
from shared.sealing import Sealer


class Posting(msgspec.Struct, frozen=True):
    """What of a line tells who it is about; sealed with it."""

    account: str | None
    payee: str
    note: str


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Posting).decode


async def take_in(tx: Transaction, lines: Sequence[Line]) -> dict[str, Any]:
    """Keep a statement and find for each line the item that it is of; lines of former statements are passed over.

    A line that matches an item without a receipt is its receipt: the item is paid.
    """
    in_reach(tx, tx.county)
    sealer = await tx.sealer()
    known = await repository.known_references(tx, [line.reference for line in lines])
    new = [line for line in lines if line.reference not in known]
    statement_id = new_id()
    await repository.add(tx, statement_id)
    if new:
        indexes = await asyncio.to_thread(_indexes, sealer, tx.county, new)
        findings, batches = await _find(tx, new, indexes)
        rows = await asyncio.to_thread(_rows, sealer, tx.county, new, indexes, findings)
        await repository.add_lines(tx, statement_id, rows)
        await _pay(tx, new, findings, batches)
    await audit.record(tx, "bank_statement.received", f"bank_statement/{statement_id}", {"lines": len(new)})
    return {**await find(tx, statement_id), "repeated": len(lines) - len(new)}


def _indexes(sealer: Sealer, county: str, lines: Sequence[Line]) -> list[bytes | None]:
    made = iter(account_indexes(sealer, county, [line.account for line in lines if line.account]))
    return [next(made) if line.account else None for line in lines]


async def _find(
    tx: Transaction, lines: Sequence[Line], indexes: Sequence[bytes | None]
) -> tuple[list[Finding], dict[UUID, UUID]]:
    """A finding a line, and the batch of each item."""
    by_account: defaultdict[bytes, list[Candidate]] = defaultdict(list)
    batches: dict[UUID, UUID] = {}
    for row in await repository.candidates(tx, sorted({index for index in indexes if index})):
        batches[row["id"]] = row["disbursement_id"]
        by_account[row["account_index"]].append(
            Candidate(
                row["id"], row["amount"], row["state"], row["paid_on"], row["reference"], row["other_line"]
            )
        )
    findings = []
    for line, index in zip(lines, indexes, strict=True):
        candidates = by_account[index] if index else []
        finding = judge(line.amount, line.posted_on, line.reference, candidates)
        if finding.result == "matched":
            by_account[index or b""] = [
                replace(each, other_line=each.other_line or each.item_id == finding.item_id)
                for each in candidates
            ]
        findings.append(finding)
    return findings, batches


def _rows(
    sealer: Sealer,
    county: str,
    lines: Sequence[Line],
    indexes: Sequence[bytes | None],
    findings: Sequence[Finding],
) -> list[tuple[Any, ...]]:
    """As ``repository.add_lines`` takes them."""
    ids = new_row_ids(len(lines))
    sealed = sealer.seal_many(
        "bank_statement_line",
        "sealed",
        county,
        [
            (id_.bytes, _encode(Posting(line.account, line.payee, line.note)))
            for id_, line in zip(ids, lines, strict=True)
        ],
    )
    return [
        (
            id_,
            line.posted_on,
            line.amount,
            line.reference,
            blob,
            index,
            finding.result,
            finding.doubt,
            finding.item_id if finding.result == "doubtful" else None,
            finding.item_id if finding.result == "matched" else None,
        )
        for id_, line, blob, index, finding in zip(ids, lines, sealed, indexes, findings, strict=True)
    ]


async def _pay(
    tx: Transaction, lines: Sequence[Line], findings: Sequence[Finding], batches: dict[UUID, UUID]
) -> None:
    """Matched lines are receipts; for an item that has one already they say the same."""
    by_batch: defaultdict[UUID, list[receipts.Receipt]] = defaultdict(list)
    for line, finding in zip(lines, findings, strict=True):
        if finding.result == "matched" and finding.item_id is not None:
            by_batch[batches[finding.item_id]].append(_receipt(finding.item_id, line))
    for batch in sorted(by_batch):
        await receipts.take(tx, batch, by_batch[batch])


def _receipt(item_id: UUID, line: Line) -> receipts.Receipt:
    return receipts.Receipt(item_id, "paid", line.posted_on, None, line.reference)


async def find(tx: Transaction, statement_id: UUID) -> dict[str, Any]:
    """Raises ``NotFound`` also for one outside the reach."""
    row = await repository.statement(tx, statement_id)
    if row is None:
        raise NotFound()
    return dict(row)


async def list_lines(
    tx: Transaction, statement_id: UUID, paging: Paging, result: str | None
) -> dict[str, Any]:
    await find(tx, statement_id)
    rows = await repository.lines(tx, statement_id, result, paging.after_id(), paging.limit + 1)
    return page(await _shown(tx, rows), paging, lambda row: [row["id"]])


async def _shown(tx: Transaction, rows: Sequence[RowMapping]) -> list[dict[str, Any]]:
    sealer = await tx.sealer()
    opened = sealer.open_many(
        "bank_statement_line", "sealed", tx.county, [(row["id"].bytes, row["sealed"]) for row in rows]
    )
    in_full = bool(tx.roles & SEEN_IN_FULL_BY)
    shown = []
    for row, blob in zip(rows, opened, strict=True):
        posting = _decode(blob)
        told = {
            "payee": posting.payee if in_full else mask_name(posting.payee),
            "account": mask_account(posting.account) if posting.account else None,
            "note": posting.note if in_full else "",
        }
        shown.append({**row, **told})
    return shown


async def decide(tx: Transaction, line_id: UUID, item_id: UUID | None, expected: IfMatch) -> dict[str, Any]:
    """A person says which item a doubtful or unmatched line is of, or that it is of none.

    Raises ``NotDoubtful``, ``ItemNotFitting`` for an item of another amount, that was rejected, or of another line.
    """
    row = await _found(tx, line_id, lock=True)
    expected.check(row["version"])
    if row["result"] == "matched" or row["decided_by"] is not None:
        raise NotDoubtful()
    if item_id is None:
        await repository.decide(tx, line_id, {"result": "unmatched", "item_id": None})
    else:
        item = await repository.candidate(tx, item_id)
        if item is None:
            raise NotFound()
        if item["amount"] != row["amount"] or item["other_line"] or item["state"] not in ("waiting", "paid"):
            raise ItemNotFitting()
        await repository.decide(tx, line_id, {"result": "matched", "item_id": item_id})
        said = receipts.Receipt(item_id, "paid", row["posted_on"], None, row["reference"])
        await receipts.take(tx, item["disbursement_id"], [said])
    await audit.record(tx, "bank_statement_line.decided", f"bank_statement_line/{line_id}")
    (shown,) = await _shown(tx, [await _found(tx, line_id)])
    return shown


async def _found(tx: Transaction, line_id: UUID, *, lock: bool = False) -> RowMapping:
    row = await repository.line(tx, line_id, lock=lock)
    if row is None:
        raise NotFound()
    return row
