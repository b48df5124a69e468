"""Random sequences of operations: the service gives the balances and refusals of a plain model."""

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.testing.databases import TestDatabase
from tests.factories.funds import make_source, move, payment_body, project_body
from tests.funds_api.recount import assert_balances_are_the_entries

INSUFFICIENT = "insufficient_allocation"


@dataclass
class ModelProject:
    parts: dict[int, Decimal]
    started: bool = False
    paid: Decimal = Decimal(0)

    @property
    def left(self) -> Decimal:
        return sum(self.parts.values(), Decimal(0)) - self.paid


@dataclass
class Model:
    """What should happen, in plain sums; every operation answers the refusal's code or ``""``."""

    source: Decimal
    allocations: list[Decimal] = field(default_factory=list)
    projects: list[ModelProject] = field(default_factory=list)
    #: project, amount, reversed; a reversal is an entry with project None.
    payments: list[list[Any]] = field(default_factory=list)

    def budgeted(self, place: int) -> Decimal:
        return sum((project.parts.get(place, Decimal(0)) for project in self.projects), Decimal(0))

    def allocate(self, amount: Decimal) -> str:
        if sum(self.allocations) + amount > self.source:
            return INSUFFICIENT
        self.allocations.append(amount)
        return ""

    def adjust(self, place: int, amount: Decimal) -> str:
        after = self.allocations[place] + amount
        if after < self.budgeted(place) or sum(self.allocations) + amount > self.source:
            return INSUFFICIENT
        self.allocations[place] = after
        return ""

    def add_project(self, parts: dict[int, Decimal]) -> str:
        if any(self.budgeted(place) + part > self.allocations[place] for place, part in parts.items()):
            return INSUFFICIENT
        self.projects.append(ModelProject(parts))
        return ""

    def start(self, place: int) -> str:
        project = self.projects[place]
        if project.started:
            return "illegal_transition"
        project.started = True
        return ""

    def pay(self, place: int, amount: Decimal) -> str:
        project = self.projects[place]
        if not project.started:
            return "project_not_started"
        if amount > project.left:
            return INSUFFICIENT
        project.paid += amount
        self.payments.append([place, amount, False])
        return ""

    def reverse(self, place: int) -> str:
        project, amount, is_reversed = self.payments[place]
        if project is None:
            return "reversal_of_reversal"
        if is_reversed:
            return "already_reversed"
        self.payments[place][2] = True
        self.projects[project].paid -= amount
        self.payments.append([None, -amount, False])
        return ""


class Service:
    """The same operations through the API."""

    def __init__(self, client: httpx.AsyncClient, source_id: str) -> None:
        self.client = client
        self.source_id = source_id
        self.allocations: list[str] = []
        self.projects: list[dict[str, Any]] = []
        self.payments: list[str] = []

    async def _post(self, path: str, body: dict[str, Any], kept: list[str] | None) -> str:
        answer = await self.client.post(path, json=body)
        if answer.status_code == 201:
            if kept is not None:
                kept.append(answer.json()["id"])
            return ""
        return str(answer.json()["code"])

    async def allocate(self, amount: Decimal) -> str:
        body = {"source_id": self.source_id, "region_code": "231226", "purpose": "other"}
        return await self._post("/v1/allocations", body | {"amount": str(amount)}, self.allocations)

    async def adjust(self, place: int, amount: Decimal) -> str:
        body = {"amount": str(amount), "reason": "调整", "document_no": "1"}
        return await self._post(f"/v1/allocations/{self.allocations[place]}/adjustments", body, None)

    async def add_project(self, parts: dict[int, Decimal]) -> str:
        body = project_body(*((self.allocations[place], str(part)) for place, part in parts.items()))
        answer = await self.client.post("/v1/projects", json=body)
        if answer.status_code == 201:
            self.projects.append(answer.json())
        return str(answer.json().get("code", ""))

    async def start(self, place: int) -> str:
        current = (await self.client.get(f"/v1/projects/{self.projects[place]['id']}")).json()
        return str((await move(self.client, current, "started")).json().get("code", ""))

    async def pay(self, place: int, amount: Decimal) -> str:
        body = payment_body(self.projects[place]["id"], str(amount))
        return await self._post("/v1/payments", body, self.payments)

    async def reverse(self, place: int) -> str:
        return await self._post(
            f"/v1/payments/{self.payments[place]}/reversal", {"reason": "误"}, self.payments
        )


AMOUNTS = st.integers(1, 40_00).map(lambda cents: Decimal(cents) / 100)
PLACES = st.integers(0, 9)
OPERATIONS = st.one_of(
    st.tuples(st.just("allocate"), AMOUNTS),
    st.tuples(st.just("adjust"), PLACES, AMOUNTS | AMOUNTS.map(lambda amount: -amount)),
    st.tuples(st.just("add_project"), st.dictionaries(PLACES, AMOUNTS, min_size=1, max_size=3)),
    st.tuples(st.just("start"), PLACES),
    st.tuples(st.just("pay"), PLACES, AMOUNTS),
    st.tuples(st.just("reverse"), PLACES),
)

#: Every kind of thing stands before the first random operation.
OPENING: list[tuple[Any, ...]] = [
    ("allocate", Decimal("40.00")),
    ("allocate", Decimal("30.00")),
    ("add_project", {0: Decimal("25.00"), 1: Decimal("20.00")}),
    ("start", 0),
    ("pay", 0, Decimal("30.00")),
]


def fitted(model: Model, operation: tuple[Any, ...]) -> tuple[Any, ...]:
    """The operation on things that exist."""
    name, *arguments = operation
    of = {
        "adjust": model.allocations,
        "start": model.projects,
        "pay": model.projects,
        "reverse": model.payments,
    }
    if name in of:
        arguments[0] %= len(of[name])
    if name == "add_project":
        arguments = [{place % len(model.allocations): part for place, part in arguments[0].items()}]
    return name, *arguments


async def play(client: httpx.AsyncClient, operations: list[tuple[Any, ...]]) -> None:
    model = Model(Decimal("100.00"))
    source = await make_source(client, "100.00")
    service = Service(client, source["id"])
    for operation in OPENING + operations:
        name, *arguments = fitted(model, operation)
        expected = getattr(model, name)(*arguments)
        assert await getattr(service, name)(*arguments) == expected, (name, arguments)
    found = (await client.get(f"/v1/sources/{source['id']}")).json()
    assert Decimal(found["available"]) == model.source - sum(model.allocations)
    for place, allocation_id in enumerate(service.allocations):
        found = (await client.get(f"/v1/allocations/{allocation_id}")).json()
        assert Decimal(found["amount"]) == model.allocations[place]
        assert Decimal(found["budgeted"]) == model.budgeted(place)
    for project, known in zip(model.projects, service.projects, strict=True):
        found = (await client.get(f"/v1/projects/{known['id']}")).json()
        assert (Decimal(found["paid"]), Decimal(found["available"])) == (project.paid, project.left)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(operations=st.lists(OPERATIONS, min_size=5, max_size=25))
async def test_any_sequence_gives_the_balances_and_refusals_of_the_model(
    finance: httpx.AsyncClient, operations: list[tuple[Any, ...]]
) -> None:
    await play(finance, operations)


async def test_all_those_balances_are_the_sums_of_their_entries(
    finance: httpx.AsyncClient, database: TestDatabase
) -> None:
    await asyncio.gather(*(play(finance, [("pay", 0, Decimal("5.00")), ("reverse", 0)]) for _ in range(3)))
    await assert_balances_are_the_entries(database)
