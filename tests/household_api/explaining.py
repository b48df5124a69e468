"""What PostgreSQL would do with the queries of a service, as its own role, behind its policies."""

from collections.abc import Iterator
from typing import Any

import orjson

from shared.db import Transaction


class Explaining:
    """Stands for a transaction: instead of running a statement it keeps the plan of it."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.plans: list[dict[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    async def rows(self, statement: str, parameters: Any = None) -> list[Any]:
        (row,) = await self._tx.rows(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
        told = row["QUERY PLAN"]
        self.plans.append((orjson.loads(told) if isinstance(told, str) else told)[0]["Plan"])
        return []

    async def row(self, statement: str, parameters: Any = None) -> None:
        await self.rows(statement, parameters)

    async def scalar(self, statement: str, parameters: Any = None) -> None:
        await self.rows(statement, parameters)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def check_reads_by(plan: dict[str, Any], indexes: set[str]) -> None:
    """The plan goes through no whole table, and by no other index than these."""
    read = list(nodes(plan))
    assert [node["Relation Name"] for node in read if node["Node Type"] == "Seq Scan"] == []
    assert {node["Index Name"] for node in read if "Index Name" in node} <= indexes
    assert any("Index Name" in node for node in read)
