"""A month as its readers may see it: how many warnings a department pushed is told as the statistics tell it."""

from typing import Any, Final

from services.warning_api.supervision.rules import hide_small_counts
from services.warning_api.supervision.service import SMALL_CELLS_HIDDEN
from shared.db import Transaction

#: Who is told the numbers of the whole county, or of the department; the statistics of a township are of its region.
COUNTS_ALL: Final = frozenset({"county", "department"})


def shown(tx: Transaction, cycle: dict[str, Any]) -> dict[str, Any]:
    """``cycle`` as ``schemas.Cycle``. Of a department that has not pushed its state tells that there is nothing."""
    lines = cycle["departments"]
    pushed = [line for line in lines if line["batches"]]
    if tx.roles & SMALL_CELLS_HIDDEN:
        told = hide_small_counts(pushed, ["warnings"])
    elif tx.roles & COUNTS_ALL:
        told = pushed
    else:
        told = [{**line, "warnings": None} for line in pushed]
    told_of = {line["org_code"]: line for line in told}
    return {**cycle, "departments": [told_of.get(line["org_code"], line) for line in lines]}
