"""Policy receipts: the department's answer to an outcome, which closes the warning."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from pydantic import ValidationError

from services.warning_api.dispatch.presentation import RESPONSIBLE
from services.warning_api.feedback import repository
from services.warning_api.feedback.rules import WAITS_FOR_DEPARTMENT, waits_for
from services.warning_api.feedback.schemas import PolicyReceiptItem
from services.warning_api.feedback.service import close_answered
from services.warning_api.verification import service as verification
from services.warning_api.verification.rules import Verdict
from shared import audit
from shared.db import Transaction
from shared.db.identifiers import new_row_ids


async def answer(tx: Transaction, raw_items: Sequence[Any]) -> dict[str, Any]:
    """Take every receipt on its own; the warning closes with the first of the department that it waits for."""
    parsed = [_parse(raw) for raw in raw_items]
    items = [item for item in parsed if isinstance(item, PolicyReceiptItem)]
    warnings = await repository.warnings_for_receipt(tx, [item.warning_id for item in items])
    earlier = await _earlier(tx, list(warnings))
    now: defaultdict[UUID, list[Any]] = defaultdict(list)
    taken: list[PolicyReceiptItem] = []
    verdicts = []
    for item in parsed:
        if isinstance(item, Verdict):
            verdicts.append(item)
            continue
        said = (item.measure, item.done_on, item.amount, item.note or "")
        warning = warnings.get(item.warning_id)
        verdict = _judge(tx, item, warning)
        if verdict.status == "accepted" and warning is not None:
            # What it did before it was needed answers nothing; said again now, it does.
            answered = () if _is_awaited(tx, warning) else earlier[item.warning_id]
            if said in answered or said in now[item.warning_id]:
                verdict.status = "unchanged"
            else:
                now[item.warning_id].append(said)
                taken.append(item)
        verdicts.append(verdict)
    if taken:
        await _keep(tx, taken, warnings)
    results = [
        {
            "warning_id": str(raw["warning_id"]) if isinstance(raw, dict) and "warning_id" in raw else None,
            "status": verdict.status,
            "errors": verdict.errors,
        }
        for raw, verdict in zip(raw_items, verdicts, strict=True)
    ]
    good = sum(result["status"] in ("accepted", "unchanged") for result in results)
    return {"accepted": good, "rejected": len(results) - good, "items": results}


def _parse(raw: Any) -> PolicyReceiptItem | Verdict:
    try:
        return PolicyReceiptItem.model_validate(raw)
    except ValidationError as error:
        return Verdict.of(error)


def _is_awaited(tx: Transaction, warning: Mapping[Any, Any]) -> bool:
    return warning["state"] == "fed_back" and waits_for(warning) == tx.reach.org


def _judge(tx: Transaction, item: PolicyReceiptItem, warning: Mapping[Any, Any] | None) -> Verdict:
    verdict = Verdict()
    if warning is None:
        verdict.refuse("warning_id", "not_found", "未找到该预警，或不属于本部门", "not_found")
    elif warning["outcome"] is None:
        verdict.refuse("warning_id", "not_decided", "乡镇尚未反馈核查结果，暂不能填报落实情况")
    elif warning["outcome"] not in WAITS_FOR_DEPARTMENT:
        verdict.refuse("warning_id", "no_answer_needed", "该预警核查后已办结，无需填报")
    elif item.done_on > tx.today:
        verdict.refuse("done_on", "date_in_future", f"落实日期 {item.done_on} 晚于今天，请核对")
    return verdict


async def _earlier(tx: Transaction, ids: Sequence[UUID]) -> defaultdict[UUID, list[Any]]:
    """What was answered before, ``{warning id: [(measure, done_on, amount, note)]}``."""
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    for one in await receipts_of(tx, ids):
        found[one["warning_id"]].append((one["measure"], one["done_on"], one["amount"], one["note"]))
    return found


async def receipts_of(tx: Transaction, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """What departments have answered to warnings, in the order of their coming; to a department its own."""
    rows = await repository.receipts_of(tx, ids)
    sealer = await tx.sealer()
    opened = sealer.open_many(
        "policy_receipt", "sealed", tx.county, [(row["id"].bytes, row["sealed"]) for row in rows]
    )
    return [{**row, **orjson.loads(blob)} for row, blob in zip(rows, opened, strict=True)]


async def receipts_of_task(tx: Transaction, task_id: UUID) -> list[dict[str, Any]]:
    """What departments did for the household of a task in reach; to those who do not answer for it, not in words."""
    clues = await verification.clues_of(tx, [task_id])
    found = await receipts_of(tx, [clue["id"] for clue in clues])
    if tx.roles & RESPONSIBLE:
        return found
    return [{**one, "measure": None, "note": None, "amount": None} for one in found]


async def _keep(
    tx: Transaction, taken: Sequence[PolicyReceiptItem], warnings: Mapping[UUID, Mapping[Any, Any]]
) -> None:
    ids = new_row_ids(len(taken))
    texts = [orjson.dumps({"measure": item.measure, "note": item.note or ""}) for item in taken]
    sealed = (await tx.sealer()).seal_many(
        "policy_receipt",
        "sealed",
        tx.county,
        [(id_.bytes, text) for id_, text in zip(ids, texts, strict=True)],
    )
    await repository.add_receipts(
        tx,
        tx.reach.org,
        [
            {
                "cycle": warnings[item.warning_id]["cycle"],
                "id": id_,
                "warning_id": item.warning_id,
                "region_code": warnings[item.warning_id]["region_code"],
                "done_on": item.done_on,
                "amount": item.amount,
                "sealed": blob,
            }
            for id_, item, blob in zip(ids, taken, sealed, strict=True)
        ],
    )
    by_cycle: dict[str, set[UUID]] = defaultdict(set)
    for item in taken:
        by_cycle[warnings[item.warning_id]["cycle"]].add(item.warning_id)
    for cycle, answered in by_cycle.items():
        await close_answered(tx, cycle, sorted(answered))
    await audit.record_many(tx, "warning.answered", [(f"warning/{item.warning_id}", None) for item in taken])
