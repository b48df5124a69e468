"""Which item a line of a bank statement is of. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

Result = Literal["matched", "doubtful", "unmatched"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item of the line's account. ``other_line``: another line is of it already."""

    item_id: UUID
    amount: Decimal
    state: str
    paid_on: date | None
    reference: str | None
    other_line: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """``item_id``: what the line is of, or where it is doubtful, what it may be of. ``doubt`` says in Chinese what a
    person has to look at."""

    result: Result
    item_id: UUID | None
    doubt: str | None


def judge(amount: Decimal, posted_on: date, reference: str, candidates: Sequence[Candidate]) -> Finding:
    """The one item of the account and amount that may have been paid; by the bank's number where a receipt named it.

    What was answered as rejected and yet stands in the statement, several items that fit, or the account with another
    amount: a person decides.
    """
    free = [each for each in candidates if not each.other_line]
    named = [each for each in free if each.reference == reference]
    fitting = [each for each in named or free if each.amount == amount]
    open_ones = [each for each in fitting if each.state in ("waiting", "paid")]
    if len(open_ones) == 1:
        (item,) = open_ones
        if item.paid_on is not None and item.paid_on != posted_on:
            said = f"回执的支付日期为 {item.paid_on}，对账单为 {posted_on}"
            return Finding("doubtful", item.item_id, said)
        return Finding("matched", item.item_id, None)
    if open_ones:
        return Finding("doubtful", None, f"同一账号、同一金额有 {len(open_ones)} 项，无法确定是哪一项")
    if fitting:
        return Finding("doubtful", fitting[0].item_id, "该项的回执为退回，对账单上却已支付")
    if free:
        amounts = "、".join(sorted({f"{each.amount:.2f}" for each in free}))
        return Finding("doubtful", None, f"该账号应付 {amounts} 元，对账单为 {amount:.2f} 元")
    if candidates:
        return Finding("doubtful", None, "该账号的各项都已有对应的一笔，疑为重复支付")
    return Finding("unmatched", None, None)
