"""Which item a line of a statement is of."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from services.funds_api.statements.rules import Candidate, judge

AMOUNT, DAY = Decimal("1500.00"), date(2026, 11, 7)
ONE, TWO = UUID(int=1), UUID(int=2)


def of(item_id: UUID = ONE, **fields: Any) -> Candidate:
    usual: dict[str, Any] = {
        "amount": AMOUNT,
        "state": "waiting",
        "paid_on": None,
        "reference": None,
        "other_line": False,
    }
    return Candidate(item_id, **{**usual, **fields})


@pytest.mark.parametrize(
    ("candidates", "result", "item_id"),
    [
        ([of()], "matched", ONE),
        ([of(state="paid", paid_on=DAY, reference="LS1")], "matched", ONE),
        ([of(), of(TWO, amount=Decimal("2.00"))], "matched", ONE),
        ([of(), of(TWO)], "doubtful", None),
        ([of(state="paid", paid_on=DAY, reference="LS1"), of(TWO)], "matched", ONE),
        ([of(), of(TWO, other_line=True)], "matched", ONE),
        ([of(state="paid", paid_on=date(2026, 11, 6))], "doubtful", ONE),
        ([of(state="rejected")], "doubtful", ONE),
        ([of(amount=Decimal("2.00"))], "doubtful", None),
        ([of(other_line=True, state="paid", paid_on=DAY)], "doubtful", None),
        ([], "unmatched", None),
    ],
)
def test_what_a_line_is_of(candidates: list[Candidate], result: str, item_id: UUID | None) -> None:
    finding = judge(AMOUNT, DAY, "LS1", candidates)
    assert (finding.result, finding.item_id) == (result, item_id)
    assert (finding.doubt is not None) == (result == "doubtful")
