"""Random calls: no state that the table does not allow, no step lost, sums that agree with what was done."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from itertools import cycle
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
from tests.factories.registry import OTHER_VILLAGE, VILLAGE, person
from tests.household_api.conftest import Load, household_of

T = TypeVar("T")

VILLAGES = (VILLAGE, "231226100202", OTHER_VILLAGE)
PLACES = st.integers(0, 1_000)
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
    states: list[str] = field(default_factory=lambda: ["clue"])

    @property
    def state(self) -> str:
        return self.states[-1]

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

    county: httpx.AsyncClient
    checker: httpx.AsyncClient
    run: Callable[[Coroutine[Any, Any, Any]], Any]
    households: list[tuple[str, str]]
    cases: list[Modelled] = field(default_factory=list)
    counted: Iterator[tuple[str, Callable[[Modelled], str]]] = field(default_factory=lambda: cycle(COUNTED))

    def case(self, place: int) -> Modelled:
        """One of those that there are: what is drawn must not depend on how many the last example left."""
        return self.cases[place % len(self.cases)]


def machine_of(world: World) -> type[RuleBasedStateMachine]:
    class Course(RuleBasedStateMachine):
        @initialize(household=st.just(0), risk=st.just("disaster"))
        @rule(
            household=st.integers(0, len(world.households) - 1), risk=st.sampled_from(["illness", "disaster"])
        )
        def open_case(self, household: int, risk: str) -> None:
            household_id, village = world.households[household]
            body = {"household_id": household_id, "risk_types": [risk, "accident"]}
            answer = world.run(world.county.post("/v1/cases", json=body))
            former = [case for case in world.cases if case.household_id == household_id]
            free = all(case.state in ENDED for case in former)
            assert (answer.status_code == 201) is free, answer.text
            if free:
                world.cases.append(Modelled(answer.json()["id"], household_id, village))

        @rule(
            which=PLACES,
            anywhere=st.sampled_from(list(TRANSITIONS)),
            choice=st.sampled_from([0, 0, 0, 0, 0, 1, 2, None, None]),
            by_checker=st.booleans(),
            channel=st.sampled_from([None, None, None, Channel.GREEN, Channel.NATURAL]),
            kind=st.sampled_from(TYPES),
        )
        def move(
            self,
            which: int,
            anywhere: str,
            *,
            choice: int | None,
            by_checker: bool,
            channel: Channel | None,
            kind: str,
        ) -> None:
            case = world.case(which)
            # Most of what is tried is the first way of the table, or hardly any case would come far.
            ways = [way.to for way in TRANSITIONS[case.state]]
            to = ways[min(choice, len(ways) - 1)] if ways and choice is not None else anywhere
            body = {"to": to, "reason": "按规定"}
            if channel is not None:
                body[channel.value] = True
            if to == "approved":
                body["monitoring_type"] = kind
            caller, name = (world.checker, "checker") if by_checker else (world.county, "county")
            path = f"/v1/cases/{case.id}/transitions"
            answer = world.run(caller.post(path, json=body, headers={"If-Match": "*"}))
            fits = case.allows(to, channel)
            if to == "relapsed" and fits:
                others = [c for c in world.cases if c.household_id == case.household_id and c is not case]
                fits = all(c.state in ENDED for c in others)
            if to == "approved" and case.submitter == name:
                fits = False
            assert (answer.status_code == 200) is fits, (case, body, answer.text)
            if not fits:
                assert answer.status_code in (409, 422), answer.text
                return
            if to == "submitted":
                case.submitter = name
            elif to == "relapsed":
                case.submitter = ""
            elif to == "approved":
                case.kind = kind
            if channel is Channel.GREEN:
                case.papers = True
            elif to in ("approved", *ENDED):
                case.papers = False
            case.states.append(to)

        @rule(which=PLACES, village=st.sampled_from(VILLAGES))
        def household_moves(self, which: int, village: str) -> None:
            case = world.case(which)
            path = f"/v1/households/{case.household_id}"
            body = {"region_code": village, "reason": "迁居"}
            answer = world.run(world.county.patch(path, json=body, headers={"If-Match": "*"}))
            assert answer.status_code == 200, answer.text
            place = next(i for i, (h, _) in enumerate(world.households) if h == case.household_id)
            world.households[place] = (case.household_id, village)
            for one in world.cases:
                if one.household_id == case.household_id:
                    one.village = village

        @rule(which=PLACES)
        def no_step_is_lost(self, which: int) -> None:
            case = world.case(which)
            shown = world.run(world.county.get(f"/v1/cases/{case.id}")).json()
            assert [step["state"] for step in shown["history"]] == case.states
            assert len(shown["periods"]) == shown["period"] == 1 + case.states.count("relapsed")
            assert shown["state"] == case.state
            assert all(case.allows(to, None) for to in shown["allowed"])
            running = {c["kind"] for c in shown["clocks"] if c["stopped_on"] is None}
            assert not running if case.state in ENDED else ("papers" in running) is case.papers

        @invariant()
        def sums_agree(self) -> None:
            """One after the other, so that each is looked at every fourth step."""
            by, key = next(world.counted)
            answer = world.run(world.county.get("/v1/cases/statistics", params={"by": by}))
            rows = answer.json()["items"]
            assert {row["key"]: row["cases"] for row in rows} == Counter(map(key, world.cases)), by
            assert all(sum(row["states"].values()) == row["cases"] for row in rows)

    return Course


async def test_random_calls_never_leave_the_table(
    county: httpx.AsyncClient, checker: httpx.AsyncClient, load: Load
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

    world = World(county, checker, run, list(zip(ids, places, strict=True)))
    how = settings(
        max_examples=16,
        stateful_step_count=30,
        deadline=None,
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
