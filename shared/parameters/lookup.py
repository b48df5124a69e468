"""Reading a parameter as it is in force on a day."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.db.transaction import Transaction
from shared.errors import Conflict

SELECT = """
SELECT name, version, valid_from, value, source FROM parameter
WHERE county_code = :county AND name = :name AND valid_from <= :on
ORDER BY valid_from DESC, version DESC LIMIT 1"""


class ParameterMissing(Conflict):
    code = "parameter_missing"
    title, title_en = "县级参数尚未设置", "A parameter of the county is not set"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A decision keeps ``version``, so that it can be told by which rule it was made."""

    name: str
    version: int
    valid_from: date
    value: Any
    source: str


async def parameter(tx: Transaction, name: str, on: date | None = None) -> Parameter:
    """The version of ``name`` in force on a day (today). Raises ``ParameterMissing``."""
    row = await tx.row(SELECT, {"county": tx.county, "name": name, "on": on or tx.today})
    if row is None:
        raise ParameterMissing(f"参数 {name} 尚未设置", f"parameter {name} is not set")
    return Parameter(**row)


async def counties_with(tx: Transaction, name: str) -> list[str]:
    """The counties that have set ``name``: for what a worker does in every county by the clock."""
    rows = await tx.rows("SELECT DISTINCT county_code FROM parameter WHERE name = :name", {"name": name})
    return sorted(row["county_code"] for row in rows)
