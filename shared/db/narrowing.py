"""The first wall: a query says itself what its caller may see. Row-level security says it again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.auth import Reach

if TYPE_CHECKING:
    from shared.db.transaction import Transaction


def reach_condition(reach: Reach, column: str) -> tuple[str, dict[str, Any]]:
    """SQL that ``column`` lies in one of the call's ranges, and its parameters.

    The parameters have the same names for every column, so that several can stand in one statement.
    """
    parts = []
    parameters: dict[str, Any] = {}
    for slot, (start, end) in enumerate(reach.ranges):
        parts.append(f"({column} >= :reach_from{slot} AND {column} < :reach_to{slot})")
        parameters |= {f"reach_from{slot}": start, f"reach_to{slot}": end}
    return ("(" + " OR ".join(parts) + ")" if parts else "false"), parameters


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A condition for WHERE and the values of its parameters."""

    sql: str
    parameters: Mapping[str, Any]


async def expect_many_rows(tx: "Transaction") -> None:
    """Before a query over whole tables: policies make the planner expect a handful of rows, and it would join
    thousands with thousands in nested loops. For the rest of the transaction it hashes or merges."""
    await tx.execute("SET LOCAL enable_nestloop = off")


async def expect_a_page(tx: "Transaction") -> None:
    """Before a query for a page in the order of an index: expecting a handful of rows, the planner would read all
    that are in reach and sort them. For the rest of the transaction it reads in order and stops at the limit."""
    await tx.execute("SET LOCAL enable_sort = off")


def within_county(tx: "Transaction", alias: str) -> Narrowing:
    """Rows of ``alias`` that concern a whole county, for all who work in it: those of the call's county, or of the
    counties in reach; parameter ``:county`` where it has one."""
    if tx.reach.county is not None:
        return Narrowing(f"{alias}.county_code = :county", {"county": tx.reach.county})
    return Narrowing(*reach_condition(tx.reach, f"{alias}.county_code"))


def within(tx: "Transaction", alias: str) -> Narrowing:
    """Rows of ``alias`` (with ``county_code`` and ``region_code``) in reach of the call, in its county if it
    has one; parameter ``:county`` where it has."""
    condition, parameters = reach_condition(tx.reach, f"{alias}.region_code")
    if tx.reach.county is not None:
        condition = f"{alias}.county_code = :county AND {condition}"
        parameters["county"] = tx.reach.county
    return Narrowing(condition, parameters)
