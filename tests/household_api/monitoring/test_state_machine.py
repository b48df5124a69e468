"""Random calls: no state that the table does not allow, no step lost, sums that agree with what was done.

The model keeps of each case what the rules say of it: states, clocks, who submitted it. It never asks the service.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count, cycle
from typing import Any, TypeVar

import httpx
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from services.household_api.monitoring.rules import ENDED, TRANSITIONS, Channel
from services.household_api.monitoring.tasks import tell_overdue
from shared.clock import BusinessClock
from shared.contracts.events import CASE_OVERDUE
from shared.testing.databases import TestDatabase
from shared.testing.services import RunningService
from tests.factories.clock import INSIDE_THE_WINDOW
from tests.factories.registry import OTHER_VILLAGE, VILLAGE, person
from tests.household_api.conftest import Load, household_of

T = TypeVar("T")

VILLAGES = (VILLAGE, "231226100202", OTHER_VILLAGE)
PLACES = st.integers(0, 1_000)
RECENT = 5
CALLERS = ("county", "checker")
CONTACT = {"contact_official": "联系人甲", "contact_unit": "绥棱镇政府", "contact_level": "township"}
#: Days of the calendar, as the parameters have them.
DAYS = {"approval": 15, "papers": 15, "plan": 10}
TYPES = ("unstable_lifted", "marginal", "sudden_hardship")


@dataclass
class Modelled:
    """What the test knows of a case by itself."""

    id: str
    household_id: str
    village: str
    submitter: str = ""
    kind: str = ""
    papers: bool = False
    green: bool = False
    period: int = 1
    states: list[str] = field(default_factory=lambda: ["clue"])
    #: Those that were set in this period, with when they are due; None: stopped.
    clocks: dict[str, date | None] = field(default_factory=dict)

    @property
    def state(self) -> str:
        return self.states[-1]

    @property
    def running(self) -> dict[str, date]:
        return {kind: due for kind, due in self.clocks.items() if due is not None}

    def start(self, kind: str, today: date) -> None:
        """Once in a period."""
        self.clocks.setdefault(kind, today + timedelta(days=DAYS[kind]))

    def stop(self, *kinds: str) -> None:
        self.clocks |= {kind: None for kind in kinds if kind in self.clocks}

    def steps_to(self, to: str, channel: Channel | None, caller: str, kind: str, today: date) -> None:
        """What an accepted step makes of the case."""
        if to in ("approved", *ENDED):
            self.papers = False
        if channel is Channel.GREEN:
            self.papers = self.green = True
            self.start("papers", today)
            self.start("plan", today)
        elif to == "approved" or (to, self.state) == ("assisted", "relapsed"):
            self.stop("approval", "papers")
            self.start("plan", today)
        elif to == "submitted":
            self.submitter = caller
        elif to == "relapsed":
            self.submitter, self.green, self.period, self.clocks = caller, False, self.period + 1, {}
            self.start("approval", today)
        if to == "approved":
            self.kind = kind
        elif to in ENDED:
            self.stop(*DAYS)
        self.states.append(to)

    def allows(self, to: str, channel: Channel | None) -> bool:
        """By the table, read here once more: ordinary ways, those of the channel, and of owed papers."""
        for way in TRANSITIONS[self.state]:
            open_now = {
                Channel.ORDINARY: not (way.settled and self.papers),
                Channel.PAPERS: self.papers,
            }.get(way.channel, way.channel is channel)
            if way.to == to and open_now and channel in (None, way.channel):
                return True
        return False


COUNTED: tuple[tuple[str, Callable[[Modelled], str]], ...] = (
    ("village", lambda case: case.village),
    ("township", lambda case: case.village[:9]),
    ("type", lambda case: case.kind),
    ("state", lambda case: case.state),
)


@dataclass
class World:
    """The callers, and what holds for every case that the machine has ever opened."""

    callers: Mapping[str, httpx.AsyncClient]
    run: Callable[[Coroutine[Any, Any, Any]], Any]
    households: list[tuple[str, str]]
    context: Any
    now: datetime = INSIDE_THE_WINDOW
    cases: list[Modelled] = field(default_factory=list)
    #: The clocks that have struck: case, kind, period.
    struck: set[tuple[str, str, int]] = field(default_factory=set)
    counted: Iterator[tuple[str, Callable[[Modelled], str]]] = field(default_factory=lambda: cycle(COUNTED))

    @property
    def today(self) -> date:
        return self.now.date()

    def open_case_of(self, household_id: str) -> Modelled | None:
        of_household = (case for case in self.cases if case.household_id == household_id)
        return next((case for case in of_household if case.state not in ENDED), None)

    def other_than(self, caller: str) -> str:
        return next(name for name in self.callers if name != caller)

    def case(self, place: int) -> Modelled:
        """One of the last: what is drawn must not depend on how many cases the example before has left."""
        last = self.cases[-RECENT:]
        return last[place % len(last)]


def machine_of(world: World) -> type[RuleBasedStateMachine]:
    names = count(1)

    class Course(RuleBasedStateMachine):
        @initialize()
        def first_case(self) -> None:
            self.open_case(household=0, risk="disaster")

        @rule(
            household=st.integers(0, len(world.households) - 1), risk=st.sampled_from(["illness", "disaster"])
        )
        def open_case(self, household: int, risk: str) -> None:
            household_id, village = world.households[household]
            body = {"household_id": household_id, "risk_types": [risk, "accident"]}
            answer = world.run(world.callers["county"].post("/v1/cases", json=body))
            free = world.open_case_of(household_id) is None
            assert (answer.status_code == 201) is free, answer.text
            if free:
                world.cases.append(Modelled(answer.json()["id"], household_id, village))
                world.cases[-1].start("approval", world.today)

        @rule(
            which=PLACES,
            to=st.sampled_from(list(TRANSITIONS)),
            near=st.sampled_from([None, 0, 1, 2]),
            caller=st.sampled_from(CALLERS),
            channel=st.sampled_from([None, None, Channel.GREEN, Channel.NATURAL]),
            kind=st.sampled_from(TYPES),
        )
        def move(
            self, which: int, to: str, near: int | None, caller: str, channel: Channel | None, kind: str
        ) -> None:
            """Anywhere, or by a way of the table that may be closed now; by anybody."""
            case = world.case(which)
            table = TRANSITIONS[case.state]
            if table and near is not None:
                to = table[min(near, len(table) - 1)].to
            self.tried(case, to, caller, channel, kind)

        @rule(
            which=PLACES,
            choice=st.sampled_from([0, 0, 0, 1, 2]),
            channel=st.sampled_from([None, None, Channel.GREEN, Channel.NATURAL]),
            kind=st.sampled_from(TYPES),
        )
        def follow_the_table(self, which: int, choice: int, channel: Channel | None, kind: str) -> None:
            case = world.case(which)
            ways = [way for way in TRANSITIONS[case.state] if way.channel is channel]
            ways = ways or [way for way in TRANSITIONS[case.state] if case.allows(way.to, None)]
            if ways:
                way = ways[min(choice, len(ways) - 1)]
                asked = way.channel if way.channel in (Channel.GREEN, Channel.NATURAL) else None
                self.tried(case, way.to, world.other_than(case.submitter), asked, kind)

        @rule(which=PLACES, steps=st.integers(1, 8), kind=st.sampled_from(TYPES))
        def go_on(self, which: int, steps: int, kind: str) -> None:
            """Several steps of the course, or hardly any case would come far."""
            case = world.case(which)
            for _ in range(steps):
                to = next((way.to for way in TRANSITIONS[case.state] if case.allows(way.to, None)), None)
                if to is not None:
                    self.tried(case, to, world.other_than(case.submitter), None, kind)

        def tried(self, case: Modelled, to: str, caller: str, channel: Channel | None, kind: str) -> None:
            body: dict[str, Any] = {"to": to, "reason": "按规定"}
            if channel is not None:
                body[channel.value] = True
            if to == "approved":
                body["monitoring_type"] = kind
            path = f"/v1/cases/{case.id}/transitions"
            client = world.callers[caller]
            if channel is Channel.NATURAL and case.allows(to, channel):
                # Nobody has died: it takes the word of another.
                assert world.run(client.post(path, json=body, headers={"If-Match": "*"})).status_code == 409
                proposal = {"natural": True, "propose": True, "natural_reason": "other", "reason": "按规定"}
                checks = f"/v1/cases/{case.id}/elimination-checks"
                proposer = world.callers[world.other_than(caller)]
                assert world.run(proposer.post(checks, json=proposal)).status_code == 201
            answer = world.run(client.post(path, json=body, headers={"If-Match": "*"}))
            by_another = to == "approved" or (to, case.state) == ("assisted", "relapsed")
            fits = case.allows(to, channel) and not (by_another and case.submitter == caller)
            if to == "relapsed" and fits:
                fits = world.open_case_of(case.household_id) is None
            assert (answer.status_code == 200) is fits, (case, body, answer.text)
            if not fits:
                assert answer.status_code in (409, 422), answer.text
                return
            case.steps_to(to, channel, caller, kind, world.today)

        @rule(which=PLACES, village=st.sampled_from(VILLAGES))
        def household_moves(self, which: int, village: str) -> None:
            case = world.case(which)
            path = f"/v1/households/{case.household_id}"
            body = {"region_code": village, "reason": "迁居"}
            answer = world.run(world.callers["county"].patch(path, json=body, headers={"If-Match": "*"}))
            assert answer.status_code == 200, answer.text
            place = next(i for i, (h, _) in enumerate(world.households) if h == case.household_id)
            world.households[place] = (case.household_id, village)
            for one in world.cases:
                if one.household_id == case.household_id:
                    one.village = village

        @rule(which=PLACES, caller=st.sampled_from(CALLERS))
        def plan(self, which: int, caller: str) -> None:
            """A confirmed plan stops its clock, and what was approved is being assisted."""
            case = world.case(which)
            path = f"/v1/cases/{case.id}/plan"
            body = {**CONTACT, "confirm": True, "reason": "无适合的措施"}
            answer = world.run(world.callers[caller].put(path, json=body))
            helped = case.state in ("approved", "assisted", "relapsed") or case.green
            fits = helped and case.state not in ENDED
            assert (answer.status_code == 200) is fits, (case, answer.text)
            if fits:
                case.clocks["plan"] = None
                if case.state == "approved":
                    case.states.append("assisted")

        @rule(which=PLACES)
        def somebody_is_born(self, which: int) -> None:
            """It is noted on the open case, which stays where it is."""
            household_id = world.case(which).household_id
            born = {"relationship": "其他", "name": f"新{next(names)}", "birth_date": world.today.isoformat()}
            body = {"kind": "birth", "member": born, "happened_on": world.today.isoformat(), "reason": "出生"}
            path = f"/v1/households/{household_id}/members"
            answer = world.run(world.callers["county"].post(path, json=body, headers={"If-Match": "*"}))
            assert answer.status_code == 201, answer.text
            case = world.open_case_of(household_id)
            if case is not None:
                case.states.append(case.state)

        @rule(days=st.integers(1, 12))
        def days_pass(self, days: int) -> None:
            """The worker tells of each clock that strikes, whatever it was told before."""
            world.now += timedelta(days=days)
            world.context.clock = BusinessClock.starting_at(world.now)
            world.run(tell_overdue(world.context, {}))
            for case in world.cases:
                late = [kind for kind, due in case.running.items() if due < world.today]
                world.struck |= {(case.id, kind, case.period) for kind in late}

        @rule(which=PLACES)
        def no_step_is_lost(self, which: int) -> None:
            case = world.case(which)
            shown = world.run(world.callers["county"].get(f"/v1/cases/{case.id}")).json()
            assert [step["state"] for step in shown["history"]] == case.states
            assert len(shown["periods"]) == shown["period"] == case.period
            assert shown["state"] == case.state
            assert all(case.allows(to, None) for to in shown["allowed"])
            running = {c["kind"]: c["due_on"] for c in shown["clocks"] if c["stopped_on"] is None}
            assert running == {kind: due.isoformat() for kind, due in case.running.items()}
            assert not running or case.state not in ENDED
            assert ("papers" in running) is case.papers

        @invariant()
        def sums_agree(self) -> None:
            """One after the other, so that each is looked at every fourth step."""
            by, key = next(world.counted)
            answer = world.run(world.callers["county"].get("/v1/cases/statistics", params={"by": by}))
            rows = answer.json()["items"]
            assert {row["key"]: row["cases"] for row in rows} == Counter(map(key, world.cases)), by
            assert all(sum(row["states"].values()) == row["cases"] for row in rows)
            late = [case for case in world.cases if any(due < world.today for due in case.running.values())]
            assert {row["key"]: row["overdue"] for row in rows if row["overdue"]} == Counter(
                map(key, late)
            ), by

    return Course


async def test_random_calls_never_leave_the_table(
    running: RunningService,
    county: httpx.AsyncClient,
    checker: httpx.AsyncClient,
    load: Load,
    database: TestDatabase,
) -> None:
    numbers = [f"R{number}" for number in range(4)]
    places = [VILLAGES[place % len(VILLAGES)] for place in range(len(numbers))]
    await load(
        [
            {**person(number, f"户主{number}"), "region_code": village}
            for number, village in zip(numbers, places, strict=True)
        ]
    )
    ids = [(await household_of(county, number))["id"] for number in numbers]
    loop = asyncio.get_running_loop()

    def run(coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result(30)

    callers = {"county": county, "checker": checker}
    world = World(callers, run, list(zip(ids, places, strict=True)), running.context)
    how = settings(
        max_examples=12,
        stateful_step_count=40,
        derandomize=True,
        database=None,
        # The database remembers what earlier examples did, and so does the model: nothing to shrink.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    await asyncio.to_thread(run_state_machine_as_test, machine_of(world), settings=how)
    gone = Counter(state for case in world.cases for state in case.states)
    # It has gone the whole course, not only its beginning.
    assert set(gone) == set(TRANSITIONS), set(TRANSITIONS) - set(gone)
    owner = await database.connect()
    told = await owner.fetch(
        "SELECT subject, sequence FROM household.outbox_event WHERE type = $1", CASE_OVERDUE
    )
    await owner.close()
    assert world.struck
    assert sorted((row["subject"], row["sequence"]) for row in told) == sorted(
        (f"case/{case_id}/{kind}", period) for case_id, kind, period in world.struck
    )
