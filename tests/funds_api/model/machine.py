"""A state machine that does the same to the plain model and to the service, and compares what both say.

Further operations come as a mixin with rules of its own: ``class MyRules(FundsRules)`` and
``class Machine(MyRules, PaymentRules)``.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from shared.testing.databases import TestDatabase
from tests.funds_api.model.calls import Calls, yuan
from tests.funds_api.model.plain import STATES, USES, YEAR, Funds, Part, total

AMOUNTS = st.integers(1, 40_00)
SIGNED = AMOUNTS | AMOUNTS.map(lambda amount: -amount)
PLACES = st.integers(0, 9)
YEARS = st.sampled_from([YEAR, YEAR + 1, YEAR + 1])


@dataclass(frozen=True)
class World:
    """What the machine, which runs in a thread, asks in the loop of the tests."""

    loop: asyncio.AbstractEventLoop
    finance: httpx.AsyncClient
    checker: httpx.AsyncClient
    database: TestDatabase

    def ask(self, question: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(question, self.loop).result(120)

    async def open_years(self) -> None:
        owner = await self.database.connect()
        await owner.execute(
            "UPDATE funds.budget_year SET state = 'open', requested_by = NULL, closed_by = NULL, closed_at = NULL"
        )
        await owner.close()


class FundsRules(RuleBasedStateMachine):
    """Model, service, and the comparison of their answers."""

    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.world.ask(self.world.open_years())
        self.model = Funds()
        self.calls = Calls(self.world.finance, self.world.checker)

    def same(self, expected: str, question: Coroutine[Any, Any, str]) -> None:
        """That the service refuses by the rule that the model refuses by, or does as well."""
        assert self.world.ask(question) == expected

    @initialize()
    def opening(self) -> None:
        """Every kind of thing stands before the first random operation."""
        model, calls = self.model, self.calls
        self.same(model.add_source(100_00), calls.add_source(100_00))
        for amount in (50_00, 30_00):
            self.same(model.allocate(0, amount), calls.allocate(0, amount))
        parts = {1: 20_00, 0: 30_00}
        self.same(model.add_project(parts, 20_00), calls.add_project(parts, 20_00))
        self.same(model.move(0, "started"), calls.move(0, "started"))
        self.same(model.add_contract(0, 25_00), calls.add_contract(0, 25_00))
        for contract, use in ((0, "paid"), (None, "retained"), (None, "transferred")):
            self.same(model.pay(0, contract, 4_00, use, YEAR), calls.pay(0, contract, 4_00, use, YEAR))

    def teardown(self) -> None:
        self.world.ask(self._compare())

    async def _compare(self) -> None:
        for source, id_ in zip(self.model.sources, self.calls.sources, strict=True):
            found = await self.calls.read("sources", id_)
            told = (found["amount"], found["allocated"], found["carried"], found["available"])
            assert told == tuple(map(yuan, (source.amount, source.allocated, source.carried, source.left)))
        for allocation, id_ in zip(self.model.allocations, self.calls.allocations, strict=True):
            found = await self.calls.read("allocations", id_)
            told = tuple(found[name] for name in ("amount", "budgeted", "carried", "available", *USES))
            kept = (allocation.amount, allocation.budgeted, allocation.carried, allocation.left)
            assert told == tuple(map(yuan, (*kept, *allocation.uses.values())))
        for project, id_ in zip(self.model.projects, self.calls.projects, strict=True):
            found = await self.calls.read("projects", id_)
            parts: list[Part] = list(project.parts.values())
            sums = [sum(getattr(part, name) for part in parts) for name in ("amount", "committed", "free")]
            told = tuple(found[name] for name in ("allocated", "committed", "available", *USES))
            assert told == tuple(map(yuan, (*sums, *(total(parts, use) for use in USES))))
            assert found["state"] == project.state
        for contract, id_ in zip(self.model.contracts, self.calls.contracts, strict=True):
            found = await self.calls.read("contracts", id_)
            assert (found["amount"], found["used"]) == (
                yuan(sum(contract.bound.values())),
                yuan(sum(contract.used.values())),
            )


class SourceRules(FundsRules):
    @rule(amount=AMOUNTS)
    def add_source(self, amount: int) -> None:
        self.same(self.model.add_source(amount), self.calls.add_source(amount))

    @rule(place=PLACES, amount=AMOUNTS)
    def allocate(self, place: int, amount: int) -> None:
        place %= len(self.model.sources)
        self.same(self.model.allocate(place, amount), self.calls.allocate(place, amount))

    @rule(place=PLACES, amount=SIGNED)
    def adjust(self, place: int, amount: int) -> None:
        place %= len(self.model.allocations)
        self.same(self.model.adjust(place, amount), self.calls.adjust(place, amount))

    @rule(place=PLACES)
    def carry_source(self, place: int) -> None:
        place %= len(self.model.sources)
        self.same(self.model.carry_source(place), self.calls.carry_source(place))

    @rule(place=PLACES)
    def carry_allocation(self, place: int) -> None:
        place %= len(self.model.allocations)
        self.same(self.model.carry_allocation(place), self.calls.carry_allocation(place))

    @precondition(lambda self: len(self.model.payments) > 3)
    @rule()
    def close(self) -> None:
        self.same(self.model.close(), self.calls.close())


class ProjectRules(FundsRules):
    @rule(parts=st.dictionaries(PLACES, AMOUNTS, max_size=3), spare=st.integers(1, 20_00))
    def add_project(self, parts: dict[int, int], spare: int) -> None:
        fitted = {place % len(self.model.allocations): amount for place, amount in parts.items()}
        self.same(self.model.add_project(fitted, spare), self.calls.add_project(fitted, spare))

    @rule(place=PLACES, at=PLACES, amount=SIGNED)
    def fund(self, place: int, at: int, amount: int) -> None:
        place, at = place % len(self.model.projects), at % len(self.model.allocations)
        self.same(self.model.fund(place, at, amount), self.calls.fund(place, at, amount))

    @rule(place=PLACES, to=st.sampled_from(sorted(STATES)))
    def move(self, place: int, to: str) -> None:
        place %= len(self.model.projects)
        self.same(self.model.move(place, to), self.calls.move(place, to))

    @rule(place=PLACES, suspended=st.booleans())
    def start_or_suspend(self, place: int, suspended: bool) -> None:
        place %= len(self.model.projects)
        to = "suspended" if suspended else "started"
        self.same(self.model.move(place, to), self.calls.move(place, to))

    @rule(place=PLACES, amount=AMOUNTS)
    def add_contract(self, place: int, amount: int) -> None:
        place %= len(self.model.projects)
        self.same(self.model.add_contract(place, amount), self.calls.add_contract(place, amount))

    @rule(place=PLACES, amount=SIGNED)
    def supplement(self, place: int, amount: int) -> None:
        place %= len(self.model.contracts)
        self.same(self.model.supplement(place, amount), self.calls.supplement(place, amount))


class PaymentRules(FundsRules):
    @rule(place=PLACES, amount=AMOUNTS, use=st.sampled_from(["paid", "retained", "transferred"]), year=YEARS)
    def pay(self, place: int, amount: int, use: str, year: int) -> None:
        place %= len(self.model.projects)
        expected = self.model.pay(place, None, amount, use, year)
        self.same(expected, self.calls.pay(place, None, amount, use, year))

    @rule(contract=PLACES, amount=AMOUNTS, use=st.sampled_from(["paid", "retained"]), year=YEARS)
    def pay_by_contract(self, contract: int, amount: int, use: str, year: int) -> None:
        contract %= len(self.model.contracts)
        place = self.model.contracts[contract].project
        expected = self.model.pay(place, contract, amount, use, year)
        self.same(expected, self.calls.pay(place, contract, amount, use, year))

    @rule(place=PLACES, amount=st.integers(1, 5_00), year=YEARS)
    def settle(self, place: int, amount: int, year: int) -> None:
        place %= len(self.model.payments)
        transferred = self.model.payments[place].use == "transferred"
        expected = self.model.settle(place, amount, year)
        self.same(expected, self.calls.settle(place, amount, year, transferred=transferred))

    @rule(place=PLACES)
    def reverse(self, place: int) -> None:
        place %= len(self.model.payments)
        self.same(self.model.reverse(place), self.calls.reverse(place))


class FundsMachine(SourceRules, ProjectRules, PaymentRules):
    """All operations on the county's money."""
