"""Reading a parameter as it is in force on a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.db.transaction import Transaction
from shared.errors import Conflict

SELECT = """
SELECT name, version, valid_from, value, source FROM parameter
WHERE county_code = :county AND name = :name AND valid_from <= :on
ORDER BY valid_from DESC, version DESC LIMIT 1"""


SELECT_TOGETHER = """
SELECT DISTINCT ON (name) name, version, valid_from, value, source FROM parameter
WHERE county_code = :county AND name = ANY (cast(:names as text[])) AND valid_from <= :on
ORDER BY name, valid_from DESC, version DESC"""


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

    @property
    def used(self) -> dict[str, Any]:
        """What a decision keeps of it, as JSON."""
        return {"name": self.name, "version": self.version, "value": self.value}


async def parameter(tx: Transaction, name: str, on: date | None = None) -> Parameter:
    """The version of ``name`` in force on a day (today). Raises ``ParameterMissing``."""
    if on is None and name in tx.read_together:
        known: Parameter = tx.read_together[name]
        return known
    row = await tx.row(SELECT, {"county": tx.county, "name": name, "on": on or tx.today})
    if row is None:
        raise ParameterMissing(f"参数 {name} 尚未设置", f"parameter {name} is not set")
    return Parameter(**row)


async def read_together(tx: Transaction, names: Sequence[str]) -> None:
    """Read several parameters at once. For the rest of the transaction ``parameter`` answers from them; not for a
    transaction that changes one itself."""
    rows = await tx.rows(SELECT_TOGETHER, {"county": tx.county, "names": list(names), "on": tx.today})
    tx.read_together |= {row["name"]: Parameter(**row) for row in rows}


async def counties_with(tx: Transaction, name: str) -> list[str]:
    """The counties that have set ``name``: for what a worker does in every county by the clock."""
    rows = await tx.rows("SELECT DISTINCT county_code FROM parameter WHERE name = :name", {"name": name})
    return sorted(row["county_code"] for row in rows)
