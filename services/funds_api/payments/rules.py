"""What a payment counts as. No I/O."""

from collections.abc import Mapping
from typing import Any, Literal

from services.funds_api.ledger.service import Use

#: Who gets the money: a contractor, a beneficiary, or a unit (a township, say) that is to pay it on.
PayeeKind = Literal["contractor", "beneficiary", "unit"]


def use_of(payee_kind: PayeeKind, retention: bool, counts: Mapping[str, Any]) -> Use:
    """``counts``: parameter ``counts_as_spent``, whether each kind of payee and ``retention`` counts when it is paid.

    What does not is outstanding, and counts when it is settled: what counts as spent is configuration.
    """
    if counts["retention" if retention else payee_kind]:
        return "paid"
    return "retained" if retention else "transferred"
