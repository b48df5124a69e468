"""A month as its readers may see it: how many warnings a department pushed is told as the statistics tell it."""

from typing import Any, Final

from services.warning_api.supervision.rules import hide_small_counts
from shared.db import Transaction

#: Who is told every number of the whole county, or of the department.
COUNTS_ALL: Final = frozenset({"county", "department"})


def shown(tx: Transaction, cycle: dict[str, Any]) -> dict[str, Any]:
    """``cycle`` as ``schemas.Cycle``. Of a department that has not pushed its state tells that there is nothing."""
    if tx.roles & COUNTS_ALL:
        return cycle
    lines = cycle["departments"]
    told = hide_small_counts([line for line in lines if line["batches"]], ["warnings"])
    told_of = {line["org_code"]: line for line in told}
    return {**cycle, "departments": [told_of.get(line["org_code"], line) for line in lines]}
