"""The funds in plain sums, in fen: what every operation should do, or by which rule it should be refused.

Each operation answers the refusal's code, or ``""``. Things are named by their place in the lists.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

INSUFFICIENT = "insufficient_allocation"
YEAR_CLOSED = "year_closed"

USES = ("paid", "retained", "transferred", "held")

#: The year whose money is booked, which may be closed, and the one after it, which is today's.
YEAR = 2025

STATES = {
    "reserve": ("started", "terminated"),
    "started": ("under_construction", "suspended", "terminated"),
    "under_construction": ("completed", "suspended", "terminated"),
    "completed": ("accepted",),
    "accepted": ("asset",),
    "asset": (),
    "terminated": (),
}


def no_uses() -> dict[str, int]:
    return dict.fromkeys(USES, 0)


@dataclass
class Source:
    amount: int
    year: int = YEAR
    allocated: int = 0
    carried: int = 0

    @property
    def left(self) -> int:
        return self.amount - self.allocated - self.carried


@dataclass
class Allocation:
    source: int
    amount: int
    year: int
    budgeted: int = 0
    carried: int = 0
    uses: dict[str, int] = field(default_factory=no_uses)

    @property
    def left(self) -> int:
        return self.amount - self.budgeted - self.carried


@dataclass
class Part:
    amount: int = 0
    committed: int = 0
    uses: dict[str, int] = field(default_factory=no_uses)

    @property
    def free(self) -> int:
        return self.amount - self.committed - sum(self.uses.values())


@dataclass
class Project:
    budget: int
    #: By allocation, in the order in which they are used up.
    parts: dict[int, Part]
    state: str = "reserve"
    suspended_from: str = ""


@dataclass
class Contract:
    project: int
    #: By allocation: what is bound, and used.
    bound: dict[int, int]
    used: dict[int, int]

    def left(self, allocation: int) -> int:
        return self.bound.get(allocation, 0) - self.used.get(allocation, 0)


@dataclass
class Payment:
    project: int
    contract: int | None
    year: int
    use: str
    shares: dict[int, int]
    settles: int | None = None
    settled: int = 0
    reversed: bool = False
    is_reversal: bool = False


class Funds:
    """A county's funds from one year's sources on."""

    def __init__(self) -> None:
        self.closed = False
        self.sources: list[Source] = []
        self.allocations: list[Allocation] = []
        self.projects: list[Project] = []
        self.contracts: list[Contract] = []
        self.payments: list[Payment] = []

    def is_closed(self, year: int) -> bool:
        return self.closed and year == YEAR

    # Sources and allocations

    def add_source(self, amount: int) -> str:
        if self.closed:
            return YEAR_CLOSED
        self.sources.append(Source(amount))
        return ""

    def allocate(self, place: int, amount: int) -> str:
        source = self.sources[place]
        if self.is_closed(source.year):
            return YEAR_CLOSED
        if amount > source.left:
            return INSUFFICIENT
        source.allocated += amount
        self.allocations.append(Allocation(place, amount, source.year))
        return ""

    def adjust(self, place: int, amount: int) -> str:
        allocation = self.allocations[place]
        source = self.sources[allocation.source]
        if self.is_closed(allocation.year):
            return YEAR_CLOSED
        if allocation.left + amount < 0 or amount > source.left or source.allocated + amount < 0:
            return INSUFFICIENT
        allocation.amount += amount
        source.allocated += amount
        return ""

    # Projects

    def add_project(self, parts: dict[int, int], spare: int) -> str:
        if any(self.is_closed(self.allocations[place].year) for place in parts):
            return YEAR_CLOSED
        if any(amount > self.allocations[place].left for place, amount in parts.items()):
            return INSUFFICIENT
        for place, amount in parts.items():
            self.allocations[place].budgeted += amount
        made = {place: Part(amount) for place, amount in parts.items()}
        self.projects.append(Project(sum(parts.values()) + spare, made))
        return ""

    def fund(self, place: int, at: int, amount: int) -> str:
        project, allocation = self.projects[place], self.allocations[at]
        part = project.parts.get(at, Part())
        if amount > 0:
            if project.state in ("suspended", "terminated"):
                return f"project_{project.state}"
            if self.is_closed(allocation.year):
                return YEAR_CLOSED
            if sum(each.amount for each in project.parts.values()) + amount > project.budget:
                return "budget_below_allocations"
        if amount > allocation.left or part.free + amount < 0:
            return INSUFFICIENT
        project.parts[at] = part
        part.amount += amount
        allocation.budgeted += amount
        return ""

    def move(self, place: int, to: str) -> str:
        project = self.projects[place]
        suspended = project.state == "suspended"
        allowed = (project.suspended_from, "terminated") if suspended else STATES[project.state]
        if to not in allowed:
            return "illegal_transition"
        if to == "terminated":
            if any(part.committed for part in project.parts.values()):
                return "contracts_open"
            for at, part in project.parts.items():
                self.allocations[at].budgeted -= part.free
                part.amount -= part.free
        project.suspended_from = project.state if to == "suspended" else ""
        project.state = to
        return ""

    # Contracts

    def _divide(self, project: Project, amount: int, left: Sequence[int]) -> dict[int, int] | str:
        """What comes out of each part; closed years give nothing."""
        taken, missing = {}, amount
        for at, free in zip(project.parts, left, strict=True):
            if not self.is_closed(self.allocations[at].year) and free and missing:
                taken[at] = min(missing, free)
                missing -= taken[at]
        if missing:
            return YEAR_CLOSED if sum(left) >= amount else INSUFFICIENT
        return taken

    def _bind(self, contract: Contract, amount: int) -> str:
        project = self.projects[contract.project]
        taken = self._divide(project, amount, [part.free for part in project.parts.values()])
        if isinstance(taken, str):
            return taken
        for at, part in taken.items():
            project.parts[at].committed += part
            contract.bound[at] = contract.bound.get(at, 0) + part
        return ""

    def add_contract(self, place: int, amount: int) -> str:
        project = self.projects[place]
        if project.state in ("suspended", "terminated"):
            return f"project_{project.state}"
        contract = Contract(place, {}, {})
        if refused := self._bind(contract, amount):
            return refused
        self.contracts.append(contract)
        return ""

    def supplement(self, place: int, amount: int) -> str:
        contract = self.contracts[place]
        project = self.projects[contract.project]
        if project.state in ("suspended", "terminated"):
            return f"project_{project.state}"
        if amount > 0:
            return self._bind(contract, amount)
        if -amount > sum(contract.left(at) for at in contract.bound):
            return INSUFFICIENT
        for at in sorted(contract.bound, reverse=True):
            back = min(-amount, contract.left(at))
            contract.bound[at] -= back
            project.parts[at].committed -= back
            amount += back
        return ""

    # Payments

    def _use(self, payment: Payment, use: str, sign: int) -> None:
        for at, amount in payment.shares.items():
            self.projects[payment.project].parts[at].uses[use] += sign * amount
            self.allocations[at].uses[use] += sign * amount

    def _of_contract(self, payment: Payment, sign: int) -> None:
        if payment.contract is not None:
            contract = self.contracts[payment.contract]
            for at, amount in payment.shares.items():
                contract.used[at] = contract.used.get(at, 0) + sign * amount
                self.projects[payment.project].parts[at].committed -= sign * amount

    def pay(self, place: int, contract: int | None, amount: int, use: str, year: int) -> str:
        project = self.projects[place]
        refusals = {"reserve": "project_not_started", "suspended": "project_suspended"}
        if refused := refusals.get(project.state, ""):
            return refused
        if project.state == "terminated":
            return "project_terminated"
        if self.is_closed(year):
            return YEAR_CLOSED
        if contract is None:
            left = [part.free for part in project.parts.values()]
        else:
            left = [self.contracts[contract].left(at) for at in project.parts]
        taken = self._divide(project, amount, left)
        if isinstance(taken, str):
            return taken
        payment = Payment(place, contract, year, use, taken)
        self._use(payment, use, 1)
        self._of_contract(payment, 1)
        self.payments.append(payment)
        return ""

    def settle(self, place: int, amount: int, year: int) -> str:
        held = self.payments[place]
        if held.is_reversal:
            return "reversal_of_reversal"
        if held.reversed:
            return "already_reversed"
        if year < held.year:
            return "paid_on_before_held"
        if held.use == "paid":
            return "not_retained"
        if self.is_closed(year):
            return YEAR_CLOSED
        if amount > sum(held.shares.values()) - held.settled:
            return INSUFFICIENT
        shares, missing = {}, amount
        for at in sorted(held.shares):
            before = sum(
                each.shares.get(at, 0)
                for each in self.payments
                if each.settles == place and not each.reversed and not each.is_reversal
            )
            if part := min(missing, held.shares[at] - before):
                shares[at] = part
                missing -= part
        held.settled += amount
        payment = Payment(held.project, held.contract, year, "paid", shares, settles=place)
        self._use(payment, held.use, -1)
        self._use(payment, "paid", 1)
        self.payments.append(payment)
        return ""

    def reverse(self, place: int) -> str:
        payment = self.payments[place]
        if payment.is_reversal:
            return "reversal_of_reversal"
        if self.is_closed(payment.year):
            return YEAR_CLOSED
        if payment.reversed:
            return "already_reversed"
        if payment.settled:
            return "settled_already"
        self._use(payment, payment.use, -1)
        if payment.settles is not None:
            held = self.payments[payment.settles]
            self._use(payment, held.use, 1)
            held.settled -= sum(payment.shares.values())
        else:
            self._of_contract(payment, -1)
        payment.reversed = True
        again = Payment(payment.project, payment.contract, payment.year, payment.use, {}, is_reversal=True)
        self.payments.append(again)
        return ""

    # Years

    def close(self) -> str:
        if self.closed:
            return YEAR_CLOSED
        self.closed = True
        return ""

    def carry_source(self, place: int) -> str:
        source = self.sources[place]
        if not source.left:
            return "nothing_to_carry"
        self.sources.append(Source(source.left, source.year + 1))
        source.carried += source.left
        return ""

    def carry_allocation(self, place: int) -> str:
        old = self.allocations[place]
        with_parts = [project for project in self.projects if place in project.parts]
        promised = sum(self._left(project.parts[place]) for project in with_parts)
        total = old.left + promised
        if not total:
            return "nothing_to_carry"
        to = len(self.allocations)
        self.allocations.append(Allocation(old.source, total, old.year + 1, promised))
        old.budgeted -= promised
        old.carried += total
        for project in with_parts:
            part = project.parts[place]
            if left := self._left(part):
                project.parts[to] = Part(left, part.committed)
                part.amount -= left
                part.committed = 0
        for contract in self.contracts:
            if left := contract.left(place):
                contract.bound[place] -= left
                contract.bound[to] = left
        return ""

    def _left(self, part: Part) -> int:
        return part.free + part.committed


def total(parts: Iterable[Part], use: str) -> int:
    return sum(part.uses[use] for part in parts)
