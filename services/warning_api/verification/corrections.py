"""A township corrects what it has answered: who may, and until when (docs/adr/0019)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from services.warning_api.verification.schemas import VerificationItem
from shared.clock import SHANGHAI
from shared.tables.words import OUTCOME

RETURN = "如需更正请联系县里退回"

#: What a case is opened with: once there is one, only a return by the county changes it.
OF_THE_CASE = ("outcome", "risk_types", "per_capita_income", "guarantees")


@dataclass(frozen=True, slots=True)
class Refused:
    code: str
    message: str


def standing_words(answer: Mapping[Any, Any]) -> str:
    """What was answered first, without anybody's name."""
    return f"{OUTCOME.word(answer['outcome'])}（{answer['visited_on']} 入户）"


def refusal_of_correction(
    item: VerificationItem,
    row: Mapping[Any, Any],
    answer: Mapping[Any, Any],
    *,
    receipt: bool,
    days: int,
    today: date,
    actor: str,
) -> Refused | None:
    """Why the item does not replace the answer of a verified or closed task; None where it does."""
    if not (_knows_the_answer(item, row) or _is_its_own_sheet_again(item, answer, actor)):
        return Refused(
            "already_verified", "如需更正请重新下载清单再改（接口：重新读取任务，带上当前 version 填报）"
        )
    if row["accepted_by"] is not None:
        return Refused("already_accepted", f"县里已审核，{RETURN}")
    if row["accepted_at"] is None:
        return None
    if receipt:
        return Refused("department_answered", f"部门已据此答复，{RETURN}")
    last = row["verified_at"].astimezone(SHANGHAI).date() + timedelta(days=days)
    if today > last:
        return Refused("correction_closed", f"自行更正截止于 {last}，{RETURN}")
    if (
        answer["outcome"] == "risk_confirmed"
        and row["case_refused"] is None
        and _changes_the_case(item, answer)
    ):
        return Refused("case_opened", f"该户已据此立案监测，{RETURN}")
    return None


def _knows_the_answer(item: VerificationItem, row: Mapping[Any, Any]) -> bool:
    """The item was made by somebody who has read the answer: its version is not older, nor one that never was."""
    return item.version is not None and row["content_version"] <= item.version <= row["version"]


def _is_its_own_sheet_again(item: VerificationItem, answer: Mapping[Any, Any], actor: str) -> bool:
    """The officer who sent the row sends the same sheet once more, with another word in it."""
    return (
        item.row_key is not None
        and item.row_key == answer["row_key"]
        and item.version is not None
        and item.version == answer["version"]
        and actor == answer["verified_by"]
    )


def _changes_the_case(item: VerificationItem, answer: Mapping[Any, Any]) -> bool:
    said = comparable(item)
    return any(said[name] != answer[name] for name in OF_THE_CASE)


def comparable(item: VerificationItem) -> dict[str, Any]:
    """An item in the form that an answer is kept in."""
    return {
        "outcome": item.outcome,
        "visited_on": item.visited_on,
        "needs_org": item.needs_org,
        "clue_outcomes": {str(clue.warning_id): clue.outcome for clue in item.clues},
        "risk_types": item.risk_types,
        "per_capita_income": item.per_capita_income,
        "guarantees": item.guarantees and item.guarantees.model_dump(),
        "verifiers": item.verifiers,
        "note": item.note or "",
        "register_as": item.registration and item.registration.household_type,
        "address": item.registration and item.registration.address,
        "attachments": sorted({str(id_) for id_ in item.attachments}),
    }


def same_answer(item: VerificationItem, answer: Mapping[Any, Any]) -> bool:
    """Whether the item says what was already answered, so that sending it again changes nothing."""
    return all(answer[name] == value for name, value in comparable(item).items())
